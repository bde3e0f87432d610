"""The activity log of a subscription: `Microsoft.Insights/eventtypes/management/values`, 2015-04-01.

`$filter` is required, with a start at least; it takes the fields below joined by `and`. Refusals are bare, as recorded.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from remediator.sandbox.arm_id import Target, key
from remediator.sandbox.errors import ArmError
from remediator.sandbox.providers.reading import Handler, page
from remediator.sandbox.wire import Body, Request, Response
from remediator.sandbox.world import World

VALUES = "microsoft.insights/eventtypes/values"
CLAUSE = re.compile(r"\s*(\w+)\s+(eq|ge|le)\s+('[^']*'|\S+)\s*(?:\band\b|$)")
OLDEST = timedelta(days=90)
TEXTS = {"caller": "caller", "correlationid": "correlationId", "resourcegroupname": "resourceGroupName"}
WORDS = {"resourceprovider": "resourceProviderName", "status": "status"}


def _bad(message: str) -> ArmError:
    return ArmError(400, "BadRequest", message, bare=True)


def _clauses(text: str) -> list[tuple[str, str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = CLAUSE.match(text, at)
        if match is None:
            raise _bad(f"The filter '{text[at:].strip()}' is not supported.")
        found.append((match[1].lower(), match[2], match[3].strip("'")))
        at = match.end()
    return found


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError as error:
        raise _bad(f"'{text}' is no time.") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _meets(entry: Body, name: str, relation: str, wanted: str) -> bool:
    if name == "eventtimestamp":
        at, limit = _moment(str(entry["eventTimestamp"])), _moment(wanted)
        return at >= limit if relation == "ge" else at <= limit
    if relation != "eq":
        raise _bad(f"The relation '{relation}' is not supported for '{name}'.")
    if name in ("resourceuri", "resourceid"):
        return key(str(entry["resourceId"])) == key(wanted)
    if name in TEXTS:
        return str(entry[TEXTS[name]]).lower() == wanted.lower()
    if name in WORDS:
        return str(entry[WORDS[name]]["value"]).lower() == wanted.lower()
    raise _bad(f"The filter field '{name}' is not supported.")


def values(world: World, request: Request, place: Target) -> Response:
    """Entries of one subscription that meet the filter, newest first, cut to the fields that `$select` names."""
    clauses = _clauses(request.query.get("$filter", ""))
    starts = [_moment(value) for name, relation, value in clauses if (name, relation) == ("eventtimestamp", "ge")]
    if not starts:
        raise _bad("The filter needs a start time.")
    if world.moment() - min(starts) > OLDEST:
        raise _bad("The start time cannot be more than 90 days in the past.")
    found = [
        entry
        for entry in world.history.entries()
        if entry["subscriptionId"].lower() == place.subscription.lower()
        and all(_meets(entry, *clause) for clause in clauses)
    ]
    fields = [name.strip() for name in request.query.get("$select", "").split(",") if name.strip()]
    return page(world, request, [{name: entry[name] for name in fields if name in entry} or entry for entry in found])


ROUTES: dict[tuple[str, str, str], Handler] = {("GET", VALUES, "list"): values}

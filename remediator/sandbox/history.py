"""What was written, by whom and when: the activity log's entries, as Microsoft.Insights 2015-04-01 describes them.

Every write that ARM accepts is kept; one that goes on in the background has a second entry when it ends. Records that a
zone group writes are the platform's own (azure-facts 3.2). Called by `azure`, `acceptance` and `providers.zone_group`;
`providers.activity_log` answers from it.
"""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from remediator.sandbox.arm_id import target
from remediator.sandbox.clouds import PRINCIPAL, TENANT
from remediator.sandbox.wire import Body, Request, Response

NAMESPACE = uuid.UUID("6d1c2a50-0001-4000-8000-000000000000")
APPLICATION = "00000000-0000-0000-0000-0000000000c2"
PLATFORM = "Azure Traffic Manager and DNS"
VERBS = {"PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}
CLAIMS = {
    "oid": "http://schemas.microsoft.com/identity/claims/objectidentifier",
    "tid": "http://schemas.microsoft.com/identity/claims/tenantid",
    "upn": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
}
NAMES = {200: "OK", 201: "Created", 202: "Accepted", 204: "NoContent"}


@dataclass(frozen=True)
class Write:
    """One write: `operation` is the full name, `token` that of the operation that carries it on, if one does."""

    resource: str
    operation: str
    claims: dict[str, str]
    caller: str
    at: datetime
    correlation: str
    status: str = "Succeeded"
    code: int = 200
    method: str = "PUT"
    token: str = ""


@dataclass
class History:
    """All writes in order, and when the operations among them ended."""

    writes: list[Write] = field(default_factory=list)
    ended: dict[str, tuple[datetime, Body | None]] = field(default_factory=dict)

    def note(self, request: Request, response: Response, at: datetime) -> str:
        """Keep a write that ARM has accepted; its correlation id."""
        place = target(request.path)
        kind = "/".join((place.namespace or "Microsoft.Resources", *place.types)).rstrip("/")
        if not place.namespace:
            kind = "Microsoft.Resources/subscriptions/resourceGroups"
        poll = response.headers.get("Azure-AsyncOperation") or response.headers.get("Location") or ""
        claims = claims_of(request.headers.get("authorization", ""))
        correlation = request.headers.get("x-ms-correlation-request-id") or self._id("correlation")
        self.writes.append(
            Write(
                place.path,
                f"{kind}/{VERBS[request.method]}",
                claims,
                claims.get(CLAIMS["upn"]) or claims.get("appid", ""),
                at,
                correlation,
                code=response.status,
                method=request.method,
                token=poll.partition("?")[0].rpartition("/")[2],
            )
        )
        return correlation

    def by_platform(self, resource: str, verb: str, at: datetime) -> None:
        """Keep a write that Azure made on its own."""
        place = target(resource)
        operation = "/".join((place.namespace, *place.types, verb))
        method = "DELETE" if verb == "delete" else "PUT"
        self.writes.append(Write(resource, operation, {}, PLATFORM, at, self._id("correlation"), method=method))

    def by_hand(self, write: Write) -> None:
        """Keep a write that nobody made here; without a correlation id it gets one."""
        self.writes.append(write if write.correlation else replace(write, correlation=self._id("correlation")))

    def end(self, token: str, at: datetime, error: Body | None) -> None:
        """An operation has ended, well or with an error."""
        self.ended[token] = (at, error)

    def entries(self) -> list[Body]:
        """All entries, newest first."""
        found: list[Body] = []
        for number, write in enumerate(self.writes):
            running = write.status == "Succeeded" and bool(write.token)
            found.append(_entry(number, write, "Accepted" if running else write.status, write.at, None))
            if running and write.token in self.ended:
                at, error = self.ended[write.token]
                found.append(_entry(number, write, "Failed" if error else "Succeeded", at, error))
        return sorted(found, key=lambda entry: str(entry["eventTimestamp"]))[::-1]

    def _id(self, seed: str) -> str:
        return _guid(f"{len(self.writes)}/{seed}")


def _guid(seed: str) -> str:
    return str(uuid.uuid5(NAMESPACE, seed))


def claims_of(authorization: str) -> dict[str, str]:
    """The claims of a bearer token under the names that the activity log gives them; of one that is no JWT, ours."""
    claims: dict[str, Any] = {"appid": APPLICATION, "oid": PRINCIPAL, "tid": TENANT, "idtyp": "app"}
    parts = authorization.partition(" ")[2].split(".")
    if len(parts) == 3:
        try:
            told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (ValueError, RecursionError):
            told = None
        claims = told if isinstance(told, dict) else claims
    return {CLAIMS.get(name, name): str(value) for name, value in claims.items()}


def stamp(at: datetime) -> str:
    """A moment as the activity log writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _word(value: str) -> Body:
    return {"value": value, "localizedValue": value}


def _entry(number: int, write: Write, status: str, at: datetime, error: Body | None) -> Body:
    place = target(write.resource)
    event = _guid(f"{number}/{status}")
    ticks = int((at - datetime(1, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10
    properties = {"eventCategory": "Administrative", "entity": write.resource, "message": write.operation}
    if error:
        properties["statusMessage"] = json.dumps({"status": "Failed", "error": error})
    return {
        "authorization": {"action": write.operation, "scope": write.resource},
        "caller": write.caller,
        "category": _word("Administrative"),
        "claims": dict(write.claims),
        "correlationId": write.correlation,
        "description": "",
        "eventDataId": event,
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "eventTimestamp": stamp(at),
        "httpRequest": {"clientRequestId": _guid(f"{number}/request"), "method": write.method},
        "id": f"{write.resource}/events/{event}/ticks/{ticks}",
        "level": "Error" if status == "Failed" else "Informational",
        "operationId": write.token or _guid(f"{number}/operation"),
        "operationName": _word(write.operation),
        "properties": properties,
        "resourceGroupName": place.group,
        "resourceId": write.resource,
        "resourceProviderName": _word(place.namespace or "Microsoft.Resources"),
        "resourceType": _word("/".join((place.namespace, *place.types)) if place.namespace else ""),
        "status": _word(status),
        "subStatus": _word(NAMES.get(write.code, "")) if status in ("Accepted", "Succeeded") else _word(""),
        "submissionTimestamp": stamp(at + timedelta(seconds=90)),
        "subscriptionId": place.subscription,
        "tenantId": TENANT,
    }

"""Which ways may the one who approves choose, and where would a pull request go?

The policy and the requester have named a way already; whoever approves may be more careful, never bolder. Asked by the
doors for what they offer, and by `flow` for what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from remediator.core.code_home import CodeHome
from remediator.core.code_request import Purpose
from remediator.core.desired import DesiredState, Way
from remediator.core.errors import Misconfigured, RemediatorError
from remediator.core.incident import Incident
from remediator.core.meant import meant
from remediator.core.resource_id import ResourceId

# Raises `Misconfigured` where nothing can be opened at this home.
Reachable = Callable[[CodeHome], object]
# The ways that write nothing to Azure: a request is all that is done.
BY_REQUEST = frozenset({Way.PULL_REQUEST, Way.INTENDED})
PURPOSES = {Way.BOTH: Purpose.BESIDE, Way.PULL_REQUEST: Purpose.INSTEAD, Way.INTENDED: Purpose.INTENDED}


def choices(incident: Incident, desired: DesiredState, reachable: Reachable) -> tuple[Way, ...]:
    """The ways that an approver may choose for the plan as it stands, the one that is taken by itself first.

    Empty where the way that was named cannot be gone.
    """
    named = incident.named_way
    if named is Way.REPORT or incident.opening is not None:
        return () if named is Way.REPORT else (Way.DIRECT,)
    offered = {Way.DIRECT: (Way.DIRECT,), Way.BOTH: (), Way.PULL_REQUEST: ()}[named]
    if is_open(incident, desired, Purpose.INSTEAD, reachable):
        both = () if named is Way.PULL_REQUEST else (Way.BOTH,)
        pulls = (*both, Way.PULL_REQUEST) if named is Way.BOTH else (Way.PULL_REQUEST, *both)
        offered = (*offered, *pulls)
    if is_open(incident, desired, Purpose.INTENDED, reachable):
        offered = (*offered, Way.INTENDED)
    return offered


def is_open(incident: Incident, desired: DesiredState, purpose: Purpose, reachable: Reachable) -> bool:
    """Whether a request for this purpose could be opened, as far as that can be told without asking its host."""
    try:
        reachable(home_for(incident, desired, purpose))
    except RemediatorError:
        return False
    return True


def home_for(incident: Incident, desired: DesiredState, purpose: Purpose) -> CodeHome:
    """Where the request goes. `Misconfigured` with the reason where none is declared, or several are."""
    if purpose is Purpose.INTENDED:
        found = incident.diagnosis
        if desired.home is None or found is None or not meant(found.findings, found.plan, desired):
            raise _not_available(incident, "no drift of it may be meant, or the document names no home of its own")
        return desired.home.code
    return _code_of(incident, incident.registries, desired)


def _code_of(incident: Incident, registries: Iterable[ResourceId], desired: DesiredState) -> CodeHome:
    homes = {desired.intent_for(registry).code for registry in registries} or {None}
    if None in homes:
        raise _not_available(incident, "no home of the code is declared for every registry that it concerns")
    if len(homes) > 1:
        named = ", ".join(sorted(home.name for home in homes if home is not None))
        raise Misconfigured(
            "code-homes-differ",
            f"the plan of incident {incident.id} concerns registries whose code lives in different places: {named}",
            context={"incident": incident.id},
            hint="apply it directly, or look at each registry by itself",
        )
    return next(home for home in homes if home is not None)


def _not_available(incident: Incident, why: str) -> Misconfigured:
    return Misconfigured(
        "pull-request-not-available",
        f"a pull request for the plan of incident {incident.id}: {why}",
        context={"incident": incident.id},
        hint="declare `code` for the registry (and `home` for the document) in the desired state, see "
        "docs/pull-requests.md; or set the way of the registry to direct or report",
    )

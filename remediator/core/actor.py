"""Who made a write? One account, known by a stable id that names no person, and the kind of account.

`signals` and `facts` ask `actor_of` about the claims of events, alerts and activity log entries; incidents keep the
answer. Mail addresses, display names and client addresses are read for nothing but the kind and never leave here
(azure-facts 12, trap 46).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Claims = Mapping[str, object]

# Zone groups write their records under this name (azure-facts 3.2).
PLATFORM = "azure traffic manager and dns"
# Nothing else shows Azure Policy: the identity of an assignment is an application like any other.
POLICY = "microsoft.policyinsights"
_APPLICATION = ("appid", "azp")
_OBJECT = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid")
# Tokens of service principals have none of these (azure-facts 5.1).
_OF_A_PERSON = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "upn",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "name",
    "http://schemas.microsoft.com/identity/claims/scope",
    "scp",
)
_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class ActorKind(StrEnum):
    """What kind of account made a write."""

    APPLICATION = "application"
    PERSON = "person"
    POLICY = "policy"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Actor:
    """An account: `id` is the application id of an application and the object id of a person, None where not known."""

    id: str | None = None
    kind: ActorKind = ActorKind.UNKNOWN

    @property
    def key(self) -> str | None:
        """Two actors with one key are one; None where nobody can tell."""
        if self.id:
            return self.id.casefold()
        return self.kind.value if self.kind in (ActorKind.POLICY, ActorKind.PLATFORM) else None

    def __str__(self) -> str:
        match self.kind:
            case ActorKind.PLATFORM:
                return "Azure itself (Azure Traffic Manager and DNS)"
            case ActorKind.POLICY:
                return f"Azure Policy ({self.id})" if self.id else "Azure Policy"
            case ActorKind.APPLICATION:
                return f"application {self.id}" if self.id else "an application of unknown id"
            case ActorKind.PERSON:
                return f"a person (object id {self.id})" if self.id else "a person of unknown id"
            case ActorKind.UNKNOWN:
                return f"the account {self.id}" if self.id else "an unknown account"


NOBODY_KNOWN = Actor()


def actor_of(claims: Claims, evidence: Claims, caller: str = "") -> Actor:
    """The account behind a token's claims.

    `evidence` is `authorization.evidence` of an event, `caller` that of an activity log entry; either may be empty.
    A person who works through an application (a portal, `az`) is the person and not the application, so that the one
    who caused a drift is recognised when signing in to approve. Only GUIDs become an id.
    """
    said = caller.strip().casefold()
    if said == PLATFORM:
        return Actor(None, ActorKind.PLATFORM)
    application, person = _guid(claims, *_APPLICATION), _guid(claims, *_OBJECT)
    if POLICY in said or any(isinstance(value, str) and POLICY in value.casefold() for value in claims.values()):
        return Actor(application or person, ActorKind.POLICY)
    assigned_to = {"user": ActorKind.PERSON, "serviceprincipal": ActorKind.APPLICATION}.get(
        str(evidence.get("principalType")).casefold()
    )
    assigned = _guid(evidence, "principalId") if assigned_to else None
    kind = _kind(claims, application, assigned_to, said)
    alone = caller.strip().lower() if _GUID.fullmatch(caller.strip()) else None
    match kind:
        case ActorKind.PERSON if person is None and application is not None:
            return Actor(application)  # somebody at that application, and it does not say who
        case ActorKind.PERSON:
            return Actor(person or assigned, kind)
        case _:
            return Actor(application or person or assigned or alone, kind)


def _kind(claims: Claims, application: str | None, assigned_to: ActorKind | None, said: str) -> ActorKind:
    declared = {"app": ActorKind.APPLICATION, "user": ActorKind.PERSON}.get(str(claims.get("idtyp")).casefold())
    if declared is not None:
        return declared
    if any(claims.get(name) for name in _OF_A_PERSON) or "@" in said:
        return ActorKind.PERSON
    if application is not None:
        return ActorKind.APPLICATION
    return assigned_to or ActorKind.UNKNOWN


def _guid(source: Claims, *names: str) -> str | None:
    for name in names:
        value = source.get(name)
        if isinstance(value, str) and _GUID.fullmatch(value):
            return value.lower()
    return None

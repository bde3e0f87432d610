"""Is everything there that the program needs to work where it was put? What a check is, and what is told to the checks.

`flow.examine` makes the checks in their order, over what `doctor_surroundings` can see; the other `doctor_…` modules
judge values. A check that cannot be made is UNKNOWN and never OK; docs/doctor.md has a row for each id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from remediator.core.cloud import Cloud


class State(StrEnum):
    """How a check ended. SKIPPED: it does not apply here. UNKNOWN: it could not be made."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its permanent id, what it is about ("" for the whole), what was found, and a command or setting that
    mends it ("" where nothing is to be done). `missing` are actions that a role lacks."""

    id: str
    state: State
    found: str
    fix: str = ""
    about: str = ""
    missing: tuple[str, ...] = ()


class Role(StrEnum):
    """The two identities."""

    READER = "reader"
    APPLIER = "applier"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a token is for, as its claims say it; each may be empty."""

    application: str = ""
    principal: str = ""
    tenant: str = ""


@dataclass(frozen=True, slots=True)
class Setup:
    """What the settings ask for, as far as a check needs it.

    `client_ids` has the client id that is set for each identity ("" for none), `beside` the names of what needs actions
    besides (`permissions --with`), `hosts` the names that the program connects to, `host` the
    version of the Functions host around this process. With `as_me` somebody looks from a terminal that is not the app;
    `hidden` are then the variables whose values only the app sees. `public_host` is the name of our own
    pages. `teams` are the names of the teams that have a webhook.
    """

    mode: str
    cloud: Cloud
    subscriptions: tuple[str, ...] = ()
    public_host: str = ""
    client_ids: Mapping[Role, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    approvers: bool = False
    recipients: tuple[str, ...] = ()
    mails: bool = False
    teams: tuple[str, ...] = ()
    callers: bool = False
    as_me: bool = False
    hidden: tuple[str, ...] = ()
    host: str = ""

    @property
    def in_azure(self) -> bool:
        """Whether the program is set up to run in Azure."""
        return self.mode == "azure"


def worst(checks: Iterable[Check]) -> State:
    """ERROR where there is one, else WARNING, UNKNOWN or OK; what was skipped does not count."""
    found = {check.state for check in checks}
    return next((state for state in (State.ERROR, State.WARNING, State.UNKNOWN) if state in found), State.OK)

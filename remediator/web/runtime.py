"""What do the routes need from the rest of the program? `bootstrap` fills it; the routes know nothing else.

Nothing here is kept in memory between requests: CSRF tokens are keyed from the settings, answers to repeated requests
lie in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from remediator.core.approval import Answer, Person
from remediator.core.desired import Approvers, DesiredState, Way
from remediator.core.incident import Incident, Status
from remediator.core.overview import Overview
from remediator.core.resource_id import ResourceId
from remediator.ports import Clock, Log, Quarantine, Rows, TakenIn, Tokens


class IdentityKind(StrEnum):
    """Who says who a person is: the platform, the person themselves on one machine, or nobody."""

    PLATFORM = "easyauth"
    LOCAL = "local"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The settings that the routes need.

    `csrf_key` is at least 32 bytes of secret, the same on every instance. `platform_strips_headers` says that the
    platform removes forged `X-MS-CLIENT-PRINCIPAL*` headers; without it they do not count. `tenant` is the only tenant
    whose people count, "" for any. `callers` are application or object ids and app roles that may send signals with an
    Entra token. `platform_checks_keys`: the Functions host has compared the key of the API routes already. `readers`
    are object ids, group ids or roles that may read incidents; empty means every signed-in person. `approvers` narrow
    down who may decide where the desired state names nobody. `local_user` is signed in by itself when the identity is
    local. The hook secrets are what code hosts prove themselves with; without one its webhook is not taken.
    """

    public_url: str
    csrf_key: bytes = field(repr=False)
    identity: IdentityKind = IdentityKind.NONE
    platform_strips_headers: bool = False
    tenant: str = ""
    function_key: str = field(default="", repr=False)
    platform_checks_keys: bool = False
    callers: frozenset[str] = frozenset()
    readers: frozenset[str] = frozenset()
    approvers: Approvers = field(default_factory=Approvers)
    local_user: str = ""
    github_hook_secret: str = field(default="", repr=False)
    azure_devops_hook_secret: str = field(default="", repr=False)

    @property
    def on_loopback(self) -> bool:
        """Whether the public address is this machine's own."""
        try:
            return urlsplit(self.public_url).hostname in ("127.0.0.1", "localhost", "::1")
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class WebRuntime:
    """The settings, a few ports, and the steps of the flow as plain callables.

    `take_in` is flow.intake for one signal or several about one subject, `record` flow.record_approval with the
    incident's id, the link's token, the answer and the person; both raise the errors of core.errors. `find` takes
    (status, registry, limit), the first two may be None, a registry by id or name; newest first. `code_moved` is
    flow.code_moved with the name of a branch.
    """

    settings: WebSettings
    clock: Clock
    tokens: Tokens
    rows: Rows
    quarantine: Quarantine
    log: Log
    take_in: Callable[..., TakenIn]
    load: Callable[[str], Incident]
    find: Callable[[Status | None, ResourceId | str | None, int], Sequence[Incident]]
    record: Callable[[str, str, Answer, Person], Incident]
    desired: Callable[[], DesiredState]
    joined: Callable[[str], Sequence[Incident]] = lambda _: ()
    stopped: Callable[[], str | None] = lambda: None
    code_moved: Callable[[str], str | None] = lambda _: None
    choices: Callable[[Incident], tuple[Way, ...]] = lambda _: (Way.DIRECT,)
    overview: Callable[[], Overview] = lambda: Overview(datetime.min.replace(tzinfo=UTC))

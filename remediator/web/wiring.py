"""From the program's runtime to what the routes need. Doors call it: bootstrap and web do not know each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from remediator.core.approval import Answer, Person
from remediator.core.desired import Approvers, DesiredState, Way
from remediator.core.incident import Incident, Status
from remediator.core.overview import Overview
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.ports import Clock, Log, Quarantine, Rows, TakenIn, Tokens
from remediator.settings import Settings
from remediator.web.runtime import IdentityKind, WebRuntime, WebSettings


class Source(Protocol):
    """The part of the program's runtime that the routes need; `bootstrap.Runtime` is one."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def tokens(self) -> Tokens: ...
    @property
    def rows(self) -> Rows: ...
    @property
    def quarantine(self) -> Quarantine: ...
    @property
    def log(self) -> Log: ...
    @property
    def csrf_key(self) -> bytes: ...

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn: ...
    def load(self, incident: str) -> Incident: ...
    def find(
        self, status: Status | None = None, registry: ResourceId | str | None = None, limit: int = 50
    ) -> Sequence[Incident]: ...
    def record_approval(self, incident: str, token: str, answer: Answer, person: Person) -> Incident: ...
    def desired(self) -> DesiredState: ...
    def joined(self, incident: str) -> Sequence[Incident]: ...
    def stopped(self) -> str | None: ...
    def code_moved(self, branch: str) -> str | None: ...
    def choices(self, incident: Incident) -> tuple[Way, ...]: ...
    def overview(self) -> Overview: ...


def web_runtime(source: Source, *, function_key: str, platform_checks_keys: bool) -> WebRuntime:
    """The runtime as the routes see it.

    `platform_checks_keys` says that the host has compared the caller's key already; a `function_key` is compared
    again in any case.
    """
    return WebRuntime(
        settings=_settings(source, function_key, platform_checks_keys),
        clock=source.clock,
        tokens=source.tokens,
        rows=source.rows,
        quarantine=source.quarantine,
        log=source.log,
        take_in=source.take_in,
        load=source.load,
        find=source.find,
        record=source.record_approval,
        desired=source.desired,
        joined=source.joined,
        stopped=source.stopped,
        code_moved=source.code_moved,
        choices=source.choices,
        overview=source.overview,
    )


def _settings(source: Source, function_key: str, platform_checks_keys: bool) -> WebSettings:
    known = source.settings
    return WebSettings(
        public_url=known.public_url,
        csrf_key=source.csrf_key,
        identity=IdentityKind(known.identity_provider.value),
        platform_strips_headers=known.trust_platform_headers,
        tenant=known.tenant_id,
        function_key=function_key,
        platform_checks_keys=platform_checks_keys,
        callers=frozenset(known.callers),
        readers=frozenset(known.readers),
        approvers=Approvers(known.approver_users, known.approver_groups, known.approver_roles),
        local_user=known.local_user,
        github_hook_secret=known.github_webhook_secret,
        azure_devops_hook_secret=known.azure_devops_hook_secret,
    )

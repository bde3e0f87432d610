"""The function app as it stands in Azure, on this machine: our own store and the real clients over a small Azure.

Queues are the host's, so that what a door sends is what the work queue's trigger receives. The clock is moved by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.local.rows_sqlite import RowsSqlite
from remediator.adapters.local.work_inline import InlineWork
from remediator.adapters.records.incidents import RowIncidents
from remediator.adapters.records.leases import RowLeases
from remediator.adapters.records.pace import RowPace
from remediator.adapters.records.quarantine import RowQuarantine
from remediator.adapters.records.switch import RowSwitch
from remediator.adapters.system.ids import SystemIds
from remediator.adapters.system.log import SystemLog
from remediator.adapters.system.tokens import HmacTokens
from remediator.bootstrap import Runtime
from remediator.core.cloud import cloud_named
from remediator.core.desired import Approvers, DesiredState, RegistryIntent
from remediator.core.errors import Transient
from remediator.core.incident import Incident, Notice
from remediator.flow.advance import Flow
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from remediator.settings import Settings
from remediator.views.links import approval_link
from tests.doubles import HandClock
from tests.functions_host.host import BASE, Host

APPROVER = "22222222-2222-4222-8222-222222222222"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
NOBODY = {"REMEDIATOR_MODE": "sandbox", "REMEDIATOR_PUBLIC_URL": BASE}
EASY_AUTH = NOBODY | {"REMEDIATOR_IDENTITY_PROVIDER": "easyauth", "REMEDIATOR_TRUST_PLATFORM_HEADERS": "true"}


@dataclass
class HostQueue:
    """The work queue as the host delivers it; what is due later is left to the timer."""

    host: Host
    down: bool = False

    def send(self, incident: str, delay: float = 0.0) -> None:
        if self.down:
            raise Transient("queue-unreachable", "sending a wake-up: the queue does not answer")
        if delay <= 0:
            self.host.put("remediator-work", incident)


@dataclass
class Told:
    """A channel that keeps what was told."""

    notices: list[Notice] = field(default_factory=list)

    def deliver(self, notice: Notice, incident: Incident) -> None:
        self.notices.append(notice)


class Desired:
    """No document; one person may approve."""

    def load(self) -> DesiredState:
        return DesiredState(registries=(RegistryIntent(approvers=Approvers(users=(APPROVER,))),))


class Stage:
    """Everything behind the doors, and what tests look at."""

    def __init__(
        self, host: Host, environment: Mapping[str, str] = EASY_AUTH, estate: Mapping[str, Any] | None = None
    ) -> None:
        self.host, self.clock, self.queue, self.told = host, HandClock(NEW_YEAR), HostQueue(host), Told()
        first = files("remediator.sandbox.estates").joinpath("first-incident.json")
        self.azure = Azure.from_estate(json.loads(first.read_text()) if estate is None else dict(estate))
        cloud = cloud_named(self.azure.cloud)
        arm = Arm(ArmAccess(SandboxCredential(), cloud, transport=SandboxTransport(self.azure)))
        self.rows = RowsSqlite(None)
        self.quarantine = RowQuarantine(self.rows, self.clock, SystemIds())
        self.flow = Flow(
            incidents=RowIncidents(self.rows),
            queue=self.queue,
            clock=self.clock,
            ids=SystemIds(),
            observer=AzureObserver(arm, cloud),
            desired_states=Desired(),
            tokens=HmacTokens(KEY),
            applier=AzureApplier(arm, lambda _: arm),
            leases=RowLeases(self.rows, self.clock),
            switch=RowSwitch(self.rows, self.clock),
            pace=RowPace(self.rows, self.clock),
            log=SystemLog(),
            channels={"mail": self.told},
            recipients=("night@example.org",),
        )
        self.runtime: Any = Runtime(
            settings=Settings.from_environment(environment),
            cloud=cloud,
            clock=self.clock,
            ids=self.flow.ids,
            log=self.flow.log,
            tokens=self.flow.tokens,
            rows=self.rows,
            quarantine=self.quarantine,
            switch=self.flow.switch,
            observer=self.flow.observer,
            channels=self.flow.channels,
            flow=self.flow,
            work=InlineWork(self.clock, self.flow.log, self.flow.poisoned),
            csrf_key=KEY,
            function_key="",
        )

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Every incident, newest first."""
        return self.flow.incidents.find()

    @property
    def incident(self) -> Incident:
        """The only incident."""
        (found,) = self.incidents
        return found

    @property
    def link(self) -> str:
        """The address of the approval page that the only incident's recipient was sent, without the host."""
        incident = self.incident
        assert incident.request is not None
        token = self.flow.tokens.token(incident.id, incident.request.digest, incident.request.links[0].recipient)
        return approval_link(BASE, incident.id, token).removeprefix(BASE)

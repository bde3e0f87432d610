"""The real adapters on an in-process sandbox: observe, diagnose, apply with an approval, look again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.core.approval import ApprovedPlan, gate
from remediator.core.change import Change, LiveState
from remediator.core.cloud import cloud_named
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.diagnosis import Diagnosis, Focus, diagnose
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.ports import Started
from remediator.sandbox.azure import Azure
from remediator.sandbox.network import Network
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

POLLS = 20


@dataclass(frozen=True)
class Sandboxed:
    """An estate in the sandbox, and our adapters on it."""

    azure: Azure
    observer: AzureObserver
    applier: AzureApplier

    @classmethod
    def of(cls, document: dict[str, Any], *, reader: str = "", applier: str = "") -> Sandboxed:
        """Serve an estate document; the client ids are of the identity that reads and of the one that writes."""
        azure = Azure.from_estate(document)
        cloud = cloud_named(document["cloud"])

        def arm(client: str) -> Arm:
            return Arm(ArmAccess(SandboxCredential(client), cloud, transport=SandboxTransport(azure)))

        reading = arm(reader)
        return cls(azure, AzureObserver(reading, cloud), AzureApplier(reading, lambda _: arm(applier)))

    def diagnose(self, desired: DesiredState | None = None, focus: Focus | None = None) -> Diagnosis:
        """Read it live and diagnose."""
        return diagnose(desired or DesiredState(), self.observer.observe(), focus)

    def pulls(self, app: str) -> bool:
        """Whether the app's images can be pulled, as the sandbox's own network sees it."""
        return Network(self.azure).pull_app(app).ok

    def apply(self, plan: Plan) -> None:
        """Apply a plan as if somebody had approved it."""
        approved = approve(plan)
        for change in plan.changes:
            self._follow(approved, change, self.applier.start(approved, change))

    def undo(self, plan: Plan) -> None:
        """Take an applied plan back, last first; what has no way back stays."""
        approved = approve(plan)
        for change in reversed(plan.changes):
            if self.applier.compare_undo(change) is LiveState.PENDING:
                self._follow(approved, change, self.applier.start_undo(approved, change))

    def _follow(self, approved: ApprovedPlan, change: Change, started: Started) -> None:
        for _ in range(POLLS):
            if started.operation is None or self.applier.poll(approved, started.operation) is None:
                return
        raise AssertionError(f"{change.summary} did not end")


def approve(plan: Plan) -> ApprovedPlan:
    """The plan as the policy lets it pass."""
    ruling = Ruling(Decision.AUTO, Way.DIRECT, ("a test",), 0)
    approved = gate(plan, ruling, None, (), requester=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert isinstance(approved, ApprovedPlan)
    return approved

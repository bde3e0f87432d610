"""As whom, where and what of Azure do we read and write? From the settings to the Azure adapters.

The Azure libraries are imported at the first question, so that doors which only take a signal in start without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from remediator.bootstrap.declared import desired_states
from remediator.bootstrap.memory import collect_seldom
from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, LiveState
from remediator.core.cloud import Cloud, cloud_named
from remediator.core.errors import Misconfigured
from remediator.core.measures import Unmeasured
from remediator.core.snapshot import Snapshot
from remediator.ports import Applier, DesiredStates, Started, Telemetry
from remediator.settings import Mode, Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from remediator.adapters.azure.arm import Arm
    from remediator.adapters.azure.observer import AzureObserver
    from remediator.facts import RawEstate

# The client id of the identity that the sandbox gives tokens for.
SANDBOX_IDENTITY = "00000000-0000-0000-0000-0000000000c2"


@dataclass(frozen=True, slots=True)
class AzureReader:
    """`ports.Observer` on the subscriptions of the settings, else of the desired state, else all that can be seen."""

    arm: Callable[[], Arm]
    cloud: Cloud
    subscriptions: tuple[str, ...]
    desired: DesiredStates

    @property
    def watched(self) -> tuple[str, ...]:
        """The ids of the subscriptions that are looked at; () for all that can be seen."""
        return self.subscriptions or self.desired.load().subscriptions

    def observe(self) -> Snapshot:
        """As `ports.Observer.observe`."""
        return self._observer().observe()

    def observe_raw(self) -> RawEstate:
        """The raw bodies and the listings that failed; for `estate export`."""
        return self._observer().observe_raw()

    def _observer(self) -> AzureObserver:
        from remediator.adapters.azure.observer import AzureObserver

        return AzureObserver(self.arm(), self.cloud, self.watched)


@dataclass(frozen=True, slots=True)
class AzureWriter:
    """`ports.Applier`, made at its first question; with the reader's connection, and without the applier's yet."""

    made: Callable[[], Applier]

    def compare(self, change: Change) -> LiveState:
        """As `ports.Applier.compare`."""
        return self.made().compare(change)

    def start(self, approved: ApprovedPlan, change: Change) -> Started:
        """As `ports.Applier.start`."""
        return self.made().start(approved, change)

    def poll(self, approved: ApprovedPlan, operation: str) -> float | None:
        """As `ports.Applier.poll`."""
        return self.made().poll(approved, operation)

    def compare_undo(self, change: Change) -> LiveState:
        """As `ports.Applier.compare_undo`."""
        return self.made().compare_undo(change)

    def start_undo(self, approved: ApprovedPlan, change: Change) -> Started:
        """As `ports.Applier.start_undo`."""
        return self.made().start_undo(approved, change)


def reader(settings: Settings, telemetry: Telemetry | None = None) -> AzureReader:
    """What reads Azure for these settings; nothing is asked yet."""
    collect_seldom()
    cloud = cloud_named(settings.cloud)

    @cache
    def arm() -> Arm:
        return _arm(settings, cloud, settings.reader_client_id, telemetry)

    return AzureReader(arm, cloud, settings.subscriptions, desired_states(settings))


def applier(settings: Settings, telemetry: Telemetry | None = None) -> AzureWriter:
    """What writes to Azure for these settings; nothing is asked yet.

    It compares as the reader. The applier's credential is made by `writing_as_applier` and nowhere else, so that there
    is none before somebody has approved something.
    """
    cloud = cloud_named(settings.cloud)

    @cache
    def made() -> Applier:
        from remediator.adapters.azure.applier import AzureApplier

        reading = _arm(settings, cloud, settings.reader_client_id, telemetry)
        return AzureApplier(reading, writing_as_applier(settings, telemetry))

    return AzureWriter(made)


def writing_as_applier(settings: Settings, telemetry: Telemetry | None = None) -> Callable[[ApprovedPlan], Arm]:
    """What makes the applier's connection, and with it its credential, from an approved plan; nothing else does."""
    cloud = cloud_named(settings.cloud)

    def writing(_: ApprovedPlan) -> Arm:
        return _arm(settings, cloud, settings.applier_client_id, telemetry)

    return writing


def identity(settings: Settings, client_id: str) -> TokenCredential:
    """The managed identity of this client id, the sandbox's own there, else whatever azure-identity finds."""
    from remediator.adapters.azure.credentials import credential

    sandboxed = settings.mode is Mode.SANDBOX
    named = client_id or (SANDBOX_IDENTITY if sandboxed else "")
    return credential(cloud_named(settings.cloud), client_id=named, instance_discovery=not sandboxed)


def _arm(settings: Settings, cloud: Cloud, client_id: str, telemetry: Telemetry | None) -> Arm:
    from remediator.adapters.azure.arm import Arm, ArmAccess

    if settings.ca_file is not None and not settings.ca_file.is_file():
        raise Misconfigured(
            "ca-file-missing",
            f"connecting to Resource Manager: the file of certificates {settings.ca_file} is not there",
            hint="REMEDIATOR_CA_FILE names a PEM file",
        )
    verify = str(settings.ca_file) if settings.ca_file else True
    known = telemetry or Unmeasured()
    return Arm(ArmAccess(identity(settings, client_id), cloud, settings.arm_endpoint, verify, telemetry=known))

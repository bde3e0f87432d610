"""As whom, where and what of Azure do we read and write? From the settings to the Azure adapters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from remediator.bootstrap.declared import desired_states
from remediator.core.cloud import Cloud, cloud_named
from remediator.core.snapshot import Gap, Snapshot
from remediator.ports import Applier, DesiredStates
from remediator.settings import Mode, Settings

if TYPE_CHECKING:
    from remediator.adapters.azure.arm import Arm
    from remediator.adapters.azure.observer import AzureObserver

# The client id of the identity that the sandbox gives tokens for.
SANDBOX_IDENTITY = "00000000-0000-0000-0000-0000000000c2"


@dataclass(frozen=True, slots=True)
class AzureReader:
    """`ports.Observer` on the subscriptions of the settings, else of the desired state, else all that can be seen."""

    arm: Arm
    cloud: Cloud
    subscriptions: tuple[str, ...]
    desired: DesiredStates

    def observe(self) -> Snapshot:
        """As `ports.Observer.observe`."""
        return self._observer().observe()

    def observe_raw(self) -> tuple[tuple[dict[str, Any], ...], tuple[Gap, ...]]:
        """The raw bodies and the listings that failed; for `estate export`."""
        return self._observer().observe_raw()

    def _observer(self) -> AzureObserver:
        from remediator.adapters.azure.observer import AzureObserver

        return AzureObserver(self.arm, self.cloud, self.subscriptions or self.desired.load().subscriptions)


def reader(settings: Settings) -> AzureReader:
    """What reads Azure for these settings; nothing is asked yet."""
    arm = _arm(settings, settings.reader_client_id)
    return AzureReader(arm, cloud_named(settings.cloud), settings.subscriptions, desired_states(settings))


def applier(settings: Settings) -> Applier:
    """What writes to Azure for these settings; the clients are imported at the first write."""
    from remediator.adapters.azure.applier import AzureApplier

    return AzureApplier(_arm(settings, settings.applier_client_id))


def _arm(settings: Settings, client_id: str) -> Arm:
    from remediator.adapters.azure.arm import Arm, ArmAccess
    from remediator.adapters.azure.credentials import credential

    sandboxed = settings.mode is Mode.SANDBOX
    cloud = cloud_named(settings.cloud)
    identity = credential(
        cloud, client_id=client_id or (SANDBOX_IDENTITY if sandboxed else ""), instance_discovery=not sandboxed
    )
    verify = str(settings.ca_file) if settings.ca_file else True
    return Arm(ArmAccess(identity, cloud, base_url=settings.arm_endpoint, verify=verify))

"""What has been declared, completed by the settings: its way, and approvers where the document names nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace

from remediator.core.desired import Approvers, DesiredState, RegistryIntent, Way
from remediator.ports import DesiredStates
from remediator.settings import Settings


def desired_states(settings: Settings) -> DesiredStates:
    """The document that the settings name, read afresh each time."""
    from remediator.adapters.local.desired_yaml import DesiredYaml

    named = Approvers(settings.approver_users, settings.approver_groups, settings.approver_roles)
    return _Completed(DesiredYaml(settings.desired_state), named, Way(settings.way))


@dataclass(frozen=True, slots=True)
class _Completed:
    document: DesiredStates
    approvers: Approvers
    way: Way

    def load(self) -> DesiredState:
        """As `ports.DesiredStates.load`."""
        desired = self.document.load()
        entries = (
            desired.registries if desired.declared else tuple(replace(e, way=self.way) for e in desired.registries)
        )
        return replace(desired, registries=tuple(self._with_approvers(entry) for entry in entries))

    def _with_approvers(self, entry: RegistryIntent) -> RegistryIntent:
        own = entry.approvers
        if own.users or own.groups or own.roles:
            return entry
        return replace(entry, approvers=replace(self.approvers, notify=own.notify))

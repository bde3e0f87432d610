"""Each kind of change on a sandbox that knows who may do what: exactly its actions suffice, and each one is needed."""

from __future__ import annotations

from collections.abc import Iterator

import azure_estate as est
import pytest
from azure_change_cases import CASES, Case

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.core.approval import ApprovedPlan
from remediator.core.change import LiveState
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured
from remediator.core.permissions import READER, Use, applier_actions, required
from remediator.ports import Started
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

WHO_READS, WHO_WRITES = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


class Told:
    """One case with the applier's actions as given; `followed` says whether anything had to be polled."""

    def __init__(self, case: Case, actions: set[str]) -> None:
        self.case, self.followed = case, False
        self.azure: Azure = est.small_azure(case.estate())
        self.azure.permissions.update({WHO_READS: set(READER), WHO_WRITES: actions})
        self.applier = AzureApplier(self._arm(WHO_READS), lambda _: self._arm(WHO_WRITES))

    def make_and_take_back(self) -> None:
        change = self.case.change
        approved = est.approved(change)
        self._follow(approved, self.applier.start(approved, change))
        assert self.applier.compare(change) is LiveState.DONE
        if not self.case.one_way:
            self._follow(approved, self.applier.start_undo(approved, change))
            assert self.applier.compare_undo(change) is LiveState.DONE

    def _arm(self, client: str) -> Arm:
        return Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(self.azure)))

    def _follow(self, approved: ApprovedPlan, started: Started) -> None:
        self.followed = self.followed or started.operation is not None
        while started.operation is not None and self.applier.poll(approved, started.operation) is not None:
            pass


def pairs() -> Iterator[object]:
    for name, case in CASES.items():
        for action in sorted({need.action for need in required(case.change)}):
            yield pytest.param(case, action, id=f"{name} without {action}")


@pytest.mark.parametrize("name", list(CASES))
def test_a_change_is_made_and_taken_back_with_exactly_its_actions(name: str) -> None:
    """What `required` lists is all that making, following and undoing this change takes."""
    case = CASES[name]
    Told(case, {need.action for need in required(case.change)} | more(case)).make_and_take_back()


@pytest.mark.parametrize(("case", "action"), list(pairs()))
def test_each_of_its_actions_is_needed(case: Case, action: str) -> None:
    """With one action less something is refused, and the refusal names that action."""
    uses = {need.use for need in required(case.change) if need.action == action}
    told = Told(case, {need.action for need in required(case.change)} - {action} | more(case) - {action})
    try:
        told.make_and_take_back()
    except Misconfigured as refused:
        assert (refused.code, action in refused.message) == ("azure-forbidden", True)
        return
    assert uses == {Use.FOLLOW}, "nothing was refused"
    assert not told.followed, "an operation was followed without the right to"


def more(case: Case) -> set[str]:
    """A flag's change does not say which network is on the other side, so its need there cannot be located."""
    return {"Microsoft.Network/virtualNetworks/peer/action"} if case is CASES["update-peering flag"] else set()


def test_every_action_of_the_applier_is_refused_somewhere() -> None:
    """No action stands in the applier's list that no case needs."""
    refused = set()
    for case in CASES.values():
        for action in {need.action for need in required(case.change)}:
            try:
                Told(case, set(applier_actions()) - {action}).make_and_take_back()
            except Misconfigured:
                refused.add(action)
    assert refused == set(applier_actions())


def test_the_applier_reads_no_resource() -> None:
    """All that the applier may read is how far an operation is."""
    reading = {action for action in applier_actions() if action.endswith("/read")}
    assert reading == {
        need.action for case in CASES.values() for need in required(case.change) if need.use is Use.FOLLOW
    }
    assert all("operation" in action.lower() for action in reading)

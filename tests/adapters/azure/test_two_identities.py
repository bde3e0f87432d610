"""Two identities: what is read as which, and when the applier's connection is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import azure_estate as est
import pytest
from azure_change_cases import CASES, Case

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.core.approval import ApprovedPlan
from remediator.core.change import LiveState
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Stale
from remediator.sandbox.azure import Azure
from remediator.sandbox.history import claims_of
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

READER, APPLIER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"


@dataclass
class Spied:
    """A sandbox that notes who asked for what, and an applier whose connections are counted."""

    azure: Azure
    asked: list[tuple[str, str]] = field(default_factory=list)
    made: list[ApprovedPlan] = field(default_factory=list)

    def __post_init__(self) -> None:
        handle = self.azure.handle

        def noting(method, url, headers, body):
            sent = {name.lower(): value for name, value in headers.items()}
            self.asked.append((claims_of(sent["authorization"])["appid"], method))
            return handle(method, url, headers, body)

        self.azure.handle = noting
        self.applier = AzureApplier(self._arm(READER), self._writing)

    def _arm(self, client: str) -> Arm:
        return Arm(ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(self.azure)))

    def _writing(self, approved: ApprovedPlan) -> Arm:
        self.made.append(approved)
        return self._arm(APPLIER)


@pytest.fixture(params=list(CASES), ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_comparing_reads_as_the_reader_and_makes_no_credential(case: Case) -> None:
    """However often live state is compared, only the reader asks, and the applier's connection does not exist."""
    spied = Spied(est.small_azure(case.estate()))
    assert spied.applier.compare(case.change) is LiveState.PENDING
    spied.applier.compare_undo(case.change)
    assert {who for who, _ in spied.asked} == {READER}
    assert spied.made == []


def test_what_is_refused_makes_no_credential(case: Case) -> None:
    """A change that was not approved, or that the world has overtaken, never gets as far as a connection."""
    spied = Spied(est.small_azure(case.estate()))
    for write in (spied.applier.start, spied.applier.start_undo):
        with pytest.raises(Stale):
            write(est.approved(), case.change)
    other = replace(case.change, before={"nobody": "knows"}, after={"nobody": "wants"})
    with pytest.raises(Stale):
        spied.applier.start(est.approved(other), other)
    assert spied.made == []
    assert {who for who, _ in spied.asked} <= {READER}


def test_writing_and_following_are_the_appliers_and_all_else_the_readers(case: Case) -> None:
    """The connection is made once, with the approved plan; on it every write, and no read but polls, is made."""
    spied = Spied(est.small_azure(case.estate()))
    approved = est.approved(case.change)
    started = spied.applier.start(approved, case.change)
    assert [who for who, method in spied.asked if method != "GET"] == [APPLIER]
    assert APPLIER not in {who for who, method in spied.asked if method == "GET"}
    while started.operation is not None and spied.applier.poll(approved, started.operation) is not None:
        pass
    spied.asked.clear()
    assert spied.applier.compare(case.change) is LiveState.DONE
    assert {who for who, _ in spied.asked} == {READER}
    assert [one is approved for one in spied.made] == [True]


def test_the_next_plan_gets_a_connection_of_its_own() -> None:
    """The applier's connection belongs to one approved plan; another plan's is made with that plan in hand."""
    zone, record = CASES["create-dns-zone"].change, CASES["update-registry"].change
    spied = Spied(est.small_azure(CASES["create-dns-zone"].estate(), operation_polls=0))
    first, second = est.approved(zone), est.approved(record)
    spied.applier.start(first, zone)
    spied.applier.start(second, record)
    assert [one.digest for one in spied.made] == [first.digest, second.digest]


def test_the_applier_writes_with_the_version_that_the_reader_found() -> None:
    """Where a cloud lacks our api-version, the one that answered the reader is the one that is written with."""
    case = CASES["create-vnet-link"]
    spied = Spied(est.small_azure(case.estate()))
    spied.applier._reading._settled["microsoft.network/privatednszones/virtualnetworklinks"] = "2024-07-01"
    urls: list[str] = []
    handle = spied.azure.handle

    def noting(method, url, headers, body):
        urls.append(url)
        return handle(method, url, headers, body)

    spied.azure.handle = noting
    spied.applier.start(est.approved(case.change), case.change)
    assert "api-version=2024-07-01" in urls[-1]

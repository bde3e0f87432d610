"""Two owners that overwrite each other are recognised, and nobody is accused of it who only came by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite
from remediator.core.caused_by import Own
from remediator.core.change import Change, ChangeKind
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.execution import Execution, Step, StepState
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, Status
from remediator.core.plan import Plan, ordered
from remediator.core.record_writers import TwoWriters
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.signal import Signal, SignalSource
from remediator.core.two_owners import CODE, TwoOwners, two_owners

SUB = "00000000-0000-0000-0000-000000000001"
REGISTRY = resource_id(SUB, "rg", "Microsoft.ContainerRegistry/registries", "shop")
ZONE = resource_id(SUB, "rg", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
LINK = ZONE.child("virtualNetworkLinks", "vnet-apps")
RECORD = ZONE.child("A", "shop")
ENDPOINT = resource_id(SUB, "rg", "Microsoft.Network/privateEndpoints", "pe-shop")
GROUP = ENDPOINT.child("privateDnsZoneGroups", "deployedByPolicy")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERRAFORM = Actor("11111111-0000-0000-0000-000000000001", ActorKind.APPLICATION)
ASSIGNMENT = Actor("22222222-0000-0000-0000-000000000002", ActorKind.APPLICATION)
OURS = Actor("33333333-0000-0000-0000-000000000003", ActorKind.APPLICATION)
DNS = Actor(None, ActorKind.PLATFORM)
OWN = Own(frozenset({OURS.id or ""}))

LINKED = Change(ChangeKind.CREATE_LINK, LINK, "link it", None, {"network": ENDPOINT.text}, "vnet-link")
OTHER = Change(ChangeKind.UPDATE_REGISTRY, REGISTRY, "close it", {"p": 1}, {"p": 0}, "public-network-access")


def mended(days_ago: float, *changes: Change, state: StepState = StepState.DONE, by_hand: bool = False) -> Incident:
    """An incident so many days ago in which these changes were made by us."""
    plan = ordered(changes or (LINKED,))
    steps = tuple(Step(state, NOON, NOON, wrote=state is not StepState.SKIPPED) for _ in plan.changes)
    source = SignalSource.MANUAL if by_hand else SignalSource.EVENT_GRID
    return Incident(
        f"i-{days_ago}",
        REGISTRY,
        NOON - timedelta(days=days_ago),
        Status.RESOLVED,
        signals=(Signal(source, f"s-{days_ago}"),),
        diagnosis=Diagnosis(Focus(), (), (), plan, Foresight(), None),
        execution=Execution(plan.digest, steps, NOON),
        caused_by=AzureWrite(LINK, f"{LINK.type}/delete", NOON, TERRAFORM),
    )


def stopped(days_ago: float) -> Incident:
    """An incident so many days ago in which the program stopped between two owners."""
    return Incident(
        f"s-{days_ago}", REGISTRY, NOON - timedelta(days=days_ago), Status.NEEDS_HUMAN, error=(CODE, "two owners")
    )


def now(by_hand: bool = False) -> Incident:
    """The incident at hand."""
    return replace(mended(0, by_hand=by_hand), execution=None, caused_by=None)


def asked(*earlier: Incident, plan: Plan | None = None, by_hand: bool = False) -> TwoOwners | None:
    return two_owners(now(by_hand), plan or ordered((OTHER, LINKED)), earlier, (), OWN, NOON)


def test_changed_back_twice() -> None:
    """The change that we made twice and that is missing again has another owner, who is named."""
    found = asked(mended(1), mended(3))
    assert found is not None
    assert (found.target, found.owners) == (LINK, (TERRAFORM,))
    assert found.sentence == (
        "vnet-apps (virtualNetworkLinks) of privatelink.azurecr.io: we made this change 2 times and each time somebody "
        f"changed it back. The writers: application {TERRAFORM.id}"
    )


@pytest.mark.parametrize(
    "earlier",
    [
        [mended(1)],
        [mended(1), mended(31)],
        [mended(1), mended(2, OTHER)],
        [mended(1), mended(2, replace(LINKED, after={"network": REGISTRY.text}))],
        [mended(1), mended(2, state=StepState.UNDONE)],
        [mended(1), mended(2, state=StepState.SKIPPED)],
        [mended(1), replace(mended(2, OTHER), diagnosis=mended(2).diagnosis)],
        [mended(1), replace(mended(2), execution=None)],
    ],
)
def test_once_is_no_fight(earlier: list[Incident]) -> None:
    """Once, long ago, another change, a change that we took back or never made ourselves: no two owners."""
    assert asked(*earlier) is None


def test_ids_are_compared_without_case() -> None:
    """The same change is the same in any casing of its ids."""
    loud = replace(LINKED, target=ResourceId(LINK.text.upper()), after={"network": ENDPOINT.text.upper()})
    assert asked(mended(1, loud), mended(2)) is not None


def test_a_person_who_was_told_is_believed() -> None:
    """A person who asks after the program stopped has settled it: what was before does not count, what comes does."""
    before = (stopped(3), mended(4), mended(5))
    assert asked(*before) is not None
    assert asked(*before, by_hand=True) is None
    assert asked(mended(2, by_hand=True), *before) is None
    assert asked(mended(1), mended(2, by_hand=True), *before) is not None


def test_a_person_who_was_not_told_is_told() -> None:
    """A request by hand alone does not keep the program from stopping."""
    assert asked(mended(1, by_hand=True), mended(2, by_hand=True), by_hand=True) is not None


def turns(rid: ResourceId, *told: tuple[Actor, str]) -> tuple[AzureWrite, ...]:
    return tuple(
        AzureWrite(rid, f"{rid.type}/{verb}", NOON + timedelta(minutes=number), actor)
        for number, (actor, verb) in enumerate(told)
    )


def taking(rid: ResourceId, *told: tuple[Actor, str], own: Own = OWN, by_hand: bool = False) -> TwoOwners | None:
    change = Change(ChangeKind.UPDATE_ZONE_GROUP, rid, "mend it", {"a": 1}, {"a": 2}, "dns-record")
    earlier = (stopped(1),) if by_hand else ()
    return two_owners(now(by_hand), Plan((change,)), earlier, turns(rid, *told), own, NOON)


def test_two_accounts_take_turns_on_a_record() -> None:
    """Terraform and the DNS platform overwrite one record in turn; many writes in one turn are one."""
    found = taking(RECORD, (TERRAFORM, "write"), (DNS, "write"), (DNS, "write"), (TERRAFORM, "write"), (DNS, "write"))
    assert found is not None
    assert set(found.owners) == {TERRAFORM, DNS}


def test_turns_on_the_records_of_a_zone_group() -> None:
    """Where a zone group shall write its record again, turns on the record itself count, and the record is named."""
    after = {"zones": [ZONE.text], "records": {"shop": ["10.0.0.4"]}}
    again = Change(ChangeKind.UPDATE_ZONE_GROUP, GROUP, "write it", {"zones": []}, after, "dns-record")
    writers = TwoWriters(RECORD, ENDPOINT, GROUP, True, "", 3600)
    log = turns(RECORD, (TERRAFORM, "write"), (DNS, "write"), (TERRAFORM, "write"), (DNS, "write"))
    found = two_owners(now(), Plan((again,)), (), log, OWN, NOON, [writers])
    assert found is not None
    assert (found.target, found.notes) == (RECORD, (writers.sentence,))


def test_a_policy_is_known_by_the_name_of_its_zone_group() -> None:
    """Whoever makes the zone group deployedByPolicy that another account takes away does it for a policy."""
    told = ((ASSIGNMENT, "write"), (TERRAFORM, "delete"), (ASSIGNMENT, "write"), (TERRAFORM, "delete"))
    found = taking(GROUP, *told)
    assert found is not None
    assert found.owners == (Actor(ASSIGNMENT.id, ActorKind.POLICY), TERRAFORM)
    plain = taking(ENDPOINT.child("privateDnsZoneGroups", "default"), *told)
    assert plain is not None
    assert plain.owners == (ASSIGNMENT, TERRAFORM)


def test_we_are_not_named() -> None:
    """Where we are one of the two, the other one is named."""
    found = taking(LINK, (OURS, "write"), (TERRAFORM, "delete"), (OURS, "write"), (TERRAFORM, "delete"))
    assert found is not None
    assert found.owners == (TERRAFORM,)


@pytest.mark.parametrize(
    ("rid", "told"),
    [
        (RECORD, ((TERRAFORM, "write"), (DNS, "write"), (TERRAFORM, "write"))),
        (RECORD, ((TERRAFORM, "write"), (DNS, "write"), (OURS, "write"), (DNS, "write"))),
        (RECORD, ((TERRAFORM, "write"), (DNS, "write"), (Actor(), "write"), (TERRAFORM, "write"), (DNS, "write"))),
        (LINK, ((TERRAFORM, "write"), (ASSIGNMENT, "write"), (TERRAFORM, "write"), (ASSIGNMENT, "write"))),
        (REGISTRY, ((TERRAFORM, "write"), (ASSIGNMENT, "write"), (TERRAFORM, "write"), (ASSIGNMENT, "write"))),
    ],
)
def test_coming_by_is_no_fight(rid: ResourceId, told: tuple[tuple[Actor, str], ...]) -> None:
    """Three turns, three accounts, an unknown account in between, or two that both want the thing there: no fight."""
    assert taking(rid, *told) is None


def test_other_resources_do_not_count() -> None:
    """Turns on a resource that the plan does not touch are somebody else's business, and so is a settled fight."""
    told = ((TERRAFORM, "write"), (DNS, "write")) * 2
    assert two_owners(now(), Plan((LINKED,)), (), turns(RECORD, *told), OWN, NOON) is None
    assert taking(RECORD, *told) is not None
    assert taking(RECORD, *told, by_hand=True) is None


def test_nobody_known() -> None:
    """Where no log names anybody, the fight is still seen; what the record says is told beside it."""
    earlier = [replace(mended(day, replace(LINKED, target=RECORD)), caused_by=None) for day in (1, 2)]
    writers = (TwoWriters(RECORD, ENDPOINT, GROUP, True, "", 3600), TwoWriters(LINK, LINK, LINK, False, "", 1))
    found = two_owners(now(), Plan((replace(LINKED, target=RECORD),)), earlier, (), OWN, NOON, writers)
    assert found is not None
    assert "somebody whom no log names" in found.sentence
    assert found.notes == (writers[0].sentence,)

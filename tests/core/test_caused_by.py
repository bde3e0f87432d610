"""The write behind a drift: the nearest one in place and time before anybody noticed, and never our own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite, WriteSource, merged, writes_told
from remediator.core.caused_by import OLDEST, Own, asked_about, caused_by, own_writes, since, written_by
from remediator.core.change import Change, ChangeKind
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.execution import Execution, Step, StepState
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident
from remediator.core.plan import ordered
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.signal import Signal, SignalSource

SUB = "00000000-0000-0000-0000-000000000001"
REGISTRY = resource_id(SUB, "rg-shop", "Microsoft.ContainerRegistry/registries", "shop")
ZONE = resource_id(SUB, "rg-dns", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")
LINK = ZONE.child("virtualNetworkLinks", "vnet-apps")
RECORD = ZONE.child("A", "shop")
ENDPOINT = resource_id(SUB, "rg-shop", "Microsoft.Network/privateEndpoints", "pe-shop-vnet-apps")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERRAFORM = Actor("11111111-0000-0000-0000-000000000001", ActorKind.APPLICATION)
ANN = Actor("22222222-0000-0000-0000-000000000002", ActorKind.PERSON)
OURS = Actor("33333333-0000-0000-0000-000000000003", ActorKind.APPLICATION)

NO_LINK = Finding(
    "vnet-link",
    ZONE,
    Severity.BROKEN,
    "not linked",
    remedy=(Change(ChangeKind.CREATE_LINK, LINK, "link it", None, {"network": "/n"}, "vnet-link"),),
)
BAD_RECORD = Finding(
    "dns-record",
    RECORD,
    Severity.BROKEN,
    "points elsewhere",
    remedy=(Change(ChangeKind.UPDATE_RECORD, RECORD, "set it", {"a": 1}, {"a": 2}, "dns-record"),),
)
NO_ENDPOINT = Finding(
    "private-endpoint",
    REGISTRY,
    Severity.BROKEN,
    "no endpoint",
    remedy=(Change(ChangeKind.CREATE_ENDPOINT, ENDPOINT, "make it", None, {"registry": "r"}, "private-endpoint"),),
)
NOT_OURS_TO_MEND = Finding("custom-dns", ZONE, Severity.UNKNOWN, "asks its own DNS")


def wrote(rid: ResourceId, minutes: float, actor: Actor = TERRAFORM, verb: str = "write") -> AzureWrite:
    """A write so many minutes before noon."""
    return AzureWrite(rid, f"{rid.type}/{verb}", NOON - timedelta(minutes=minutes), actor, f"c-{minutes}")


def found(*findings: Finding) -> Diagnosis:
    changes = tuple(change for finding in findings for change in finding.remedy)
    return Diagnosis(Focus(), findings, (), ordered(changes), Foresight(), None)


def incident(*signals: Signal, subject: ResourceId = REGISTRY) -> Incident:
    told = signals or (Signal(SignalSource.ALERT, "a-1", at=NOON),)
    return Incident("i", subject, NOON + timedelta(minutes=1), registries=(REGISTRY,), signals=told)


def named(finding: Finding, *writes: AzureWrite, case: Incident | None = None, own: Own | None = None) -> Actor | None:
    cause = caused_by(case or incident(), found(finding), writes, own or Own(), NOON + timedelta(minutes=2))
    return cause.actor if cause else None


def test_the_last_delete_of_what_is_missing() -> None:
    """A missing link was taken away by the last delete of a link of that zone, whatever its name."""
    old = wrote(ZONE.child("virtualNetworkLinks", "by-hand"), 30, ANN, "delete")
    older = wrote(LINK, 90, TERRAFORM, "delete")
    assert named(NO_LINK, older, old) == ANN


def test_making_a_thing_does_not_cause_its_absence() -> None:
    """A write that made a link is not why a link is missing; the zone's own write is nearer than the registry's."""
    made = wrote(LINK, 5, ANN)
    assert named(NO_LINK, made) is None
    assert named(NO_LINK, made, wrote(ZONE, 20), wrote(REGISTRY, 10, ANN)) == TERRAFORM


def test_the_thing_itself_comes_before_what_is_around_it() -> None:
    """Tags on the zone that came later do not hide who deleted the link."""
    assert named(NO_LINK, wrote(LINK, 30, ANN, "delete"), wrote(ZONE, 1), wrote(RECORD, 2)) == ANN


def test_a_wrong_value_was_written() -> None:
    """Of a record with a wrong value the last write counts, also one that made it."""
    assert named(BAD_RECORD, wrote(RECORD, 30), wrote(RECORD, 3, ANN)) == ANN


def test_a_record_that_a_zone_group_keeps() -> None:
    """Where the zone group has to write its record again, who wrote the record counts as who wrote the group, and who
    wrote another record of the zone does not."""
    group = ENDPOINT.child("privateDnsZoneGroups", "default")
    after = {"zones": [ZONE.text], "records": {"shop": ["10.0.0.4"]}}
    again = Change(ChangeKind.UPDATE_ZONE_GROUP, group, "write it", {"zones": [], "records": {}}, after, "dns-record")
    finding = replace(BAD_RECORD, remedy=(again,))
    assert written_by(again) == (group, RECORD)
    assert named(finding, wrote(group, 30), wrote(RECORD, 20, ANN), wrote(ZONE.child("A", "other"), 10)) == ANN
    assert named(finding, wrote(RECORD, 30), wrote(group, 20, ANN, "delete")) == ANN


def test_a_missing_record_has_its_own_name() -> None:
    """Whoever deleted another record of the zone did not take this one away."""
    made = Change(ChangeKind.CREATE_RECORD, RECORD, "make it", None, {"addresses": ["10.0.0.4"]}, "dns-record")
    finding = replace(BAD_RECORD, remedy=(made,))
    assert named(finding, wrote(ZONE.child("A", "other"), 5, ANN, "delete")) is None
    assert named(finding, wrote(RECORD, 5, ANN, "delete")) == ANN


def test_what_is_wrong_counts_as_much_as_what_is_missing() -> None:
    """A wrong record that a new zone group shall keep: who wrote the record last, or took the group away, is named."""
    group = ENDPOINT.child("privateDnsZoneGroups", "default")
    create = Change(ChangeKind.CREATE_ZONE_GROUP, group, "make it", None, {"zones": [ZONE.text]}, "dns-record")
    finding = replace(BAD_RECORD, remedy=(create,))
    assert named(finding, wrote(group, 30, verb="delete"), wrote(RECORD, 10, ANN)) == ANN
    assert named(finding, wrote(group, 10, ANN, "delete"), wrote(RECORD, 30)) == ANN


def test_the_registry_is_the_last_resort() -> None:
    """Where nothing nearer was written, whoever wrote to the registry (closed it) is named."""
    assert named(NO_LINK, wrote(REGISTRY, 600, ANN)) == ANN
    assert named(NO_ENDPOINT, wrote(REGISTRY.child("privateEndpointConnections", "c"), 60, ANN, "delete")) == ANN


def test_a_finding_without_a_remedy() -> None:
    """Where nothing can be mended, any write to the target or below it may be it."""
    assert named(NOT_OURS_TO_MEND, wrote(RECORD, 10, ANN)) == ANN


def test_an_event_names_the_endpoint_that_is_gone() -> None:
    """The incident of a deleted endpoint knows who deleted it; some other endpoint's end says nothing."""
    gone = resource_id(SUB, "rg-shop", "Microsoft.Network/privateEndpoints", "pe-old")
    assert named(NO_ENDPOINT, wrote(gone, 1, ANN, "delete")) is None
    assert named(NO_ENDPOINT, wrote(gone, 1, ANN, "delete"), case=incident(subject=gone)) == ANN


def test_what_came_after_does_not_count() -> None:
    """Who wrote after somebody noticed, or more than a week before, did not cause it; two clocks may differ."""
    assert named(BAD_RECORD, wrote(RECORD, -30, ANN)) is None
    assert named(BAD_RECORD, wrote(RECORD, 8 * 24 * 60, ANN)) is None
    assert named(BAD_RECORD, wrote(RECORD, 20), wrote(RECORD, -1, ANN)) == ANN


def test_a_later_event_counts_where_nothing_earlier_fits() -> None:
    """A deployment's first event may open the incident and a later one be the cause; somebody who mends is no cause."""
    first = Signal(SignalSource.EVENT_GRID, "e-1", at=NOON, subject=ENDPOINT, operation=f"{ENDPOINT.type}/write")
    later = replace(first, id="e-2", at=NOON + timedelta(minutes=20), subject=RECORD, operation=f"{RECORD.type}/write")
    case = incident(first, replace(later, actor=ANN.id, actor_kind=ANN.kind))
    told = writes_told(case.signals)
    assert caused_by(case, found(BAD_RECORD), told, Own(), NOON + timedelta(hours=1)) == told[1]
    assert named(BAD_RECORD, wrote(RECORD, 5), *told, case=case) == TERRAFORM


def test_broken_paths_come_first() -> None:
    """The write behind a broken path is named before one behind a posture drift."""
    drift = replace(NO_ENDPOINT, severity=Severity.DRIFT)
    writes = (wrote(LINK, 60, ANN, "delete"), wrote(REGISTRY, 1))
    cause = caused_by(incident(), found(drift, NO_LINK), writes, Own(), NOON)
    assert cause is not None
    assert cause.actor == ANN


def test_our_own_writes_are_never_the_cause() -> None:
    """What our identity wrote, and what we wrote at that moment by our own record, is left aside."""
    ours = wrote(RECORD, 5, OURS)
    assert named(BAD_RECORD, wrote(RECORD, 20, ANN), ours) == OURS
    assert named(BAD_RECORD, wrote(RECORD, 20, ANN), ours, own=own_writes([OURS.id.upper()], ())) == ANN
    plan = found(BAD_RECORD).plan
    step = Step(StepState.DONE, ours.at - timedelta(seconds=5), ours.at + timedelta(seconds=5), wrote=True)
    done = replace(incident(), diagnosis=found(BAD_RECORD), execution=Execution(plan.digest, (step,), NOON))
    assert named(BAD_RECORD, wrote(RECORD, 20, ANN), ours, own=own_writes([""], [done])) == ANN
    moved = replace(done, diagnosis=found(NO_LINK))
    assert named(BAD_RECORD, wrote(RECORD, 20, ANN), ours, own=own_writes([], [moved])) == OURS


def test_events_and_log_tell_of_one_write_once() -> None:
    """An event and the activity log's entry of the same write are one, with the account that one of them knows."""
    signal = Signal(
        SignalSource.EVENT_GRID, "e", at=NOON, subject=LINK, operation=f"{LINK.type}/delete", correlation="c-1"
    )
    (told,) = writes_told((signal, Signal(SignalSource.MANUAL, "m", subject=LINK), replace(signal, at=None)))
    assert (told.source, told.actor.key, told.deletes) == (WriteSource.EVENT, None, True)
    logged = AzureWrite(ResourceId(LINK.text.upper()), told.operation.upper(), NOON, ANN, "c-1")
    assert merged((told,), (logged, wrote(LINK, 3))) == (wrote(LINK, 3), logged)
    known = replace(told, actor=TERRAFORM)
    assert merged((known,), (logged,)) == (known,)


def test_what_the_log_is_asked_about() -> None:
    """The resources of their own behind findings, plan, subject and registries; never a name of our own making."""
    case = replace(incident(subject=ResourceId("/registries-by-host/shop.azurecr.io")), registries=(REGISTRY,))
    assert asked_about(case, found(NO_LINK)) == (ZONE, REGISTRY)
    assert asked_about(case, found(NO_ENDPOINT, replace(NO_LINK, severity=Severity.RISK))) == (REGISTRY, ENDPOINT, ZONE)


@pytest.mark.parametrize(("noticed", "days"), [(timedelta(0), 7), (timedelta(days=300), 89)])
def test_the_log_is_not_asked_further_back_than_it_goes(noticed: timedelta, days: int) -> None:
    """A week before somebody noticed, and never further back than the log is kept."""
    case = incident(Signal(SignalSource.ALERT, "a", at=NOON - noticed))
    assert since(case, NOON) == NOON - timedelta(days=days)
    assert timedelta(days=90) > OLDEST

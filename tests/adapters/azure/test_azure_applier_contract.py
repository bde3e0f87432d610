"""Every kind of change against the sandbox: compared, made, followed to its end, compared again, and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import azure_estate as est
import pytest
from azure_change_cases import CASES, ENDPOINT, Case, base, in_error, props

from remediator.adapters.azure.applier import AzureApplier
from remediator.core.approval import ApprovedPlan
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.errors import Forbidden, Misconfigured, Stale, Transient
from remediator.core.resource_id import ResourceId
from remediator.ports import Started


def follow(applier: AzureApplier, approved: ApprovedPlan, started: Started) -> int:
    """Poll to the end; how often it took."""
    polls = 0
    while started.operation is not None and (wait := applier.poll(approved, started.operation)) is not None:
        assert wait > 0
        polls += 1
        assert polls < 20
    return polls


@pytest.fixture(params=list(CASES), ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


def test_every_kind_has_a_case() -> None:
    """No kind of change is without a contract case."""
    assert {c.kind for c in CASES.values()} == set(ChangeKind)


def test_a_change_is_made_followed_and_taken_back(case: Case) -> None:
    """PENDING, made, DONE, and after the undo PENDING again, or a refusal where there is no way back."""
    azure = est.small_azure(case.estate())
    applier, change = est.applier_of(azure), case.change
    approved = est.approved(change)
    assert applier.compare(change) is LiveState.PENDING
    follow(applier, approved, applier.start(approved, change))
    assert applier.compare(change) is LiveState.DONE
    assert case.proof(azure)
    if case.one_way:
        with pytest.raises(Forbidden):
            applier.start_undo(approved, change)
        return
    assert applier.compare_undo(change) is LiveState.PENDING
    follow(applier, approved, applier.start_undo(approved, change))
    assert applier.compare_undo(change) is LiveState.DONE
    assert applier.compare(change) is case.back


# A zone of the right name is all that is asked for: no state of it is a conflict.
@pytest.mark.parametrize("name", [name for name, one in CASES.items() if one.kind is not ChangeKind.CREATE_ZONE])
def test_a_world_that_moved_is_a_conflict_and_nothing_is_written(name: str) -> None:
    """A target that is neither as before nor as after is a conflict; starting all the same is Stale."""
    case = CASES[name]
    azure = est.small_azure(case.estate())
    azure.remove(case.moved["id"])
    if not case.moved.get("gone"):
        azure.put(case.moved)
    applier, change = est.applier_of(azure), case.change
    assert applier.compare(change) is LiveState.CONFLICT
    with pytest.raises(Stale):
        applier.start(est.approved(change), change)
    assert azure.writes == []


def test_a_change_that_is_done_is_not_made_again(case: Case) -> None:
    """Starting a change a second time is refused, so that undo never takes back what somebody else did."""
    azure = est.small_azure(case.estate(), operation_polls=0)
    applier, change = est.applier_of(azure), case.change
    approved = est.approved(change)
    follow(applier, approved, applier.start(approved, change))
    writes = len(azure.writes)
    with pytest.raises(Stale):
        applier.start(est.approved(change), change)
    assert len(azure.writes) == writes


def test_what_was_not_approved_is_not_made(case: Case) -> None:
    """A change that is not in the approved plan is neither made nor taken back."""
    azure = est.small_azure(case.estate())
    applier, other = est.applier_of(azure), est.approved()
    for write in (applier.start, applier.start_undo):
        with pytest.raises(Stale, match="change-not-approved"):
            write(other, case.change)
    assert azure.requests == []


def test_an_approval_is_for_exactly_this_change() -> None:
    """A change of the same kind and target with another outcome is not what was approved."""
    azure = est.small_azure(base(est.zone()))
    change = CASES["create-dns-record"].change
    other = replace(change, after={"addresses": ["10.6.6.6"], "ttl": 10})
    with pytest.raises(Stale, match="change-not-approved"):
        est.applier_of(azure).start(est.approved(change), other)
    assert azure.writes == []


@pytest.mark.parametrize("odd", [{"aRecords": 7}, {"ttl": None}, {"aRecords": [{}]}])
def test_a_target_that_cannot_be_understood_is_never_compared(odd: dict[str, Any]) -> None:
    """A record with a body of another shape is Transient, on its own and as part of a zone group."""
    record = est.record("10.9.9.9")
    azure = est.small_azure([*base(*est.endpoint()), est.zone(), est.zone_group(est.ZONE)])
    azure.put({**record, "properties": {**record["properties"], **odd}})
    applier = est.applier_of(azure)
    for name in ("update-dns-record", "update-dns-zone-group records"):
        with pytest.raises(Transient, match="azure-garbled"):
            applier.compare(CASES[name].change)


@pytest.mark.parametrize(("code", "status"), [("AuthorizationFailed", 403), ("SubscriptionNotFound", 404)])
def test_a_target_that_may_not_be_read_is_not_absent(case: Case, code: str, status: int) -> None:
    """Without the right to read its target nothing is compared and nothing is written."""
    azure = est.small_azure(case.estate())
    azure.faults.refuse(case.target, code, status)
    applier, approved = est.applier_of(azure), est.approved(case.change)
    for step in (applier.compare, applier.compare_undo):
        with pytest.raises((Misconfigured, Stale), match=code):
            step(case.change)
    for write in (applier.start, applier.start_undo):
        with pytest.raises((Misconfigured, Stale), match=code):
            write(approved, case.change)
    assert azure.writes == []


def test_while_azure_is_at_work_the_change_is_running() -> None:
    """A resource whose provisioningState is no end state is RUNNING, and never a conflict."""
    azure = est.small_azure(base(est.peering(est.PEERING, est.HUB, provisioningState="Updating")))
    change = CASES["create-peering"].change
    applier = est.applier_of(azure)
    assert applier.compare(change) is LiveState.RUNNING
    assert applier.compare_undo(change) is LiveState.RUNNING


def test_a_create_that_ended_badly_is_made_again() -> None:
    """A failed endpoint that otherwise is as wanted counts as not yet made."""
    azure = est.small_azure([*base(), in_error(est.endpoint()[0])])
    assert est.applier_of(azure).compare(CASES["create-private-endpoint"].change) is LiveState.PENDING


def test_an_endpoint_that_was_approved_while_we_waited_is_done() -> None:
    """An endpoint asked for with manual approval is done when its connection is Approved already."""
    azure = est.small_azure([*base(), *est.endpoint("Approved", manual=True)])
    change = CASES["create-private-endpoint-manual"].change
    assert est.applier_of(azure).compare(change) is LiveState.DONE


def test_a_zone_that_somebody_uses_is_not_deleted() -> None:
    """Undoing a zone's creation is a conflict once it holds records or links of others."""
    azure = est.small_azure(base(est.zone(), est.record("10.1.2.5")))
    change = CASES["create-dns-zone"].change
    applier = est.applier_of(azure)
    assert applier.compare_undo(change) is LiveState.CONFLICT
    with pytest.raises(Stale):
        applier.start_undo(est.approved(change), change)


def test_undo_touches_nothing_that_changed_since() -> None:
    """A record that somebody edited after us stays as it is."""
    azure = est.small_azure(base(est.zone(), est.record("10.7.7.7")))
    change = CASES["update-dns-record"].change
    applier = est.applier_of(azure)
    assert applier.compare_undo(change) is LiveState.CONFLICT
    with pytest.raises(Stale):
        applier.start_undo(est.approved(change), change)
    assert azure.writes == []


def test_case_and_order_do_not_make_a_conflict() -> None:
    """Ids and regions in another case, and rules in another order, still are what was asked for."""
    azure = est.small_azure([*base(), *est.endpoint()])
    upper = {**ENDPOINT, "location": "China North 3", "subnet": est.SUBNET.upper(), "registry": est.REGISTRY.lower()}
    change = Change(ChangeKind.CREATE_ENDPOINT, ResourceId(est.ENDPOINT), "a change", None, upper, "private-endpoint")
    assert est.applier_of(azure).compare(change) is LiveState.DONE


def test_dns_creates_are_locked() -> None:
    """A record that somebody creates between our look and our write is not overwritten: 412."""
    azure = est.small_azure(base(est.zone()))
    applier, change = est.applier_of(azure), CASES["create-dns-record"].change
    handle, seen = azure.handle, []

    def racing(method: str, url: str, headers: Any, body: bytes) -> Any:
        if method == "PUT" and not seen:
            seen.append(url)
            azure.put(est.record("10.9.9.9"))
        return handle(method, url, headers, body)

    azure.handle = racing  # type: ignore[method-assign]
    with pytest.raises(Transient, match="412"):
        applier.start(est.approved(change), change)
    assert props(azure, est.RECORD)["aRecords"] == [{"ipv4Address": "10.9.9.9"}]
    assert applier.compare(change) is LiveState.CONFLICT


def test_an_old_record_gets_its_old_life_back() -> None:
    """Undoing a repeated zone group keeps the record's ttl; one that was gone meanwhile gets an hour."""
    estate = [*base(*est.endpoint()), est.zone(), est.zone_group(est.ZONE)]
    before = {"zones": [est.ZONE], "records": {"shop": ["10.9.9.9"]}}
    for live, ttl, after in (([est.record("10.1.2.5", ttl=77)], 77, ["10.1.2.5"]), ([], 3600, [])):
        azure = est.small_azure([*estate, *live])
        wanted = {"zones": [est.ZONE], "records": {"shop": after}}
        change = Change(ChangeKind.UPDATE_ZONE_GROUP, ResourceId(est.ZONE_GROUP), "again", before, wanted, "dns-record")
        est.applier_of(azure).start_undo(est.approved(change), change)
        found = props(azure, est.RECORD)
        assert (found["ttl"], found["aRecords"]) == (ttl, [{"ipv4Address": "10.9.9.9"}])


def test_a_group_that_is_to_write_a_zone_of_its_own_is_compared_with_that_zone() -> None:
    """An empty group's records are those of the zone that it is about to write to."""
    azure = est.small_azure([*base(*est.endpoint()), est.zone(), est.zone_group(), est.record("10.9.9.9")])
    before = {"zones": [], "records": {"shop": ["10.9.9.9"]}}
    after = {"zones": [est.ZONE], "records": {"shop": ["10.1.2.5"]}}
    change = Change(ChangeKind.UPDATE_ZONE_GROUP, ResourceId(est.ZONE_GROUP), "write", before, after, "dns-record")
    assert est.applier_of(azure).compare(change) is LiveState.PENDING


def test_a_group_of_two_zones_is_done_when_both_are_right() -> None:
    """One wrong zone of two makes the change PENDING; only when both hold the address is it DONE. No undo guesses."""
    second = est.ZONE.replace("rg-Shop", "rg-other")
    other = f"{second}/A/shop"
    estate = [*base(*est.endpoint()), est.zone(), {**est.zone(), "id": second}, est.zone_group(est.ZONE, second)]
    azure = est.small_azure([*estate, est.record("10.1.2.5"), est.record("10.9.9.9", rid=other)])
    zones = [est.ZONE, second]
    before, after = ({"zones": zones, "records": {"Shop": [address]}} for address in ("10.9.9.9", "10.1.2.5"))
    change = Change(ChangeKind.UPDATE_ZONE_GROUP, ResourceId(est.ZONE_GROUP), "again", before, after, "dns-record")
    applier = est.applier_of(azure)
    assert applier.compare(change) is LiveState.PENDING
    azure.put(est.record("10.1.2.5", rid=other))
    assert applier.compare(change) is LiveState.DONE
    with pytest.raises(Forbidden, match="2 zones"):
        applier.start_undo(est.approved(change), change)
    assert azure.writes == []

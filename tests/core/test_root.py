"""What has one root is found, planned and named together, and nothing else with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, Focus, diagnose
from remediator.core.incident import Incident, Status
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.subject import concerned, focus_with_root, root_label
from tests.core.diagnosing import snapshot_of
from tests.hub_estate import LOSSES, Hub, hub

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def incident(subject: str) -> Incident:
    return Incident("i1", ResourceId(subject), NOW)


def about(made: Hub, subject: str) -> Diagnosis:
    """What the incident of a subject finds."""
    live = snapshot_of(made.builder)
    return diagnose(DesiredState(), live, focus_with_root(incident(subject), live))


@pytest.mark.parametrize("loss", LOSSES)
def test_one_loss_names_all_its_registries(loss: str) -> None:
    """Whether the zone is asked about, one registry by id or host, or one app: all five registries are concerned, by
    one plan, and a registry that is broken for another reason is not."""
    made = hub(stray=True)
    LOSSES[loss](made)
    asked = (made.zone, made.registries[3], f"/registries-by-host/{made.hosts[0]}", made.apps[4])
    found = [about(made, subject) for subject in asked]
    assert [{rid.text for rid in concerned(one)} for one in found] == [set(made.registries)] * 4
    assert len({one.plan.digest for one in found}) == 1
    assert found[0].plan


@pytest.mark.parametrize("loss", LOSSES)
def test_one_loss_is_one_root(loss: str) -> None:
    """Incidents of the zone, of each registry and of each app have the same root, another registry's has not."""
    made = hub(stray=True)
    LOSSES[loss](made)
    subjects = (made.zone, *made.registries, *made.apps)
    labels = {root_label(_with(about(made, subject), subject)) for subject in subjects}
    stray = next(rid for rid in made.builder.bodies if rid.endswith("/registries/stray"))
    assert len(labels) == 1
    assert root_label(_with(about(made, stray), stray)) not in labels


def test_what_is_alone_stays_alone() -> None:
    """A loss that concerns one registry leaves the focus of its incident as it is."""
    made = hub()
    made.builder.drop(made.records[0])
    (only,) = [rid for rid in made.registries if made.records[0].rpartition("/")[2].startswith(rid.rpartition("/")[2])]
    found = about(made, only)
    assert (found.focus.paths, {rid.text for rid in concerned(found)}) == ((), {only})


def test_a_plan_keeps_the_paths_that_it_was_made_for() -> None:
    """While a plan is applied and verified, its paths are looked at, also those that work by now."""
    made = hub()
    LOSSES["link"](made)
    found = about(made, made.registries[0])
    approved = _with(found, made.registries[0], status=Status.APPLYING)
    live = snapshot_of(hub().builder)
    again = diagnose(DesiredState(), live, focus_with_root(approved, live))
    assert {path.key for path in again.paths} == {path.key for path in found.paths}
    assert len(again.paths) == 5
    assert not again.plan


def test_a_question_of_a_person_is_not_widened() -> None:
    """Without an incident behind it, one registry is one registry."""
    made = hub()
    LOSSES["link"](made)
    found = diagnose(DesiredState(), snapshot_of(made.builder), Focus(ResourceId(made.registries[0])))
    assert [rid.text for rid in concerned(found)] == [made.registries[0]]


def test_a_request_is_about_what_it_names() -> None:
    """Who asks for one registry gets a plan for it; once an alert about it has come in too, the plan is for all."""
    made = hub()
    LOSSES["records"](made)
    live = snapshot_of(made.builder)
    asked = incident(made.registries[0]).receive((Signal(SignalSource.MANUAL, "m1", actor="bob-id"),))
    named = [rid.text for rid in concerned(diagnose(DesiredState(), live, focus_with_root(asked, live)))]
    assert named == [made.registries[0]]
    both = asked.receive((Signal(SignalSource.ALERT, "a1"),))
    assert len(concerned(diagnose(DesiredState(), live, focus_with_root(both, live)))) == 5


def _with(found: Diagnosis, subject: str, status: Status = Status.PLANNED) -> Incident:
    return Incident("i1", ResourceId(subject), NOW, status, diagnosis=found, registries=concerned(found))

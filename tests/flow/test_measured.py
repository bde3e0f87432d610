"""What an incident's way tells of itself: spans of the right names, within each other, and measures that add up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Status
from remediator.flow.heard import HeardIncidents
from remediator.flow.measured import CaseMeasures
from tests.measuring import Remembered

from .world import LINK, World

ID = "44444444-4444-4444-4444-444444444444"


def measured(**azure: object) -> tuple[World, Remembered]:
    world, told = World(**azure), Remembered()
    incidents = HeardIncidents(world.store, announce=False, listener=CaseMeasures(told, world.log))
    world.flow = replace(world.flow, incidents=incidents, telemetry=told)
    return world, told


def test_a_story_has_a_span_for_each_step() -> None:
    """Intake, each step from its status to its outcome, and what is done within: reads and writes."""
    world, told = measured()
    world.start()
    world.say()
    world.run()
    incident = world.incident.id
    steps = [(s.name, s.facts["status"], s.facts["outcome"]) for s in told.spans if "outcome" in s.facts]
    assert steps == [
        ("remediator.diagnose", "OPEN", "PLANNED"),
        ("remediator.request-approval", "PLANNED", "AWAITING_APPROVAL"),
        ("remediator.await-approval", "AWAITING_APPROVAL", "AWAITING_APPROVAL"),
        ("remediator.apply", "APPROVED", "APPLIED"),
        ("remediator.verify", "APPLIED", "RESOLVED"),
    ]
    assert [span.within for span in told.named("remediator.verify")] == ["remediator.advance"]
    assert {span.within for span in told.named("remediator.observe")} == {
        f"remediator.{step}" for step in ("diagnose", "apply", "verify")
    }
    assert [(s.facts["kind"], s.facts["undo"], s.within) for s in told.named("remediator.change")] == [
        (kind, "no", "remediator.apply") for kind in ("create-dns-zone", "create-private-endpoint", "create-vnet-link")
    ]
    (intake,) = told.named("remediator.intake")
    assert intake.facts == {"source": "alert", "incident": incident, "joined": "no"}


def test_the_ids_are_on_every_step() -> None:
    """From the intake on, each span of the incident's own carries its id and the sender's."""
    world, told = measured()
    world.flow.take_in(world.signal(correlation=ID))
    world.run()
    own = [span for span in told.spans if span.name not in ("remediator.observe", "remediator.change")]
    assert len(own) > 3
    assert {(span.facts["incident"], span.facts["correlation"]) for span in own} == {(world.incident.id, ID)}


def test_an_undone_story() -> None:
    """A change that is taken back is a span that says so, within the step that undoes."""
    world, told = measured(hurts=LINK)
    world.start()
    world.say()
    world.run()
    undone = [span for span in told.named("remediator.change") if span.facts["undo"] == "yes"]
    assert {span.within for span in undone} == {"remediator.undo"}
    assert len(undone) == 3


def test_a_step_that_fails_is_seen() -> None:
    """The span of a step that an error left says so, and nothing of the error's text."""
    world, told = measured()
    world.azure.observe = _refuse  # type: ignore[method-assign]
    world.start()
    (failed,) = told.named("remediator.diagnose")
    assert (failed.error, "outcome" in failed.facts) == ("Misconfigured", False)
    assert "night@example.org" not in json.dumps([span.facts for span in told.spans])


def _refuse() -> None:
    raise Misconfigured("azure-forbidden", "reading for night@example.org")


def test_signals_and_statuses_are_counted() -> None:
    """Each signal counts by its source, joined or not, and each status that an incident reached by its rule."""
    world, told = measured()
    world.start()
    world.flow.take_in(world.signal(2))
    world.say()
    world.run()
    assert told.values("remediator.signals") == [
        (1, {"source": "alert", "joined": "no"}),
        (1, {"source": "alert", "joined": "yes"}),
    ]
    reached = [(facts["status"], facts["rule"]) for _, facts in told.values("remediator.incidents")]
    assert reached[:3] == [("OPEN", "none"), ("PLANNED", "dns-zone"), ("AWAITING_APPROVAL", "dns-zone")]
    assert reached[-1] == ("RESOLVED", "dns-zone")
    assert [status for status, _ in reached] == [line.status for line in world.incident.journal if line.status]


def test_minutes_are_measured_at_the_end() -> None:
    """Exposure and mending are recorded once, when it is resolved; a signal that is older makes exposure longer."""
    world, told = measured()
    world.flow.take_in(world.signal(at=world.clock.time.replace(minute=0, hour=1)))
    world.run()
    world.later(600)
    assert told.values("remediator.exposure") == told.values("remediator.mending") == []
    world.say()
    world.run()
    ((mended, facts),) = told.values("remediator.mending")
    ((exposed, _),) = told.values("remediator.exposure")
    assert (mended, exposed, facts) == (10.0, 70.0, {"rule": "dns-zone"})


@pytest.mark.parametrize("tries", [1, 3])
def test_retries_of_a_step_are_counted(tries: int) -> None:
    """Each try of a step that may succeed later is one retry."""
    world, told = measured()
    errors: list[Exception] = [Transient("azure-throttled", "busy")] * tries
    observe = world.azure.observe

    def sometimes() -> object:
        if errors:
            raise errors.pop()
        return observe()

    world.azure.observe = sometimes  # type: ignore[method-assign,assignment]
    world.start()
    for _ in range(tries):
        world.later(120)
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert told.values("remediator.retries") == [(1, {"what": "step"})] * tries


def test_retries_of_writes_and_notices_are_counted() -> None:
    """A write that is made again and a mail that is sent again are retries of their own kind."""
    world, told = measured(polls=1, failing_polls=1, failure=Transient("operation-failed", "try again", retry_after=1))
    world.mail.errors = [Transient("mail-not-taken", "busy")]
    world.start()
    world.later(120)
    world.say()
    world.run()
    for _ in range(5):
        world.later(60)
    kinds = [facts["what"] for _, facts in told.values("remediator.retries")]
    assert (kinds.count("notice"), kinds.count("change")) == (1, 1)


def test_the_end_is_in_the_log_once() -> None:
    """However an incident ended and however often it is looked at afterwards, its end is one line of the log."""
    world, _ = measured()
    world.start()
    world.say(yes=False)
    world.run()
    for _ in range(3):
        world.flow.advance(world.incident.id, force=True)
    (end,) = [keys for message, keys in world.log.lines if message == "an incident has ended"]
    journal = world.incident.journal
    number = next(n for n, line in enumerate(journal, 1) if line.status is Status.REJECTED)
    assert end == {
        "incident": world.incident.id,
        "status": "REJECTED",
        "line": number,
        "hash": journal[number - 1].hash,
    }

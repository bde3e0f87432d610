"""The work queue, its poison queue and the clock: what becomes of an incident's id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.core.incident import Status
from remediator.functions import runtime
from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import Stage


class Broken:
    """An observer with a bug."""

    calls = 0

    def observe(self) -> Any:
        self.calls += 1
        raise ZeroDivisionError("a bug")


def alert(host: Host) -> None:
    assert host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY).status == 202


def broken(stage: Stage) -> Broken:
    """Puts the bug under the doors."""
    bug = Broken()
    stage.runtime = replace(stage.runtime, flow=replace(stage.flow, observer=bug))
    return bug


def test_a_message_takes_its_incident_on(host: Host, stage: Stage) -> None:
    """The incident of a message is diagnosed in the sandbox, planned, and people are asked."""
    alert(host)
    assert host.pump() == []
    assert stage.incident.status is Status.AWAITING_APPROVAL
    assert [notice.template for notice in stage.told.notices] == ["approval"]


def test_a_message_for_an_incident_that_is_not_due_does_nothing(host: Host, stage: Stage) -> None:
    """A second message after the question was asked changes nothing and asks nobody again."""
    alert(host)
    host.pump()
    before, asked = stage.incident, len(stage.azure.requests)
    host.put("remediator-work", stage.incident.id)
    assert host.pump() == []
    assert (stage.incident, len(stage.azure.requests), len(stage.told.notices)) == (before, asked, 1)


@pytest.mark.parametrize(
    "text", ["0000-nobody", "", "../../x", "{}", "ü" * 2000], ids=["id", "empty", "path", "json", "long"]
)
@pytest.mark.parametrize("queue", ["remediator-work", "remediator-work-poison"])
def test_an_unknown_id_is_harmless(host: Host, stage: Stage, queue: str, text: str) -> None:
    """A message that names no incident is taken off its queue: no error, no retry, nothing stored."""
    host.put(queue, text)
    assert host.pump() == []
    assert (stage.incidents, sum(map(len, host.queues.values()))) == ((), 0)


def test_a_bug_ends_with_a_person(host: Host, stage: Stage) -> None:
    """A message that fails at all five deliveries goes to the poison queue, and its incident becomes NEEDS_HUMAN."""
    alert(host)
    bug = broken(stage)
    failures = host.pump()
    assert (bug.calls, len(failures)) == (5, 5)
    assert all("a bug" in failure for failure in failures)
    assert (stage.incident.status, stage.incident.error[0]) == (Status.NEEDS_HUMAN, "bug")
    assert sum(map(len, host.queues.values())) == 0


def test_a_person_is_told_of_a_bug(host: Host, stage: Stage) -> None:
    """The notice of a poisoned incident is delivered once the message about it comes through."""
    alert(host)
    broken(stage)
    host.pump()
    assert [notice.template for notice in stage.told.notices] == ["needs-human"]


def test_the_clock_wakes_what_is_due(host: Host, stage: Stage) -> None:
    """An incident whose message was lost goes on after the next tick."""
    alert(host)
    host.queues.clear()
    host.tick("wake")
    host.pump()
    assert stage.incident.status is Status.AWAITING_APPROVAL


def test_the_clock_leaves_the_rest_alone(host: Host, stage: Stage) -> None:
    """An incident that waits for an answer is not sent again before its time; when that is over, it expires."""
    alert(host)
    host.pump()
    host.tick("wake", late=True)
    assert list(host.queues["remediator-work"]) == []
    stage.clock.at += timedelta(hours=25)
    host.tick("wake")
    host.pump()
    assert stage.incident.status is Status.EXPIRED


def test_the_runtime_is_built_once(host: Host, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The web app is made at the first call and kept for the others of its process."""
    made: list[Any] = []
    monkeypatch.setattr(runtime, "_runtime", lambda: made.append(1) or stage.runtime)
    for _ in range(3):
        alert(host)
    assert len(made) == 1

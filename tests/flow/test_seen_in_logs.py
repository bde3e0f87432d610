"""After a change the logs are the strongest witness: a fresh PulledImage is a pull, and silence is nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from remediator.core.pull_log import LogLine
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Unknown
from remediator.core.verification import ProbeResult, Proof
from remediator.flow.seen_in_logs import Words, may_come, pulled_since

from .logbook import CELLAR, HOST, SHOP, WORKSPACE, Logbook, line, path, snapshot
from .ports import START

OVER = START
NOW = START + timedelta(minutes=5)
FRESH = START + timedelta(minutes=2)
PULLED = f'Successfully pulled image "{HOST}/shop:1" in 1.61s. Image size: 44040192 bytes.'
FAILED = f'Failed to pull image "{HOST}/shop:1": i/o timeout'


def seen(logs: Logbook, *apps: ResourceId, workspace: str = WORKSPACE) -> Words:
    """What the logs say of the paths of these apps."""
    whole = [path(app, ok=True) for app in apps or (SHOP,)]
    return pulled_since(whole, snapshot(workspace, *(apps or (SHOP,))), logs=logs, since=OVER, now=NOW)


def test_a_fresh_line_is_a_pull() -> None:
    """The path is whole by the strongest proof, with the line as its detail."""
    (result,) = seen(Logbook(pulled=[line(FRESH, PULLED)])).values()
    assert isinstance(result, ProbeResult)
    assert (result.proof, result.whole, result.path) == (Proof.PULL, True, path().key)
    assert result.detail == f"PulledImage at 2026-03-01 02:02:00 UTC: {PULLED}"


@pytest.mark.parametrize(
    "held",
    [
        line(FRESH, PULLED, app="cellar"),
        line(FRESH, PULLED, environment="other"),
        line(FRESH, PULLED.replace(HOST, "docker.io/library")),
        line(FRESH, PULLED.replace(HOST, f"evil-{HOST}")),
        line(FRESH, PULLED.replace(HOST, f"x.example/{HOST}")),
        line(OVER - timedelta(seconds=1), PULLED),
    ],
)
def test_other_lines_say_nothing(held: LogLine) -> None:
    """A line of another app, environment, host or time is no word about the path."""
    assert seen(Logbook(pulled=[held])) == {}


def test_a_line_without_an_environment_counts() -> None:
    """The first rows of a replica name no environment."""
    assert set(seen(Logbook(pulled=[line(FRESH, PULLED, environment="")]))) == {path().key}


@pytest.mark.parametrize(("later", "claimed"), [(timedelta(seconds=30), False), (timedelta(seconds=-30), True)])
def test_a_failure_afterwards_takes_the_word_back(later: timedelta, claimed: bool) -> None:
    """Nothing is claimed where a pull of the same app failed after the one that worked."""
    logs = Logbook(pulled=[line(FRESH, PULLED)], failed=[line(FRESH + later, FAILED)])
    assert bool(seen(logs)) is claimed


def test_failures_of_others_do_not_count() -> None:
    """Another app's failure says nothing of this one."""
    logs = Logbook(pulled=[line(FRESH, PULLED)], failed=[line(NOW, FAILED, app="cellar")])
    assert len(seen(logs)) == 1


def test_without_a_line_that_worked_nobody_asks_for_failures() -> None:
    """One question is enough where nothing has been pulled."""
    logs = Logbook(failed=[line(FRESH, FAILED)])
    assert seen(logs) == {}
    assert len(logs.asked) == 1


def test_what_cannot_be_read_is_unknown() -> None:
    """A log that cannot be read, and an environment that keeps none, are told apart from silence."""
    key = path().key
    assert seen(Logbook(unread="no right"))[key] == Unknown("no right")
    nowhere = seen(Logbook(), workspace="")[key]
    assert isinstance(nowhere, Unknown)
    assert not may_come([key], {key: nowhere})
    assert may_come([key], {})


def test_apps_of_one_workspace_are_asked_about_once() -> None:
    """Two apps of one environment take one question, and each line counts for its own app."""
    logs = Logbook(pulled=[line(FRESH, PULLED.replace("shop", "cellar"), app="cellar")])
    assert set(seen(logs, SHOP, CELLAR)) == {path(CELLAR).key}
    assert len([ended for _, ended, *_ in logs.asked if ended.value == "pulled"]) == 1


def test_the_question_begins_where_the_writing_ended() -> None:
    """The window is from the last write to now, with room for a clock that is ahead."""
    logs = Logbook()
    seen(logs)
    since, until = logs.asked[0][2:]
    assert (since, until) == (OVER, NOW + timedelta(minutes=5))
    assert isinstance(until, datetime)

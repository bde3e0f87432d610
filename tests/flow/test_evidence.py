"""An incident without words asks the logs, once for a look; what they say is weighed and never required."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from remediator.core.incident import Incident
from remediator.core.pull_error import Cause
from remediator.core.pull_log import Ended, LogPlace
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
from remediator.core.told import told
from remediator.flow.evidence import AFTER, BEFORE, MANY, MOST_LINES, evidence, window

from .logbook import CELLAR, CENTRAL, HOST, SHOP, WORKSPACE, Logbook, line, path, snapshot
from .ports import START as NOW
from .world import World

BARE = "Container 'shop' was terminated with exit code '' and reason 'ImagePullFailure'."
DENIED = f"{BARE} Pull image: {HOST}/shop:1 failed: GET https://{HOST}/oauth2/token: 403 Forbidden"
LOST = f'Failed to pull image "{HOST}/shop:1": dial tcp: lookup {HOST} on 168.63.129.16:53: no such host'
AT = NOW - timedelta(minutes=2)


def incident(*signals: Signal, subject: ResourceId = SHOP, **more: Any) -> Incident:
    """An open incident with these signals, one bare alert where none is named."""
    return Incident("i1", subject, NOW, signals=signals or (alert(),), **more)


def alert(source: SignalSource = SignalSource.ALERT, **more: Any) -> Signal:
    """A signal about the app."""
    return Signal(source, **{"id": "s1", "at": AT, "subject": SHOP, **more})


def asked(case: Incident, logs: Logbook, *apps: ResourceId) -> Incident:
    """The incident after the logs were asked about the paths of these apps."""
    live = snapshot(WORKSPACE, *(apps or (SHOP,)))
    return evidence(case, [path(app) for app in apps or (SHOP,)], live, logs=logs, now=NOW)


def test_the_lines_become_evidence_and_are_noted() -> None:
    """An alert without words gets the lines of its app; the journal says what was read, in one line."""
    logs = Logbook(failed=[line(AT, DENIED), line(AT - timedelta(hours=2), LOST)])
    after = asked(incident(), logs)
    assert after.evidence == (line(AT, DENIED),)
    assert [entry.what for entry in after.journal] == [
        "the logs from 2026-03-01 01:28 to 2026-03-01 02:08 have 1 line about failed pulls: shop"
    ]
    assert logs.asked == [(LogPlace(WORKSPACE, ("cae",), ("shop",)), Ended.FAILED, AT - BEFORE, AT + AFTER)]


@pytest.mark.parametrize(
    "case",
    [
        incident(alert(text="Failed to pull image")),
        incident(alert(), alert(id="s2", text="Failed to pull image")),
        incident(evidence=(line(AT, DENIED),)),
        incident(alert(SignalSource.EVENT_GRID)),
        incident(alert(SignalSource.SWEEP)),
    ],
)
def test_nobody_is_asked(case: Incident) -> None:
    """Where somebody has said why, where the logs were read already, and where no pull is said to fail."""
    logs = Logbook(failed=[line(AT, DENIED)])
    assert asked(case, logs) is case
    assert logs.asked == []


def test_what_cannot_be_read_is_noted_and_stops_nothing() -> None:
    """A workspace that cannot be read leaves the incident without evidence, with the reason in its journal."""
    after = asked(incident(), Logbook(unread="no right to query"))
    assert (after.evidence, after.journal[-1].what) == ((), "the logs say nothing: no right to query")
    again = asked(after, Logbook(unread="no right to query"))
    assert again.journal == after.journal


def test_no_line_is_noted_too() -> None:
    """An answer without a line is told apart from none."""
    assert (
        asked(incident(), Logbook()).journal[-1].what.endswith("no line about a failed pull, or none that may be read")
    )


def test_the_clearest_line_speaks() -> None:
    """Of one app the latest line that names a cause is kept, and of all lines the clearest is what was told."""
    lines = [line(AT, BARE), line(AT - timedelta(minutes=1), LOST), line(AT - timedelta(minutes=2), DENIED)]
    lines.append(line(AT, BARE, app="cellar"))
    after = asked(incident(), Logbook(failed=lines), SHOP, CELLAR)
    assert [(entry.app, entry.text) for entry in after.evidence] == [("shop", LOST), ("cellar", BARE)]
    said = told(after)
    assert said is not None
    assert (said.cause, said.registry) == (Cause.dns_failure, HOST)


def test_a_signals_own_words_come_first() -> None:
    """A text that came with a later signal outranks what the logs said."""
    case = incident(alert(), alert(id="s2", text=LOST), evidence=(line(AT, DENIED),))
    said = told(case)
    assert said is not None
    assert said.cause is Cause.dns_failure
    assert told(incident()) is None


def test_evidence_is_bounded() -> None:
    """Of many apps only a few lines are kept, the newest, and many apps whose path is whole are not asked about."""
    lines = [line(AT - timedelta(seconds=n), DENIED, app=f"a{n}") for n in range(MOST_LINES + 3)]
    assert len(asked(incident(), Logbook(failed=lines)).evidence) == MOST_LINES
    apps = [ResourceId(SHOP.text.replace("shop", f"app{n}")) for n in range(MANY + 1)]
    logs = Logbook()
    paths = [path(app, ok=number > 0) for number, app in enumerate(apps)]
    evidence(incident(), paths, snapshot(WORKSPACE, *apps), logs=logs, now=NOW)
    assert [place.apps for place, *_ in logs.asked] == [("app0",)]


def test_an_alert_about_a_workspace_asks_that_one() -> None:
    """Where the alert names no app, its own workspace is asked, and no other."""
    case = incident(alert(subject=None, workspace=CENTRAL), subject=CENTRAL)
    logs = Logbook(failed=[line(AT, DENIED)])
    assert asked(case, logs).evidence == (line(AT, DENIED),)
    assert [place for place, *_ in logs.asked] == [LogPlace(CENTRAL)]


@pytest.mark.parametrize(
    ("more", "begin", "end"),
    [
        ({}, AT, AT),
        ({"since": AT - timedelta(hours=1)}, AT - timedelta(hours=1), AT),
        ({"since": AT - timedelta(days=30)}, AT, AT),
        ({"since": AT + timedelta(hours=1)}, AT, AT),
        ({"at": None}, NOW, NOW),
        ({"at": datetime(1, 1, 1, tzinfo=UTC)}, NOW, NOW),
        ({"at": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)}, NOW, NOW),
        ({"at": NOW + timedelta(hours=1)}, NOW, NOW),
    ],
)
def test_the_window_is_the_alerts_with_slack(more: dict[str, Any], begin: datetime, end: datetime) -> None:
    """Around the alert's window, or its time; a time that no alert can mean counts as the opening's."""
    assert window(alert(**more), NOW, NOW) == (begin - BEFORE, end + AFTER)


def test_an_open_incident_asks_once_for_a_look() -> None:
    """Through the flow: the question is asked at the look that diagnoses, and not again by later steps."""
    world = World()
    logs = Logbook(unread="no right to query")
    world.flow = replace(world.flow, logs=logs)
    world.start()
    assert "an app whose environment is not known" in " ".join(entry.what for entry in world.incident.journal)
    assert world.incident.status.value == "AWAITING_APPROVAL"
    journal = [entry.what for entry in world.incident.journal]
    world.later(600)
    assert [entry.what for entry in world.incident.journal][: len(journal)] == journal
    assert sum("logs say nothing" in entry.what for entry in world.incident.journal) == 1

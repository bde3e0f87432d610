"""What the host learns of the app before the first call."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

import pytest

from tests.functions_host.conftest import ROOT
from tests.functions_host.host import Host
from tests.functions_host.worker import Worker

HEAVY = (
    "azure.mgmt.",
    "azure.identity",
    "azure.core",
    "azure.data",
    "azure.storage",
    "azure.monitor",
    "click",
    "rich",
    "starlette",
    "pydantic",
    "jinja2",
)
LATER = ("remediator.ports", "remediator.bootstrap", "remediator.core.incident")


def test_every_kind_of_trigger_is_there(worker: Worker) -> None:
    """The app has a function for each way in: HTTP, Event Grid, the queues and the clock."""
    kinds = Counter(f.trigger["type"] for f in worker.functions.values())
    assert kinds == {"httpTrigger": 12, "eventGridTrigger": 1, "queueTrigger": 3, "timerTrigger": 2}


@pytest.mark.parametrize(
    ("path", "method", "function", "level"),
    [
        ("/api/alerts", "POST", "alerts", "function"),
        ("/api/events", "POST", "events_webhook", "function"),
        ("/api/events", "OPTIONS", "events_webhook", "function"),
        ("/api/remediations", "POST", "remediations", "function"),
        ("/api/code-events", "POST", "code_events", "anonymous"),
        ("/api/incidents", "GET", "incidents_api", "anonymous"),
        ("/api/incidents/i1", "GET", "incidents_api", "anonymous"),
        ("/api/incidents/i1/decisions", "POST", "decisions", "anonymous"),
        ("/incidents/i1/openings", "POST", "openings", "anonymous"),
        ("/overview", "GET", "overview", "anonymous"),
        ("/overview/rules.csv", "GET", "overview", "anonymous"),
        ("/api/overview", "GET", "overview_api", "anonymous"),
        ("/incidents", "GET", "incidents", "anonymous"),
        ("/incidents/i1", "GET", "incidents", "anonymous"),
        ("/approvals/t1", "GET", "approvals", "anonymous"),
        ("/approvals/t1", "POST", "approvals", "anonymous"),
        ("/healthz", "GET", "healthz", "anonymous"),
    ],
)
def test_each_address_leads_to_one_function(host: Host, path: str, method: str, function: str, level: str) -> None:
    """Programs need a function key at the host; people and the probe come in and are checked by our own code."""
    found = [(r.function, r.level) for r in host.routes if method in r.methods and r.pattern.fullmatch(path)]
    assert found == [(function, level)]


def test_no_other_method_is_open(host: Host) -> None:
    """An HTTP function answers its own methods only."""
    assert {r.function: r.methods for r in host.routes} == {
        "alerts": {"POST"},
        "events_webhook": {"POST", "OPTIONS"},
        "remediations": {"POST"},
        "code_events": {"POST"},
        "incidents_api": {"GET"},
        "overview": {"GET"},
        "overview_api": {"GET"},
        "decisions": {"POST"},
        "openings": {"POST"},
        "incidents": {"GET"},
        "approvals": {"GET", "POST"},
        "healthz": {"GET"},
    }


def test_queues_are_read_with_their_poison_queue(worker: Worker) -> None:
    """Whatever leaves the work queue for its poison queue has a function there."""
    queues = {f.trigger["queueName"] for f in worker.functions.values() if f.trigger["type"] == "queueTrigger"}
    assert queues == {"remediator-work", "remediator-work-poison", "remediator-sweep"}


def test_the_clock_ticks_every_minute(worker: Worker) -> None:
    """The timer wakes what is due once a minute, and not at the start of each instance."""
    trigger = worker.functions["wake"].trigger
    assert (trigger["schedule"], trigger.get("runOnStartup", False)) == ("0 * * * * *", False)


def test_the_sweep_is_looked_after_every_five_minutes(worker: Worker) -> None:
    """Whether a pass is due, or stands still, is asked every five minutes, and not at the start of each instance."""
    trigger = worker.functions["sweep"].trigger
    assert (trigger["schedule"], trigger.get("runOnStartup", False)) == ("30 */5 * * * *", False)


def test_indexing_loads_nothing_heavy() -> None:
    """A cold start imports no Azure client, no web framework, no terminal library, and no more of ours than doors."""
    code = "import sys, json, function_app as f; f.app.get_functions(); print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout)
    assert "azure.functions" in modules
    assert [
        m for m in modules if any(m == h.rstrip(".") or m.startswith(h.rstrip(".") + ".") for h in (*HEAVY, *LATER))
    ] == []


def test_doors_are_thin() -> None:
    """The app file is at most 15 lines and each door's file at most 40."""
    doors = [p for p in (ROOT / "remediator" / "functions").glob("*.py") if "Blueprint()" in p.read_text()]
    assert len(doors) == 9
    assert len((ROOT / "function_app.py").read_text().splitlines()) <= 15
    assert {p.name: n for p in doors if (n := len(p.read_text().splitlines())) > 40} == {}

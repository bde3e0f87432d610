"""Webhooks of code hosts through the host's routes: open to anybody, and taken from the code hosts alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from dataclasses import replace

import pytest

from remediator.core.code_request import CodeRequest, Purpose
from remediator.functions import runtime
from remediator.web.code_events import LIMIT
from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.hostile import MARKS, Hostile
from tests.functions_host.stage import EASY_AUTH, NEW_YEAR, Stage
from tests.search.effort import EFFORT

SECRET = "a-secret-of-the-webhook-" * 2
PATH = "/api/code-events"


@pytest.fixture
def stage(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The program with a webhook's secret, and an incident that waits for its pull request."""
    made = Stage(host, EASY_AUTH | {"REMEDIATOR_GITHUB_WEBHOOK_SECRET": SECRET})
    monkeypatch.setattr(runtime, "_runtime", lambda: made.runtime)
    host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    held = made.flow.incidents.load(made.incident.id)
    request = CodeRequest(Purpose.BESIDE, f"remediator/{made.incident.id}", "d1:0", NEW_YEAR)
    made.flow.incidents.save(held, replace(held.incident, pull_request=request))
    host.queues["remediator-work"].clear()
    return made


def event(branch: str) -> bytes:
    return json.dumps({"action": "closed", "pull_request": {"head": {"ref": branch}}}).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


def test_a_merge_wakes_its_incident(host: Host, stage: Stage) -> None:
    """A signed event about the branch of an incident sends that incident's id to the work queue, without any key."""
    body = event(f"remediator/{stage.incident.id}")
    answer = host.request("POST", PATH, body, headers=signed(body))
    assert (answer.status, answer.json) == (202, {"incidents": [stage.incident.id]})
    assert list(host.queues["remediator-work"]) == [(stage.incident.id, 0)]


@pytest.mark.parametrize("branch", ["main", "remediator/", "remediator/0123456789ab-01hx", "remediator/../x"])
def test_other_branches_wake_nobody(host: Host, stage: Stage, branch: str) -> None:
    """A branch that is not ours, or an incident that is not there, is taken and wakes nobody."""
    body = event(branch)
    answer = host.request("POST", PATH, body, headers=signed(body))
    assert (answer.status, answer.json) == (202, {"incidents": []})
    assert list(host.queues["remediator-work"]) == []


def test_a_forged_event_wakes_nobody(host: Host, stage: Stage) -> None:
    """Without the webhook's secret nothing is woken, a function key or not."""
    body = event(f"remediator/{stage.incident.id}")
    for headers, key in ((signed(body, "another"), None), ({}, FUNCTION_KEY), ({}, None)):
        assert host.request("POST", PATH, body, headers=headers, key=key).status == 401
    assert list(host.queues["remediator-work"]) == []


def test_the_open_door_leads_nowhere_else(host: Host, stage: Stage) -> None:
    """A signed event is of no use at the routes that ask for a key."""
    body = event("main")
    for path in ("/api/alerts", "/api/events", "/api/remediations", f"{PATH}/../alerts"):
        assert host.request("POST", path, body, headers=signed(body)).status in (401, 404)


def test_whatever_is_signed_is_taken(host: Host, stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever body and headers come with a right signature are answered 202 (413 where it is too long), and nothing
    secret in it is logged."""
    caplog.set_level(logging.INFO)
    hostile = Hostile(4)
    for _ in range(30 * EFFORT):
        body = hostile.body()
        headers = {name: text for name, text in hostile.headers().items() if name.lower() != "content-type"}
        answer = host.request("POST", PATH, body, headers={**headers, **signed(body)})
        assert answer.status == (202 if len(body) <= LIMIT else 413), body[:2000]
    said = [f"{record.getMessage()} {getattr(record, 'keys', '')}" for record in caplog.records]
    assert [line for line in said if any(mark in line for mark in MARKS)] == []
    assert list(host.queues["remediator-work"]) == []

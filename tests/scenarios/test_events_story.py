"""What a subscriber hears of the first incident, over TLS from a topic that is not always there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from remediator.core.journal_check import check, is_line
from tests.event_topic import EventTopic
from tests.scenarios.town import Town, links_in

SCHEMAS = Path(__file__).parents[2] / "docs" / "events"
CORRELATION = "0f0e0d0c-0b0a-4000-8000-000000000001"


def _mistakes(document: dict[str, Any], name: str) -> list[str]:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return [one.message for one in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(document)]


def test_a_subscriber_hears_the_whole_story(
    town: Callable[[str], Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although the topic fails now and then, each event arrives, valid, in order by its sequence, with nothing personal
    in it; its hash is that of the journal line which it names."""
    place = town("first-incident")
    with EventTopic(tmp_path) as topic:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(topic.ca_file))
        place.settings["REMEDIATOR_EVENT_ENDPOINT"] = f"{topic.url}/api/events"
        topic.answers = [(503, b"", {}), (200, b"", {}), (429, b"", {"retry-after": "30"})]
        with place.program() as program:
            claims = {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "wang.li@contoso.example"}
            operation = "Microsoft.ContainerRegistry/registries/write"
            registry = place.registry("contosoalbum")
            incident = program.event(registry, operation, claims, correlationId=CORRELATION)
            program.settle()
            (link,) = links_in(place.postbox)
            assert program.decide(link, "quartermaster", "contosoalbum") == 200
            for _ in range(5):
                program.settle()
                place.clock.sleep(3600)
            assert program.status(incident) == "RESOLVED"
            found = program.runtime.load(incident)
    sent = [event for request in topic.received for event in request.events]
    events = sorted({event["id"]: event for event in sent}.values(), key=lambda event: str(event["sequence"]))
    assert len(sent) == len(events) + 2  # the two that were refused came again
    kinds = ["IncidentOpened", "PlanProposed", "PlanApproved", "PlanApplied", "IncidentResolved"]
    assert [event["type"] for event in events] == [f"Remediator.{kind}" for kind in kinds]
    for event, kind in zip(events, kinds, strict=True):
        assert (_mistakes(event, "CloudEvent"), _mistakes(event["data"], kind)) == ([], [])
        assert event["data"]["correlation"] == CORRELATION
        assert is_line(found, event["data"]["journal"]["line"], event["data"]["journal"]["hash"])
    assert check(found).problem == ""
    told = json.dumps(sent)
    assert [word for word in ("wang", "quartermaster", "night", "@", "approvals/", "Bearer") if word in told] == []

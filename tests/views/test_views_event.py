"""CloudEvents of incidents: their schemas, their golden files, the page, and what is never in them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from remediator.core.announcement import EventType
from remediator.core.incident import Status
from remediator.views.event import data_schema
from tests.views.announced import DATA, SECRETS, event, misnamed, pretty

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "events.md").read_text("utf-8")
SCHEMAS = {path.name.removesuffix(".schema.json"): path for path in (DOCS / "events").glob("*.schema.json")}


def _short(kind: EventType) -> str:
    return kind.value.removeprefix("Remediator.")


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMAS[name].read_text("utf-8"))
    Draft202012Validator.check_schema(found)
    return found


def _mistakes(document: object, schema: dict[str, Any]) -> list[str]:
    return [
        error.message for error in Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(document)
    ]


@pytest.mark.parametrize("kind", EventType)
def test_every_event_follows_its_schemas(kind: EventType) -> None:
    """The envelope is a CloudEvent 1.0, and the data follows the schema that the event names."""
    made = event(kind)
    assert _mistakes(made, _schema("CloudEvent")) == []
    schema = _schema(_short(kind))
    assert made["dataschema"] == schema["$id"] == data_schema(kind)
    assert _mistakes(made["data"], schema) == []


@pytest.mark.parametrize("kind", EventType)
def test_golden_events(kind: EventType) -> None:
    """An event is written exactly as its golden file shows; subscribers rely on it."""
    assert pretty(event(kind)) == (DATA / f"{kind.value}.json").read_text("utf-8")


@pytest.mark.parametrize("kind", EventType)
def test_nothing_of_a_person_is_in_an_event(kind: EventType) -> None:
    """Names, addresses, object ids, tokens and texts of the incident stay out of its events."""
    told = json.dumps(event(kind))
    assert [secret for secret in SECRETS if secret in told] == []


def test_an_address_in_a_name_is_struck_out() -> None:
    """Where a sender put an address into the name of an app, the event has the name without it."""
    app = misnamed()["data"]["app"]
    assert app == "/subscriptions/s/providers/Microsoft.App/containerApps/(address)"


def test_the_page_lists_exactly_the_types() -> None:
    """docs/events.md has a section for each type, in the order of the code, with a link to its schema."""
    sections = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
    assert [section.split("\n", 1)[0] for section in sections] == [kind.value for kind in EventType]
    for kind, section in zip(EventType, sections, strict=True):
        assert f"(events/{_short(kind)}.schema.json)" in section
        own = set(_schema(_short(kind))["properties"]) - set(_common())
        assert [name for name in own if f"`{name}`" not in section] == []


def test_there_is_a_schema_for_each_type_and_no_other() -> None:
    """The schemas beside the page are those of the types, and the envelope's, which names the same types."""
    assert set(SCHEMAS) == {"CloudEvent", *(_short(kind) for kind in EventType)}
    assert _schema("CloudEvent")["properties"]["type"]["enum"] == [kind.value for kind in EventType]


def test_schemas_are_strict_and_agree() -> None:
    """Each schema asks for all of its fields and no other; what every type has is the same everywhere."""
    statuses: list[str] = []
    for kind in EventType:
        schema = _schema(_short(kind))
        assert (schema["required"], schema["additionalProperties"]) == (list(schema["properties"]), False)
        assert {name: schema["properties"][name] for name in _common() if name != "status"} == {
            name: what for name, what in _common().items() if name != "status"
        }
        statuses += schema["properties"]["status"]["enum"]
    assert len(statuses) == len(set(statuses))
    assert {status for status in Status if status.ended} <= set(map(Status, statuses))


def _common() -> dict[str, Any]:
    found = [_schema(_short(kind))["properties"] for kind in EventType]
    return {name: what for name, what in found[0].items() if all(name in one for one in found)}


def test_the_page_shows_a_true_example_and_the_common_fields() -> None:
    """The example of docs/events.md is the golden file of its type, and every common field is named on the page."""
    (example,) = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert json.loads(example) == json.loads((DATA / f"{EventType.PROPOSED.value}.json").read_text("utf-8"))
    assert [name for name in _common() if f"`{name}`" not in PAGE] == []

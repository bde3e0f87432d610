"""The manual trigger: what is taken, what is refused, and that a repeat gives the same answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.views.samples import REGISTRY
from tests.web.stage import KEY, PLATFORM, principal, world

AUTH = {"x-functions-key": KEY}
BODY = {"registry": REGISTRY.text}


def test_a_request_gets_its_incident() -> None:
    """A request is answered 202 with the incident's id, and the body cannot name who asked."""
    stage = world()
    answer = stage.client().post("/api/remediations", json=BODY, headers=AUTH)
    assert (answer.status_code, answer.json()) == (202, {"incident": "incident-1"})
    assert stage.signals[0].subject == REGISTRY
    assert stage.signals[0].actor is None


def test_the_requester_is_the_one_who_signed_in() -> None:
    """With a token the requester is its object id."""
    stage = world(replace(PLATFORM, callers=frozenset({"object-kim"})))
    headers = {"x-ms-client-principal": principal("object-kim")}
    assert stage.client().post("/api/remediations", json=BODY, headers=headers).status_code == 202
    assert stage.signals[0].actor == "object-kim"


def test_the_same_key_gives_the_same_answer() -> None:
    """A repeat with the same Idempotency-Key starts nothing new and is answered alike."""
    stage = world()
    client = stage.client()
    headers = {**AUTH, "idempotency-key": "deploy-42"}
    answers = [client.post("/api/remediations", json=BODY, headers=headers).json() for _ in range(3)]
    assert answers == [{"incident": "incident-1"}] * 3
    assert len(stage.signals) == 1
    client.post("/api/remediations", json=BODY, headers={**AUTH, "idempotency-key": "deploy-43"})
    assert len(stage.signals) == 2


def test_a_key_belongs_to_one_request() -> None:
    """The same key with another body is refused."""
    client = world().client()
    headers = {**AUTH, "idempotency-key": "deploy-42"}
    client.post("/api/remediations", json=BODY, headers=headers)
    answer = client.post("/api/remediations", json={**BODY, "text": "403"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "registry"), ({"registry": "x"}, "registry"), ({**BODY, "way": "now"}, "way"), ({**BODY, "x": 1}, "x")],
)
def test_wrong_fields_are_named(body: dict[str, object], field: str) -> None:
    """A wrong request is answered 400 with a sentence for each wrong field, and starts nothing."""
    stage = world()
    answer = stage.client().post("/api/remediations", json=body, headers=AUTH)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert stage.signals == []


def test_a_request_that_is_too_long_is_refused() -> None:
    """More than 256 KiB is answered 413."""
    answer = world().client().post("/api/remediations", content=b"x" * (257 << 10), headers=AUTH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body-too-long")


def test_a_caller_that_never_stops_is_held_back() -> None:
    """Beyond three hundred requests a minute a caller is told to wait, and nothing more is taken in."""
    stage = world()
    client = stage.client()
    answers = [client.post("/api/remediations", json=BODY, headers=AUTH).status_code for _ in range(302)]
    assert answers == [202] * 300 + [429] * 2
    assert len(stage.signals) == 300

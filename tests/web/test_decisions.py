"""Deciding without a page: people with a token, and applications that are named as approvers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from httpx2 import Response

from remediator.core.desired import Approvers, DesiredState, RegistryIntent
from remediator.core.incident import Status
from remediator.web.runtime import WebSettings
from tests.web.stage import KEY, LOCAL, PLATFORM, World, linked, principal, sign_in
from tests.web.stage import world as plain_world

PATH = "/api/incidents/01j4incident/decisions"
APP = principal("object-servicenow", ("roles", "Change.Approver"), ("idtyp", "app"), name="")


def world(settings: WebSettings) -> World:
    stage = plain_world(settings)
    stage.incident = linked(stage.incident)
    return stage


def declared(**who: tuple[str, ...]) -> DesiredState:
    return DesiredState(declared=True, registries=(RegistryIntent(approvers=Approvers(**who)),))


def sent(stage: World, body: object, header: str | None = None, **headers: str) -> Response:
    known = {"x-ms-client-principal": header} if header else {}
    return stage.client().post(PATH, json=body, headers={**known, **headers})


def yes(stage: World) -> dict[str, str]:
    assert stage.incident.request is not None
    return {"decision": "approve", "digest": stage.incident.request.digest}


def test_a_person_decides_with_a_token() -> None:
    """A person's yes with the plan's digest is recorded under the object id, and the incident comes back."""
    stage = world(PLATFORM)
    answer = sent(stage, yes(stage), principal())
    assert (answer.status_code, answer.json()["status"]) == (200, "APPROVED")
    assert [(a.person, a.yes) for a in stage.incident.approvals] == [("object-kim", True)]
    assert stage.woken == ["01j4incident"]


def test_a_no_says_why() -> None:
    """A no needs a reason, which is recorded."""
    stage = world(PLATFORM)
    no = {**yes(stage), "decision": "reject"}
    assert sent(stage, no, principal()).json()["error"]["fields"]["reason"].startswith("is missing")
    assert sent(stage, {**no, "reason": "not tonight"}, principal()).json()["status"] == "REJECTED"
    assert stage.incident.approvals[0].reason == "not tonight"


@pytest.mark.parametrize("who", [{"users": ("object-servicenow",)}, {"roles": ("Change.Approver",)}])
def test_a_named_application_decides(who: dict[str, tuple[str, ...]]) -> None:
    """An application decides where its object id or app role is named among the approvers."""
    stage = world(PLATFORM)
    stage.desired = declared(**who)
    assert sent(stage, yes(stage), APP).json()["status"] == "APPROVED"


@pytest.mark.parametrize("who", [{}, {"users": ("object-kim",)}, {"groups": ("object-servicenow",)}])
def test_another_application_does_not(who: dict[str, tuple[str, ...]]) -> None:
    """An application that nobody has named decides nothing, also where any person might."""
    stage = world(PLATFORM)
    stage.desired = declared(**who)
    refused = sent(stage, yes(stage), APP)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "approver-not-allowed")
    assert stage.incident.approvals == ()


def test_a_function_key_is_nobody() -> None:
    """A function key opens the routes of signals, and decides nothing."""
    stage = world(PLATFORM)
    assert sent(stage, yes(stage), **{"x-functions-key": KEY}).status_code == 401
    assert stage.incident.approvals == ()


def test_the_one_who_asked_does_not_approve() -> None:
    """Four eyes hold here too."""
    stage = world(PLATFORM)
    refused = sent(stage, yes(stage), principal("object-id-of-requester"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "approver-is-requester")


def test_another_plan_is_not_approved() -> None:
    """The digest must be that of the open question."""
    stage = world(PLATFORM)
    refused = sent(stage, {"decision": "approve", "digest": "d1:other"}, principal())
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "approval-void")
    assert stage.incident.status is Status.AWAITING_APPROVAL


def test_nobody_is_asked() -> None:
    """Where no question is open there is nothing to decide."""
    stage = world(PLATFORM)
    body = yes(stage)
    stage.incident = replace(stage.incident, request=None, status=Status.OPEN)
    assert sent(stage, body, principal()).json()["error"]["code"] == "nothing-to-decide"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], "body"),
        ({}, "decision"),
        ({"decision": "maybe", "digest": "d"}, "decision"),
        ({"decision": "approve"}, "digest"),
        ({"decision": "approve", "digest": 1}, "digest"),
        ({"decision": "approve", "digest": "d", "way": "report"}, "way"),
        ({"decision": "approve", "digest": "d", "way": 1}, "way"),
        ({"decision": "reject", "digest": "d", "reason": "no", "way": "both"}, "way"),
        ({"decision": "approve", "digest": "d", "how": "both"}, "how"),
    ],
)
def test_wrong_fields_are_named(body: object, field: str) -> None:
    """A wrong request is answered 400 with a sentence for each wrong field."""
    answer = sent(world(PLATFORM), body, principal())
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


@pytest.mark.parametrize(
    "headers",
    [{"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"},
     {"sec-fetch-site": "cross-site"}],
)  # fmt: skip
def test_a_page_of_somebody_else_cannot_decide(headers: dict[str, str]) -> None:
    """What a browser sends for a foreign page, with a person's cookie, is refused."""
    stage = world(LOCAL)
    client = stage.client()
    sign_in(client)
    refused = client.post(PATH, json=yes(stage), headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "csrf-failed")
    assert stage.incident.approvals == ()

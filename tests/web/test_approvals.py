"""The approval link from a browser's side: who may read, who may decide, and what an attacker tries."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from remediator.core.desired import Approvers, DesiredState, RegistryIntent
from remediator.core.incident import Status
from tests.views import samples
from tests.web.stage import LINK, PLATFORM, World, form_of, principal, sign_in, world

YES = {"decision": "approve", "confirm": "contosoimages", "reason": ""}
NO = {"decision": "reject", "confirm": "", "reason": "not tonight"}


def signed_in(stage: World, name: str = "kim") -> tuple[TestClient, dict[str, str]]:
    client = stage.client()
    sign_in(client, name)
    return client, form_of(client.get(LINK).text)


def test_the_link_can_be_read_without_a_sign_in() -> None:
    """Who has the link reads the whole case, is offered a sign-in, and gets no form."""
    page = world().client().get(LINK)
    assert page.status_code == 200
    assert "privatelink.azurecr.cn is not linked to vnet-spoke" in page.text
    assert "Sign in to decide" in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_changes_nothing(method: str) -> None:
    """GET and HEAD leave the incident as it is, also for a signed-in approver who sends decisions in the address."""
    stage = world()
    client, form = signed_in(stage)
    before = stage.incident
    for _ in range(3):
        assert client.request(method, LINK, params={**form, **YES}).status_code == 200
    assert stage.incident == before
    assert stage.woken == []


def test_an_approver_says_yes() -> None:
    """A yes with form, word and digest is recorded for that person, wakes the incident, and the page says so."""
    stage = world()
    client, form = signed_in(stage)
    answer = client.post(LINK, data={**form, **YES})
    assert (answer.status_code, answer.headers["location"]) == (303, LINK)
    assert [(a.person, a.yes) for a in stage.incident.approvals] == [("kim", True)]
    assert stage.incident.status is Status.APPROVED
    assert stage.woken == ["01j4incident"]
    assert "You said yes to this plan" in client.get(LINK).text


def test_an_approver_says_no() -> None:
    """A no needs a reason and ends the question."""
    stage = world()
    client, form = signed_in(stage)
    assert client.post(LINK, data={**form, **NO, "reason": "\n "}).status_code == 400
    assert stage.incident.approvals == ()
    assert client.post(LINK, data={**form, **NO}).status_code == 303
    assert stage.incident.status is Status.REJECTED
    assert stage.incident.approvals[0].reason == "not tonight"


def test_a_decision_needs_a_sign_in() -> None:
    """The form of somebody else is worth nothing without a session."""
    stage = world()
    _, form = signed_in(stage)
    answer = stage.client().post(LINK, data={**form, **YES})
    assert answer.status_code == 401
    assert stage.incident.approvals == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"csrf": ""},
        {"csrf": "99999999999.0000"},
        {"csrf": "²²."},
        {"csrf": "x" * 5000},
        {"csrf": "ſé.☃"},
    ],
)
def test_a_decision_needs_our_form(wrong: dict[str, str]) -> None:
    """Without a valid CSRF token nothing is recorded."""
    stage = world()
    client, form = signed_in(stage)
    assert client.post(LINK, data={**form, **YES, **wrong}).status_code == 403
    assert stage.incident.approvals == ()


def test_a_form_belongs_to_one_person() -> None:
    """The CSRF token of one person is refused in the session of another."""
    stage = world()
    _, form = signed_in(stage, "mallory")
    client, _ = signed_in(stage, "kim")
    assert client.post(LINK, data={**form, **YES}).status_code == 403
    assert stage.incident.approvals == ()


def test_a_form_grows_old() -> None:
    """After an hour the form is refused."""
    stage = world()
    client, form = signed_in(stage)
    stage.clock.at += timedelta(minutes=61)
    assert client.post(LINK, data={**form, **YES}).status_code == 403
    assert stage.incident.approvals == ()


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)
def test_a_form_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    """A browser that says the form came from another site is believed."""
    stage = world()
    client, form = signed_in(stage)
    assert client.post(LINK, data={**form, **YES}, headers=headers).status_code == 403
    assert stage.incident.approvals == ()


def test_our_own_form_has_origin_null() -> None:
    """With no-referrer, browsers send `Origin: null` for our own form: it is taken."""
    stage = world()
    client, form = signed_in(stage)
    headers = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert client.post(LINK, data={**form, **YES}, headers=headers).status_code == 303


def test_a_yes_needs_the_word() -> None:
    """The word of the request must be typed; without it nothing is recorded."""
    stage = world()
    client, form = signed_in(stage)
    for word in ("", "contoso", "yes"):
        answer = client.post(LINK, data={**form, **YES, "confirm": word})
        assert (answer.status_code, "confirmation-wrong" in answer.text) == (400, True)
    assert stage.incident.approvals == ()


def test_a_decision_is_about_the_plan_that_was_shown() -> None:
    """Another digest than the one asked about is refused."""
    stage = world()
    client, form = signed_in(stage)
    assert client.post(LINK, data={**form, **YES, "digest": "d1:other"}).status_code == 409
    assert stage.incident.approvals == ()


def test_a_link_expires() -> None:
    """After the time to answer the page says so, offers no form, and a decision is refused."""
    stage = world()
    client, form = signed_in(stage)
    request = stage.incident.request
    assert request is not None
    stage.incident = replace(stage.incident, request=replace(request, expires_at=samples.NOW - timedelta(seconds=1)))
    page = client.get(LINK)
    assert "The time to answer is over" in page.text
    assert "<form" not in page.text
    answer = client.post(LINK, data={**form, **YES})
    assert (answer.status_code, "approval-expired" in answer.text) == (410, True)
    assert stage.incident.approvals == ()


def test_a_link_is_good_for_one_decision() -> None:
    """A second decision of the same person, or of anybody after the question is closed, is refused."""
    stage = world()
    client, form = signed_in(stage)
    other, other_form = signed_in(stage, "sam")
    assert client.post(LINK, data={**form, **YES}).status_code == 303
    after = stage.incident
    assert client.post(LINK, data={**form, **NO}).status_code == 409
    assert other.post(LINK, data={**other_form, **NO}).status_code == 409
    assert stage.incident == after


@pytest.mark.parametrize(
    "link",
    [
        "/approvals/01j4incident.other",
        "/approvals/unknown.secret-token",
        "/approvals/01j4incident",
        "/approvals/.secret-token",
        "/approvals/01j4incident.%0d%0aset-cookie",
        "/approvals/%3Cscript%3E.x",
    ],
)
def test_an_unknown_link_says_nothing(link: str) -> None:
    """A wrong incident, token or form of a link gives one and the same page."""
    client = world().client()
    answer = client.get(link)
    assert answer.status_code == 404
    assert answer.text == client.get("/approvals/x.y").text
    assert "contosoimages" not in answer.text


def test_the_one_who_asked_does_not_approve() -> None:
    """Who asked for the change sees why, and a yes is refused; a no is taken."""
    stage = world(requester="Kim")
    client, form = signed_in(stage)
    assert "somebody else has to approve it" in client.get(LINK).text
    answer = client.post(LINK, data={**form, **YES})
    assert (answer.status_code, "approver-is-requester" in answer.text) == (403, True)
    assert client.post(LINK, data={**form, **NO}).status_code == 303


NAMED = DesiredState(
    declared=True,
    registries=(
        RegistryIntent("*", approvers=Approvers(users=("object-kim",), groups=("g-net",), roles=("Approver",))),
    ),
)


ALLOWED = [
    principal("object-kim"),
    principal("OBJECT-KIM"),
    principal("object-sam", ("groups", "g-net")),
    principal("object-sam", ("roles", "Approver")),
]
REFUSED = [
    (principal("object-sam"), 403, "approver-not-allowed"),
    (principal("object-sam", name="object-kim"), 403, "approver-not-allowed"),
    (principal("object-kim", ("_claim_names", '{"groups":"src1"}')), 403, "groups-overflow"),
    (principal("object-kim", ("hasgroups", "true")), 403, "groups-overflow"),
    (principal("object-kim", name=""), 403, "not-a-person"),
    (principal("object-kim", ("idtyp", "app")), 403, "not-a-person"),
    (principal("object-kim", tenant="tenant-2"), 401, "not-signed-in"),
    (principal("object-kim", ("oid", "object-sam")), 401, "not-signed-in"),
    ("not base64!", 401, "not-signed-in"),
    ("W10=", 401, "not-signed-in"),
    ("", 401, "not-signed-in"),
]


@pytest.mark.parametrize("header", ALLOWED)
def test_the_platform_says_who_decides(header: str) -> None:
    """Object id, group or role of the platform's header make an approver."""
    stage = world(PLATFORM)
    stage.desired = NAMED
    client = stage.client(headers={"x-ms-client-principal": header})
    form = form_of(client.get(LINK).text)
    assert client.post(LINK, data={**form, **YES}).status_code == 303
    assert len(stage.incident.approvals) == 1


@pytest.mark.parametrize(("header", "status", "code"), REFUSED)
def test_others_do_not_decide(header: str, status: int, code: str) -> None:
    """A name, an overflowing token, an app, another tenant or a broken header make no approver."""
    stage = world(PLATFORM)
    stage.desired = NAMED
    client = stage.client(headers={"x-ms-client-principal": header})
    page = client.get(LINK)
    assert (page.status_code, "<form" in page.text) == (200, False)
    answer = client.post(LINK, data=YES)
    assert (answer.status_code, code in answer.text) == (status, True)
    assert stage.incident.approvals == ()


def test_only_the_platforms_identity_provider_counts() -> None:
    """A principal of another provider than Entra is nobody."""
    stage = world(PLATFORM)
    document = json.loads(base64.b64decode(principal()))
    document["auth_typ"] = "github"
    header = base64.b64encode(json.dumps(document).encode()).decode()
    page = stage.client().get(LINK, headers={"x-ms-client-principal": header})
    assert "not signed in" in page.text


def test_a_platform_header_means_nothing_elsewhere() -> None:
    """Where the identity is local, a platform header signs nobody in."""
    page = world().client().get(LINK, headers={"x-ms-client-principal": principal()})
    assert "not signed in" in page.text


def test_no_token_is_logged() -> None:
    """Neither reading, deciding nor failing writes the link's token into the log."""
    stage = world()
    client, form = signed_in(stage)
    client.post(LINK, data={**form, **YES})
    assert stage.logged
    assert "secret-token" not in "".join(stage.logged)


def test_nobody_decides_without_end() -> None:
    """After twenty tries within five minutes a person is sent away with the time to wait, and others are not."""
    stage = world()
    client, form = signed_in(stage)
    wrong = {**form, **YES, "confirm": "something"}
    assert {client.post(LINK, data=wrong).status_code for _ in range(20)} == {400}
    refused = client.post(LINK, data={**form, **YES})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "300")
    assert stage.incident.approvals == ()
    other, form = signed_in(stage, "li")
    assert other.post(LINK, data={**form, **YES}).status_code == 303


def test_the_pace_is_forgotten() -> None:
    """Five minutes later the same person may decide."""
    stage = world()
    client, form = signed_in(stage)
    for _ in range(21):
        client.post(LINK, data={**form, **YES, "confirm": "something"})
    stage.clock.at += timedelta(minutes=5)
    assert client.post(LINK, data={**form, **YES}).status_code == 303

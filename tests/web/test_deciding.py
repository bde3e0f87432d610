"""The ways that an approver may choose on the page and over HTTP: what is offered counts, and nothing bolder."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, DocumentHome
from remediator.core.code_request import CodeRequest, Purpose
from remediator.core.desired import DesiredState, RegistryIntent, Way
from remediator.core.errors import Misconfigured
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Status
from remediator.core.plan import Plan
from remediator.core.pull_request import PullRequest
from remediator.flow.code_side import CodeSide
from tests.views import samples
from tests.web.stage import LINK, PLATFORM, World, form_of, principal, sign_in, world
from tests.web.test_decisions import sent, yes
from tests.web.test_decisions import world as asked_world

HOME = CodeHome(CodeHostKind.GITHUB, "contoso/network")
DOCUMENT = DocumentHome(replace(HOME, folder="state"), "state/desired.yaml")
WORD = {"confirm": "contosoimages", "reason": ""}


def with_code(stage: World, way: Way = Way.DIRECT, *, reachable: bool = True) -> World:
    """A stage whose registry has a home, and a host that may be entered."""

    def host_of(home: CodeHome) -> object:
        if not reachable:
            raise Misconfigured("code-host-not-configured", "no token")
        return object()

    stage.code = CodeSide(host_of, None, None, None)  # type: ignore[arg-type]
    stage.desired = DesiredState(declared=True, registries=(RegistryIntent(code=HOME, way=way),), home=DOCUMENT)
    found = stage.incident.diagnosis
    assert found is not None
    assert found.ruling is not None
    stage.incident = replace(stage.incident, diagnosis=replace(found, ruling=replace(found.ruling, way=way)))
    return stage


def drifting(stage: World) -> World:
    """The plan is a switch of the registry that differs from the document."""
    registry = stage.incident.registries[0]
    field = "publicNetworkAccess"
    change = Change(ChangeKind.UPDATE_REGISTRY, registry, "Set it", {field: "Enabled"}, {field: "Disabled"}, "x")
    finding = Finding("public-network-access", registry, Severity.DRIFT, "it is open", remedy=(change,))
    found, request = stage.incident.diagnosis, stage.incident.request
    assert found is not None
    assert request is not None
    plan = Plan((change,))
    stage.incident = replace(
        stage.incident,
        diagnosis=replace(found, plan=plan, findings=(finding,)),
        request=replace(request, digest=plan.digest),
    )
    return stage


def buttons(stage: World) -> list[tuple[str, str]]:
    """The buttons of the page: what each sends, and what it says."""
    client = stage.client()
    sign_in(client, "kim")
    return re.findall(r'name="decision" value="([^"]+)">([^<]+)<', client.get(LINK).text)


def test_without_code_there_is_yes_and_no() -> None:
    """Where no code has a home, the page offers to apply or to reject."""
    assert buttons(world()) == [("approve", "Approve and apply"), ("reject", "Reject it")]


def test_with_code_there_are_more() -> None:
    """Where the code has a home, whoever approves may have a request instead of or beside the changes."""
    assert [value for value, _ in buttons(with_code(world()))] == [
        "approve",
        "approve pull-request",
        "approve both",
        "reject",
    ]
    assert [value for value, _ in buttons(with_code(world(), reachable=False))] == ["approve", "reject"]


def test_a_policy_of_pull_requests_offers_nothing_bolder() -> None:
    """Where the policy wants a request, a plain yes opens one, and applying is not offered."""
    stage = with_code(world(), Way.PULL_REQUEST)
    assert buttons(stage) == [("approve", "Approve: open a pull request"), ("reject", "Reject it")]
    client = stage.client()
    sign_in(client, "kim")
    page = client.get(LINK).text
    assert "Revert the pull request and let its pipeline run" in page
    assert "takes its own changes back by itself" not in page
    both = with_code(world(), Way.BOTH)
    assert [words for _, words in buttons(both)] == [
        "Apply now and open the pull request",
        "Open a pull request instead",
        "Reject it",
    ]


def test_where_none_can_be_opened_the_page_says_so() -> None:
    """A plan that should go by request and cannot has only a no, and the reason."""
    stage = with_code(world(), Way.PULL_REQUEST, reachable=False)
    client = stage.client()
    sign_in(client, "kim")
    page = client.get(LINK).text
    assert "none can be opened" in page
    assert [value for value, _ in buttons(stage)] == ["reject"]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("both", "“Apply now and open the pull request”"),
        ("pull-request", "“Open a pull request instead”"),
        ("intended", "“This was intended”"),
    ],
)
def test_a_button_is_recorded_as_its_way(way: str, said: str) -> None:
    """The way of the button is part of the decision, behind the same form, word and digest as every yes."""
    stage = drifting(with_code(world()))
    client = stage.client()
    sign_in(client, "kim")
    form = form_of(client.get(LINK).text)
    assert client.post(LINK, data={**form, "decision": f"approve {way}", "confirm": "wrong"}).status_code == 400
    assert client.post(LINK, data={**form, "csrf": "x", "decision": f"approve {way}", **WORD}).status_code == 403
    assert client.post(LINK, data={**form, "digest": "d1:x", "decision": f"approve {way}", **WORD}).status_code == 409
    assert stage.incident.approvals == ()
    assert client.post(LINK, data={**form, "decision": f"approve {way}", **WORD}).status_code == 303
    assert [a.way for a in stage.incident.approvals] == [way]
    assert stage.incident.status is Status.APPROVED
    assert f"You chose {said}; it is recorded." in client.get(LINK).text


@pytest.mark.parametrize("way", ["direct", "both", "intended", "report", "x\r\ny"])
def test_a_way_that_is_not_offered_is_refused(way: str) -> None:
    """A forged button gets nobody a bolder way, and nothing is recorded."""
    stage = with_code(world(), Way.PULL_REQUEST)
    client = stage.client()
    sign_in(client, "kim")
    form = form_of(client.get(LINK).text)
    answer = client.post(LINK, data={**form, "decision": f"approve {way}", **WORD})
    assert answer.status_code == 400
    assert "way-not-offered" in answer.text
    assert stage.incident.approvals == ()


def test_who_caused_it_cannot_say_that_it_was_intended() -> None:
    """The one who asked for a change cannot declare a drift either: somebody else has to."""
    stage = drifting(with_code(world()))
    stage.incident = replace(stage.incident, requester="kim")
    client = stage.client()
    sign_in(client, "kim")
    form = form_of(client.get(LINK).text)
    assert client.post(LINK, data={**form, "decision": "approve intended", **WORD}).status_code == 403
    assert stage.incident.approvals == ()


def test_programs_choose_a_way_too() -> None:
    """A change-management system names the way beside the digest, through the same gate."""
    stage = with_code(asked_world(PLATFORM))
    answer = sent(stage, {**yes(stage), "way": "pull-request"}, principal())
    assert answer.status_code == 200
    assert answer.json()["approvals"][0]["way"] == "pull-request"
    careful = with_code(asked_world(PLATFORM), Way.PULL_REQUEST)
    refused = sent(careful, {**yes(careful), "way": "direct"}, principal())
    assert refused.json()["error"]["code"] == "way-not-offered"
    assert careful.incident.approvals == ()


def test_the_request_is_on_the_page_and_in_the_document() -> None:
    """Address and state stand on the page and in the JSON; an address that is no https one is no link."""
    stage = world()
    made = PullRequest(7, "https://github.com/contoso/network/pull/7", "remediator/01j4incident")
    request = CodeRequest(
        Purpose.INSTEAD, made.branch, "d1:x", samples.NOW, HOME, made, trouble=("a-code", "<b>why</b>")
    )
    stage.incident = replace(
        stage.incident, status=Status.AWAITING_MERGE, pull_request=replace(request, instruction="a <i>\n  b")
    )
    client = stage.client()
    sign_in(client, "kim")
    page = client.get("/incidents/01j4incident").text
    assert f'<a href="{made.url}"' in page
    assert "a &lt;i&gt;\n  b" in page
    assert "<b>why" not in page
    told = client.get("/api/incidents/01j4incident").json()["pull_request"]
    assert (told["state"], told["url"], told["number"]) == ("open", made.url, 7)
    script = replace(made, url="javascript:alert(1)")
    stage.incident = replace(stage.incident, pull_request=replace(request, made=script))
    assert "javascript:" not in client.get("/incidents/01j4incident").text

"""Incidents for readers, sign-in, headers, and settings with which the app refuses to start."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from remediator.core.errors import Misconfigured
from remediator.core.incident import Status
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.web.app import API, PAGES, create_app
from remediator.web.runtime import IdentityKind, WebSettings
from tests.views import samples
from tests.web.stage import LINK, LOCAL, PLATFORM, principal, sign_in, world

READING = ["/incidents", "/incidents/01j4incident", "/api/incidents", "/api/incidents/01j4incident"]


@pytest.mark.parametrize("path", READING)
def test_reading_needs_a_sign_in(path: str) -> None:
    """Nobody reads incidents without being signed in; afterwards everybody does."""
    client = world().client()
    refused = client.get(path)
    assert refused.status_code == 401
    assert "contosoimages" not in refused.text
    sign_in(client)
    assert client.get(path).status_code == 200


def test_readers_may_be_named() -> None:
    """Where readers are named, other signed-in people are refused."""
    stage = world(replace(PLATFORM, readers=frozenset({"Reader"})))
    client = stage.client()
    assert client.get("/incidents", headers={"x-ms-client-principal": principal()}).status_code == 403
    header = principal("object-kim", ("roles", "Reader"))
    assert client.get("/incidents", headers={"x-ms-client-principal": header}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "understood"),
    [
        ("contosoimages", "contosoimages"),
        (" ContosoImages ", "ContosoImages"),
        ("contosoimages.azurecr.cn", "contosoimages"),
        (samples.REGISTRY.text, samples.REGISTRY),
    ],
)
def test_a_registry_is_named_as_people_name_it(asked: str, understood: object) -> None:
    """The search takes a registry's name, login server or id, and shows what was asked for."""
    stage = world()
    found: list[object] = []
    runtime = replace(stage.runtime, find=lambda status, registry, _: found.append((status, registry)) or [])
    client = TestClient(create_app(runtime), base_url=stage.settings.public_url, follow_redirects=False)
    sign_in(client)
    page = client.get("/incidents", params={"registry": asked, "status": "OPEN"})
    assert found == [(Status.OPEN, understood)]
    assert "0 found" in page.text
    assert '<option value="OPEN" selected>' in page.text


@pytest.mark.parametrize("asked", ["<b>", "a b", "../x", "é"])
def test_what_is_no_registry_is_refused(asked: str) -> None:
    """A text that can be no registry is refused with what is wanted, and is not repeated."""
    client = world().client()
    sign_in(client)
    answer = client.get("/incidents", params={"registry": asked})
    assert answer.status_code == 400
    assert "its name, its login server or its id" in answer.text


@pytest.mark.parametrize("status", Status)
def test_a_page_loads_itself_again_while_changes_are_made(status: Status) -> None:
    """From the approval to the end of the checks the pages carry a header by which they load again; no others do."""
    client = world(status=status).client()
    sign_in(client)
    moving = status in (Status.APPROVED, Status.APPLYING, Status.APPLIED, Status.UNDOING)
    for path in ("/incidents/01j4incident", LINK):
        assert ("refresh" in client.get(path).headers) == moving


def test_incidents_are_found_by_status() -> None:
    """`?status=` filters, and a status that does not exist is named as wrong."""
    client = world().client()
    sign_in(client)
    assert len(client.get("/api/incidents?status=awaiting_approval").json()["incidents"]) == 1
    assert client.get("/api/incidents?status=RESOLVED").json()["incidents"] == []
    wrong = client.get("/api/incidents?status=MAYBE")
    assert (wrong.status_code, list(wrong.json()["error"]["fields"])) == (400, ["status"])


def test_a_list_says_whether_there_may_be_more() -> None:
    """`?limit=` is how many incidents are listed, and `more` says that it was reached; what is no limit is refused."""
    client = world().client()
    sign_in(client)
    assert client.get("/api/incidents").json()["more"] is False
    assert client.get("/api/incidents?limit=1").json()["more"] is True
    for wrong in ("0", "5001", "-1", "x", "²", "9" * 5000):
        answer = client.get("/api/incidents", params={"limit": wrong})
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["limit"])


@pytest.mark.parametrize("name", ["nobody", "a%2Fb", "..", "%00"])
def test_an_unknown_incident_is_not_found(name: str) -> None:
    """An id that nobody has is answered 404."""
    client = world().client()
    sign_in(client)
    assert client.get(f"/api/incidents/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/incidents", LINK, "/nowhere", "/api/nowhere", "/signin"])
def test_every_answer_has_strict_headers(path: str) -> None:
    """No answer may be framed, stored, sniffed, or run a script."""
    answer = world().client().get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_bug_shows_nothing() -> None:
    """An error that nobody foresaw gives a page without its words, with the same headers."""
    stage = world()
    stage.find = _burst  # type: ignore[method-assign, assignment]
    client = TestClient(create_app(stage.runtime), base_url=LOCAL.public_url, raise_server_exceptions=False)
    sign_in_answer = client.post("/signin", data={"user": "kim"}, follow_redirects=False)
    assert sign_in_answer.status_code == 303
    answer = client.get("/incidents")
    assert (answer.status_code, "s3cret" in answer.text) == (500, False)
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def _burst(*_: object) -> None:
    raise RuntimeError("s3cret")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/incidents",
        "/\\evil.example",
        "/incidents/../../x",
        "/incidents\r\nset-cookie: a=b",
        "javascript:alert(1)",
        "/incidents?x=//evil.example",
        "",
    ],
)
def test_a_sign_in_leads_only_to_our_pages(target: str) -> None:
    """Whatever `next` says, the way after the sign-in is one of our own pages."""
    client = world().client()
    assert 'name="next" value="/incidents"' in client.get("/signin", params={"next": target}).text
    answer = client.post("/signin", data={"user": "kim", "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents")


def test_a_sign_in_comes_back() -> None:
    """A link of ours is where the sign-in leads back to."""
    answer = world().client().post("/signin", data={"user": "kim", "next": LINK})
    assert answer.headers["location"] == LINK


@pytest.mark.parametrize("name", ["", " ", "a|b", "kim\r\nx: y", "<b>", "k" * 65, "kim;path=/x"])
def test_a_local_name_is_plain(name: str) -> None:
    """A name with anything but letters, digits and a few signs is refused."""
    answer = world().client().post("/signin", data={"user": name})
    assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)


@pytest.mark.parametrize("body", [b"user=kim&" * 9, b"user=kim\xff"])
def test_a_sign_in_takes_our_form_only(body: bytes) -> None:
    """A form with more fields than ours, or one that is no text, is refused and signs nobody in."""
    answer = world().client().post("/signin", content=body)
    assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)


def test_a_cookie_cannot_be_made_up() -> None:
    """A name in the cookie counts only with our seal."""
    client = world().client()
    client.cookies.set("remediator-user", "kim|" + "0" * 64)
    assert client.get("/incidents").status_code == 401


def test_the_local_identity_answers_to_loopback_names_only() -> None:
    """A request for another host name is refused, so that a rebound name reaches nothing."""
    assert world().client().get("/signin", headers={"host": "evil.example"}).status_code == 400


def test_texts_from_outside_stay_text() -> None:
    """Names and log texts with markup are shown as text on every page."""
    attack = '"><script>alert(1)</script><img src=x onerror=y>{{7*7}}\u202e\x1b[31m'
    hop = Hop(HopName.IMAGE, Verdict.BROKEN, attack, attack)
    consumer = ResourceId(f"/subscriptions/s/resourceGroups/{attack}/providers/Microsoft.App/containerApps/{attack}")
    path = PullPath(consumer, attack, None, (hop,), ((attack, (attack,)),))
    change = replace(samples.link_change(), summary=attack, reason=attack, after={attack: [attack]})
    finding = replace(samples.diagnosis().findings[0], rule=attack, summary=attack, evidence=(attack,), advice=attack)
    found = replace(
        samples.diagnosis(),
        paths=(path,),
        findings=(finding,),
        plan=replace(samples.diagnosis().plan, changes=(change,)),
    )
    stage = world(diagnosis=found, requester=attack, error=(attack, attack))
    stage.incident = stage.incident.note(samples.NOW, attack, attack)
    client = stage.client()
    sign_in(client)
    for page in (LINK, "/incidents", "/incidents/01j4incident"):
        text = client.get(page).text
        assert "&lt;script&gt;" in text
        assert "<script" not in text
        assert "<img" not in text
        assert "{{7*7}}" in text
        assert "\u202e" not in text
        assert "\x1b" not in text


def test_documents_hold_no_secret() -> None:
    """Neither link hashes, recipients nor the text of signals are in the JSON of an incident."""
    stage = world()
    client = stage.client()
    sign_in(client)
    request = stage.incident.request
    assert request is not None
    text = client.get("/api/incidents/01j4incident").text
    for secret in (request.links[0].token_hash, "on-call@contoso.example", "hunter2"):
        assert secret not in text


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        (replace(LOCAL, identity=IdentityKind.NONE), "identity-missing"),
        (replace(PLATFORM, platform_strips_headers=False), "identity-not-trusted"),
        (replace(LOCAL, public_url="https://remediator.example"), "local-identity-not-on-loopback"),
        (replace(LOCAL, public_url="http://127.0.0.1.evil.example"), "local-identity-not-on-loopback"),
        (replace(LOCAL, csrf_key=b"short"), "csrf-key-missing"),
        (replace(LOCAL, function_key=""), "caller-check-missing"),
        (replace(LOCAL, function_key="", callers=frozenset({"x"})), "caller-check-missing"),
    ],
)
def test_the_app_does_not_start_without_knowing_its_callers(settings: WebSettings, code: str) -> None:
    """Settings under which nobody could be recognised stop the start, with a code and a hint."""
    with pytest.raises(Misconfigured) as refused:
        create_app(world(settings).runtime)
    assert refused.value.code == code
    assert refused.value.hint


def test_a_forged_platform_header_does_not_count_for_the_api() -> None:
    """Where the platform does not strip forged headers, they open nothing."""
    settings = replace(PLATFORM, platform_strips_headers=False, callers=frozenset({"object-kim"}))
    app = create_app(world(settings).runtime, parts=(API,))
    client = TestClient(app, base_url=settings.public_url)
    header = {"x-ms-client-principal": principal("object-kim")}
    assert client.get("/api/incidents", headers=header).status_code == 401
    assert client.post("/api/remediations", json={}, headers=header).status_code == 401


def test_the_parts_can_be_mounted_apart() -> None:
    """The pages alone have no API route, and the other way round."""
    runtime = world().runtime
    pages = TestClient(create_app(runtime, parts=(PAGES,)), base_url=LOCAL.public_url)
    api = TestClient(create_app(runtime, parts=(API,)), base_url=LOCAL.public_url)
    assert pages.post("/api/alerts").status_code == 404
    assert api.get(LINK).status_code == 404
    assert pages.get("/healthz").json() == {"status": "ok"}

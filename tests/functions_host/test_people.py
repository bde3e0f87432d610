"""Pages and the probe: the Starlette app behind the host, signed in by Easy Auth or not at all."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from remediator.core.errors import Misconfigured
from remediator.core.incident import Status
from remediator.functions import runtime
from remediator.settings import Settings
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import BASE, FUNCTION_KEY, Host
from tests.functions_host.stage import APPROVER, EASY_AUTH, NOBODY, Stage
from tests.functions_host.worker import Worker

FORM = {"content-type": "application/x-www-form-urlencoded", "origin": BASE, "sec-fetch-site": "same-origin"}


def person(oid: str, name: str) -> dict[str, Any]:
    """A person as Easy Auth describes them."""
    claims = [
        {"typ": "http://schemas.microsoft.com/identity/claims/objectidentifier", "val": oid},
        {"typ": "name", "val": name},
    ]
    return {"auth_typ": "aad", "claims": claims, "name_typ": "name", "role_typ": "roles", "id": oid, "name": name}


ANNA = person(APPROVER, "Anna")
BERT = person("33333333-3333-4333-8333-333333333333", "Bert")


@pytest.fixture
def asked(host: Host, stage: Stage) -> str:
    """An incident that waits for an approval: the link's address."""
    host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    host.pump()
    return stage.link


def decide(host: Host, link: str, who: dict[str, Any], **changed: str) -> Any:
    """Reads the page as a browser would, and sends its form."""
    page = host.request("GET", link, principal=who).text
    fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
    form = {"csrf": fields.get("csrf", ""), "digest": fields.get("digest", ""), "decision": "approve"} | changed
    return host.request("POST", link, urlencode(form), headers=FORM, principal=who)


def test_anybody_may_ask_whether_it_lives(host: Host, stage: Stage) -> None:
    """The probe answers 200 without a key."""
    answer = host.request("GET", "/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_wrong_settings_are_an_answer(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the settings are wrong each door answers 503 with the code alone, and works as soon as they are right."""

    def build() -> Any:
        raise Misconfigured("approval-key-weak", "a secret detail")

    monkeypatch.setattr(runtime, "_runtime", build)
    for method, path in (("GET", "/healthz"), ("POST", "/api/alerts"), ("GET", "/approvals/x")):
        answer = host.request(method, path, key=FUNCTION_KEY)
        assert (answer.status, answer.json) == (503, {"error": {"code": "approval-key-weak"}})
    monkeypatch.setattr(runtime, "_runtime", lambda: Stage(host).runtime)
    assert host.request("GET", "/healthz").status == 200


def test_without_an_identity_provider_nobody_decides(host: Host, fresh_runtime: None, monkeypatch: Any) -> None:
    """Where nobody could be recognised the pages refuse to start; alerts go on, and the probe says so."""
    stage = Stage(host, NOBODY)
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    assert host.request("GET", "/approvals/x").json == {"error": {"code": "identity-missing"}}
    assert host.request("GET", "/healthz").status == 200
    assert host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY).status == 202


def test_the_link_can_be_read_by_who_has_it(host: Host, asked: str) -> None:
    """The approval page comes with the plan and strict headers, and no form without a sign-in."""
    answer = host.request("GET", asked)
    assert (answer.status, answer.headers["x-frame-options"], "<form" in answer.text) == (200, "DENY", False)
    assert "contosoalbum" in answer.text


def test_an_unknown_link_is_not_found(host: Host, asked: str) -> None:
    """The token is a parameter of the path: another one leads nowhere."""
    assert host.request("GET", asked[:-4] + "0000").status == 404


def test_an_approver_decides_over_the_page(host: Host, stage: Stage, asked: str) -> None:
    """A signed-in approver's form is recorded, the browser is sent back, and the work goes on until it is mended."""
    answer = decide(host, asked, ANNA, confirm="contosoalbum")
    assert (answer.status, answer.headers["location"]) == (303, asked)
    assert [approval.person for approval in stage.incident.approvals] == [APPROVER]
    assert list(host.queues["remediator-work"]) != []
    for _ in range(60):
        host.pump()
        stage.clock.sleep(60)
        host.tick("wake")
    assert stage.incident.status is Status.RESOLVED


def test_another_person_does_not_decide(host: Host, stage: Stage, asked: str) -> None:
    """Somebody who is signed in and no approver is refused, and nothing is recorded."""
    assert decide(host, asked, BERT, confirm="contosoalbum").status == 403
    assert stage.incident.approvals == ()


def test_forged_identity_headers_are_stripped(host: Host, stage: Stage, asked: str) -> None:
    """A caller who writes Easy Auth's headers himself is nobody."""
    signed_in = host.request("GET", asked, principal=ANNA)
    forged = host.request("GET", asked, headers={"X-MS-CLIENT-PRINCIPAL": "e30=", "X-MS-CLIENT-PRINCIPAL-ID": APPROVER})
    assert ("<form" in signed_in.text, "<form" in forged.text) == (True, False)


@pytest.mark.parametrize("path", ["/incidents", "/api/incidents"])
def test_incidents_are_for_signed_in_readers(host: Host, stage: Stage, asked: str, path: str) -> None:
    """The list and one incident are shown to a person who is signed in, and to nobody else, function key or not."""
    one = f"{path}/{stage.incident.id}"
    assert [host.request("GET", p, key=FUNCTION_KEY).status for p in (path, one)] == [401, 401]
    answers = [host.request("GET", p, principal=BERT) for p in (path, one)]
    assert [(a.status, stage.incident.id in a.text) for a in answers] == [(200, True), (200, True)]


def test_the_overview_is_for_signed_in_readers(host: Host, stage: Stage, asked: str) -> None:
    """How everything stands is shown to a person who is signed in, with the incident that waits; to nobody else."""
    paths = ["/overview", "/overview/waiting.csv", "/api/overview"]
    assert [host.request("GET", path, key=FUNCTION_KEY).status for path in paths] == [401, 401, 401]
    answers = [host.request("GET", path, principal=BERT) for path in paths]
    assert [(a.status, stage.incident.id in a.text) for a in answers] == [(200, True)] * 3


def test_only_named_readers_read(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings name readers, everybody else who is signed in is refused."""
    stage = Stage(host, EASY_AUTH | {"REMEDIATOR_READERS": APPROVER})
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    assert [host.request("GET", "/incidents", principal=who).status for who in (ANNA, BERT)] == [200, 403]


def test_only_people_of_the_tenant_count(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings name a tenant, a person of none or another is nobody."""
    tenant = "44444444-4444-4444-8444-444444444444"
    stage = Stage(host, EASY_AUTH | {"REMEDIATOR_TENANT_ID": tenant})
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    ours = ANNA | {"claims": [*ANNA["claims"], {"typ": "tid", "val": tenant}]}
    assert [host.request("GET", "/incidents", principal=who).status for who in (ours, ANNA)] == [200, 401]


def test_on_one_machine_the_local_user_is_signed_in(
    worker: Worker, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the example's settings a person at the machine sees the pages, and no other host name leads to them."""
    values = json.loads((ROOT / "local.settings.example.json").read_text())["Values"]
    here = Host(worker, ROOT, easy_auth=False, base=values["REMEDIATOR_PUBLIC_URL"])
    stage = Stage(here, values)
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    assert here.request("GET", "/incidents").status == 200
    assert Host(worker, ROOT, base="http://evil.example").request("GET", "/incidents").status == 400


@pytest.mark.parametrize("path", ["/approvals/..%2Fapi%2Falerts", "/approvals/%2e%2e%2f%2e%2e%2fapi%2falerts"])
def test_no_keyed_route_is_reached_through_an_open_one(host: Host, stage: Stage, path: str) -> None:
    """A path that climbs out of an open route leads nowhere, whatever key is claimed."""
    answer = host.request("POST", path, payloads.log_alert(), headers={"x-functions-key": "anything"})
    assert (answer.status, stage.incidents) == (404, ())


def test_the_example_settings_are_right() -> None:
    """The example for a local run holds settings that exist and fit together, and no secret."""
    values = json.loads((ROOT / "local.settings.example.json").read_text())["Values"]
    settings = Settings.from_environment(values)
    assert settings.approval_key == settings.function_key == settings.smtp_password == ""
    assert {name for name in values if not name.startswith("REMEDIATOR_")} == {
        "FUNCTIONS_WORKER_RUNTIME",
        "AzureWebJobsStorage",
    }
    assert values["AzureWebJobsStorage"] == "UseDevelopmentStorage=true"

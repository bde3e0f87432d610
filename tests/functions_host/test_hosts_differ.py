"""Hosts differ: in how they write an address and hand over a key, and in whether identity headers can be believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import azure.functions as func
import pytest

from remediator.functions import runtime
from remediator.functions.address import readable
from remediator.settings import Settings
from tests.functions_host import payloads
from tests.functions_host.conftest import ROOT
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import EASY_AUTH, Stage
from tests.functions_host.test_people import ANNA
from tests.functions_host.worker import Message, TypedData, Worker, plain


def called(worker: Worker, function: str, method: str, url: str, **fields: Any) -> Any:
    """Call an HTTP function as a host of another make would, which says only so much."""
    empty: dict[str, Any] = {"headers": {}, "query": {}, "params": {}, "body": TypedData()}
    message = Message(method=method, url=url, **(empty | fields))
    return worker.invoke(function, TypedData(http=message))


@pytest.mark.parametrize("path", ["/API/Alerts", "/api/alerts/", "/Api/ALERTS/"])
def test_an_address_in_any_case(host: Host, stage: Stage, path: str) -> None:
    """The host routes without regard to case and a slash at the end, and so does the app behind it."""
    assert host.request("POST", path, payloads.log_alert(), key=FUNCTION_KEY).status == 202
    assert stage.incident.signal_count == 1


@pytest.mark.parametrize(
    "url", ["http://localhost:7071/api/api/alerts", "http://10.0.0.4/x/api/alerts", "/", "http://h:x/"]
)
def test_an_address_below_another_prefix(worker: Worker, stage: Stage, url: str) -> None:
    """Whatever prefix an app setting gives to routes, and whatever address the host writes, the call arrives."""
    body = TypedData(bytes=b'{"schemaId": 1}')
    answer = called(worker, "alerts", "POST", url, headers={"x-functions-key": FUNCTION_KEY}, body=body)
    assert int(answer.status_code) == 202


def test_a_key_beside_the_address(worker: Worker, stage: Stage) -> None:
    """The key counts where the host hands the query over beside the address, too."""
    found = called(worker, "alerts", "POST", "http://localhost/api/alerts", query={"code": FUNCTION_KEY})
    assert int(found.status_code) == 202
    assert int(called(worker, "alerts", "POST", "http://localhost/api/alerts").status_code) == 401


def test_an_id_beside_the_address(worker: Worker, host: Host, stage: Stage) -> None:
    """What fills a route is taken from the address, or from what the host says where the address is another."""
    host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    found = stage.incident.id
    for url, params in ((f"http://h/API/Incidents/{found}/", {}), ("http://h/", {"incident": found})):
        headers = {"x-ms-client-principal": _header()}
        answer = called(worker, "incidents_api", "GET", url, params=params, headers=headers)
        assert (int(answer.status_code), found in str(plain(answer.body))) == (200, True)


def test_no_part_of_an_address_becomes_two(host: Host, stage: Stage) -> None:
    """A slash that was written as %2F leads to no other route: there is no such address."""
    for path in ("/incidents/..%2Fapi%2Falerts", "/api/incidents/x%2Fdecisions", "/approvals/..%2F..%2Fhealthz"):
        assert host.request("GET", path, principal=ANNA).status == 404


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("path", ["/api/alerts", "/api/events", "/approvals/x", "/incidents", "/healthz"])
def test_other_methods_end_at_the_host(host: Host, stage: Stage, method: str, path: str) -> None:
    """A method that no door has reaches nothing of ours."""
    assert host.request(method, path, key=FUNCTION_KEY).status == 404


@pytest.mark.parametrize(
    ("changed", "api", "page"),
    [
        ({}, 200, 200),
        ({"REMEDIATOR_TRUST_PLATFORM_HEADERS": ""}, 401, 503),
        ({"REMEDIATOR_IDENTITY_PROVIDER": "none", "REMEDIATOR_TRUST_PLATFORM_HEADERS": "true"}, 404, 503),
    ],
    ids=["believed", "not-believed", "no-provider"],
)
def test_identity_headers_count_where_the_settings_say_so(
    worker: Worker,
    fresh_runtime: None,
    monkeypatch: pytest.MonkeyPatch,
    changed: Mapping[str, str],
    api: int,
    page: int,
) -> None:
    """Where nobody says that the platform strips forged headers, a host that passes them on lets nobody in."""
    host = Host(worker, ROOT, easy_auth=False)
    stage = Stage(host, EASY_AUTH | changed)
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    headers = {"X-MS-CLIENT-PRINCIPAL": _header()}
    assert host.request("GET", "/api/incidents", headers=headers).status == api
    assert host.request("GET", "/incidents", headers=headers).status == page


def test_a_key_of_the_settings_outranks_the_host(host: Host, stage: Stage) -> None:
    """Where the settings name a key, a host that compares none lets nobody in without it."""
    stage.runtime = replace(
        stage.runtime, settings=Settings.from_environment(EASY_AUTH | {"REMEDIATOR_FUNCTION_KEY": "k" * 32})
    )
    assert host.request("POST", "/api/alerts", b"{}", key=FUNCTION_KEY).status == 401
    assert (
        host.request("POST", f"/api/alerts?code={FUNCTION_KEY}", b"{}", headers={"x-functions-key": "k" * 32}).status
        == 202
    )


def test_every_door_says_its_own_route(worker: Worker) -> None:
    """What a door tells the app is the route under which the host knows it."""
    told = {}
    for page in (ROOT / "remediator" / "functions").glob("*.py"):
        told |= dict(
            re.findall(r'function_name\("(\w+)"\)\n(?:.*\n){1,5}?.*answer\(Part\.\w+, "([^"]+)"', page.read_text())
        )
    routed = {f.name: f.trigger["route"] for f in worker.functions.values() if f.trigger["type"] == "httpTrigger"}
    assert told == routed


def test_an_address_that_cannot_be_read_has_none(stage: Stage) -> None:
    """Bytes that are not UTF-8 in an id are refused; where nothing of the address counts they do no harm."""
    made = func.HttpRequest("GET", "http://h/incidents/%FF", headers={}, body=b"")
    assert readable(made, "incidents/{incident?}") is None
    found = readable(func.HttpRequest("POST", "http://h/%FF", headers={"a": "\ud800"}, body=b""), "api/alerts")
    assert found is not None
    assert (found.url, dict(found.headers)) == ("https://localhost/api/alerts", {})


def _header() -> str:
    import base64
    import json

    return base64.b64encode(json.dumps(ANNA).encode()).decode()

"""Probes as Azure runs them: started as the applier, read as the reader, believed for what they print."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import azure_estate as est
import pytest

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.credentials import credential
from remediator.adapters.azure.log_query import LogQueries
from remediator.adapters.azure.probes import SCRIPT, AzureProbes, arguments, checks_in
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured, Stale, Transient
from remediator.core.probe import AskedName, Layer, ProbeRun
from remediator.core.resource_id import ResourceId
from remediator.sandbox.azure import Azure
from remediator.sandbox.history import claims_of
from remediator.sandbox.server import SandboxServer
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

READER, APPLIER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
JOB = f"{est.GROUP}/providers/Microsoft.App/jobs/look"
WORKSPACE = "7cb6b64b-968b-5396-97b3-bc89a7427011"
LOGIN, DATA = "shop.azurecr.cn", "shop.chinanorth3.data.azurecr.cn"
NAMES = (AskedName(LOGIN, ("10.1.2.5",)), AskedName(DATA, ("10.1.2.4",), login=False))
ZONE = Change(ChangeKind.CREATE_ZONE, ResourceId(est.ZONE), "create the zone", None, {"zone": "z"}, "dns-zone")
LOGS = {"destination": "log-analytics", "logAnalyticsConfiguration": {"customerId": WORKSPACE}}


def job(**properties: Any) -> dict[str, Any]:
    """A job as people put it there, with more than a probe needs."""
    container = {
        "name": "look",
        "image": "mcr.azure.cn/azurelinux/base/python:3.12",
        "resources": {"cpu": 0.25, "memory": "0.5Gi"},
        "env": [{"name": "SECRET", "secretRef": "s"}],
        "command": ["/bin/sh"],
        "args": ["-c", "rm -rf /"],
    }
    held = {"environmentId": est.ENVIRONMENT, "configuration": {"triggerType": "Manual"}}
    return est.body(JOB, {**held, "template": {"containers": [container, {**container, "name": "b"}]}, **properties})


def estate(**properties: Any) -> list[dict[str, Any]]:
    resources = est.healthy()
    for resource in resources:
        if resource["id"] == est.ENVIRONMENT:
            resource["properties"]["appLogsConfiguration"] = LOGS
    return [*resources, job(**properties)]


class Spied:
    """A sandbox that notes who asked for what, and probes over it."""

    def __init__(self, azure: Azure, access: ArmAccess | None = None) -> None:
        self.azure, self.asked, self.made = azure, [], []
        handle = azure.handle

        def noting(method, url, headers, body):
            sent = {name.lower(): value for name, value in headers.items()}
            self.asked.append((claims_of(sent["authorization"])["appid"], method, url.partition("?")[0], body))
            return handle(method, url, headers, body)

        azure.handle = noting
        reading = Arm(access or self._access(READER))
        self.probes = AzureProbes(reading, self._writing if access is None else self._same, LogQueries(reading.access))
        self.access = access

    def _access(self, client: str) -> ArmAccess:
        return ArmAccess(SandboxCredential(client), AZURE_CHINA, transport=SandboxTransport(self.azure))

    def _writing(self, approved) -> Arm:
        self.made.append(approved)
        return Arm(self._access(APPLIER))

    def _same(self, approved) -> Arm:
        return Arm(self.access)


def run_of(**fields: Any) -> ProbeRun:
    told = {"environment": ResourceId(est.ENVIRONMENT), "job": ResourceId(JOB), "names": NAMES, "mark": "i1-m1"}
    return ProbeRun(**{**told, "asked_at": datetime.now(UTC), **fields})


@pytest.fixture
def azure() -> Azure:
    return est.small_azure(estate())


@pytest.fixture
def spied(azure: Azure) -> Spied:
    return Spied(azure)


def to_the_end(probes: AzureProbes, run: ProbeRun) -> ProbeRun:
    started = replace(run, execution=probes.start(est.approved(ZONE), run))
    assert started.execution is not None
    for _ in range(5):
        seen = probes.look(started)
        if seen.passed is not None:
            return seen
    raise AssertionError("it did not end")


def test_the_start_is_the_appliers_and_carries_names_as_arguments(spied: Spied) -> None:
    """One POST as the applier, with the approved plan: our command, each name an argument, nothing of the job's own."""
    approved, run = est.approved(ZONE), run_of()
    spied.probes.start(approved, run)
    ((who, _, url, body),) = [one for one in spied.asked if one[1] == "POST"]
    assert (who, url.endswith("/jobs/look/start"), spied.made) == (APPLIER, True, [approved])
    assert {one[0] for one in spied.asked if one[1] == "GET"} == {READER}
    (container,) = json.loads(body)["containers"]
    assert set(container) == {"name", "image", "resources", "command", "args"}
    assert container["command"] == ["python3", "-c", SCRIPT]
    assert container["args"] == ["--mark", "i1-m1", "--login", f"{LOGIN}=10.1.2.5", "--data", f"{DATA}=10.1.2.4"]
    assert container["image"] == "mcr.azure.cn/azurelinux/base/python:3.12"


def test_a_whole_path_passes(spied: Spied) -> None:
    """The execution succeeds, and its lines have the addresses that both names got inside."""
    seen = to_the_end(spied.probes, run_of())
    assert (seen.passed, seen.told) == (True, True)
    assert [check.addresses for check in seen.checks if check.layer is Layer.NAME] == [("10.1.2.5",), ("10.1.2.4",)]
    assert all(who == READER for who, method, url, _ in spied.asked if "/query" in url or "/executions" in url)


def test_a_name_that_is_public_inside_fails_with_its_address(azure: Azure, spied: Spied) -> None:
    """Where the zone is not linked the probe says the public address, and the execution has failed."""
    azure.remove(est.LINK)
    seen = to_the_end(spied.probes, run_of())
    assert (seen.passed, seen.told) == (False, True)
    last = seen.last_of(NAMES[0])
    assert last is not None
    assert (last.layer, last.ok, last.addresses[0].startswith("10.")) == (Layer.NAME, False, False)
    assert "not with 10.1.2.5" in last.detail


def test_a_probe_over_tls_with_a_managed_identity(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real credential, TLS with a private CA, and the logs client on the same address: the lines arrive."""
    with SandboxServer(azure) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        identity = credential(AZURE_CHINA, client_id="00000000-0000-0000-0000-0000000000c2")
        access = ArmAccess(identity, AZURE_CHINA, base_url=server.arm_url, verify=str(server.ca_path))
        probes = Spied(azure, access).probes
        seen = to_the_end(probes, run_of())
        assert (seen.passed, seen.told) == (True, True)
        assert probes.found(seen) == seen.execution


def test_an_execution_is_found_by_its_mark(spied: Spied) -> None:
    """Of several executions the one whose arguments have the mark is meant; of another mark there is none."""
    marks = ["i1-a", "i1-b", "i1-c"]
    names = [spied.probes.start(est.approved(ZONE), run_of(mark=mark)) for mark in marks]
    assert [spied.probes.found(run_of(mark=mark)) for mark in marks] == names
    assert spied.probes.found(run_of(mark="i1")) is None


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"configuration": {"triggerType": "Schedule"}}, "its trigger is Schedule"),
        ({"configuration": {}}, "its trigger is not known"),
        ({"environmentId": f"{est.ENVIRONMENT}-2"}, "it is in the environment cae-shop-2"),
        ({"template": {"containers": []}}, "it names no image"),
    ],
)
def test_a_job_that_cannot_look_is_not_started(properties: dict[str, Any], says: str) -> None:
    """A job of another environment, trigger or shape is refused by its name before anything is written."""
    spied = Spied(est.small_azure(estate(**properties)))
    with pytest.raises(Misconfigured) as refused:
        spied.probes.start(est.approved(ZONE), run_of())
    assert (refused.value.code, says in refused.value.message) == ("probe-unfit", True)
    assert (spied.azure.writes, spied.made) == ([], [])


def test_a_job_that_is_gone_is_stale(azure: Azure, spied: Spied) -> None:
    """A job that somebody has deleted cannot be started."""
    azure.remove(JOB)
    with pytest.raises(Stale):
        spied.probes.start(est.approved(ZONE), run_of())


def test_a_missing_right_is_named(azure: Azure, spied: Spied) -> None:
    """Without `jobs/start/action` the start is refused, and the text has the action."""
    azure.permissions.update({READER: {"*"}, APPLIER: set()})
    with pytest.raises(Misconfigured, match=r"Microsoft\.App/jobs/start/action"):
        spied.probes.start(est.approved(ZONE), run_of())


def test_a_start_is_sent_once(azure: Azure, spied: Spied) -> None:
    """A start that ends in a server error may have been taken: it is not sent again."""
    handle, sent = azure.handle, []

    def failing(method, url, headers, body):
        if method == "POST":
            sent.append(url)
            answer = handle(method, url, headers, body)
            return replace(answer, status=503, body=b'{"error":{"code":"ServiceUnavailable","message":"?"}}')
        return handle(method, url, headers, body)

    azure.handle = failing
    run = run_of()
    with pytest.raises(Transient):
        spied.probes.start(est.approved(ZONE), run)
    assert len(sent) == 1
    assert spied.probes.found(run) is not None


def test_a_stopped_execution_says_nothing(azure: Azure, spied: Spied) -> None:
    """An execution that somebody stopped is neither whole nor broken."""
    run = run_of()
    name = spied.probes.start(est.approved(ZONE), run)
    headers = {"Authorization": "Bearer sandbox"}
    azure.handle("POST", f"https://x{JOB}/executions/{name}/stop?api-version=2025-01-01", headers, b"")
    assert spied.probes.look(replace(run, execution=name)).unknown == "somebody stopped it"


def test_without_a_workspace_only_the_status_speaks(azure: Azure, spied: Spied) -> None:
    """Where the environment's logs go nowhere that can be asked, the execution's end is all that is known."""
    environment = azure.resource(est.ENVIRONMENT)
    assert environment is not None
    environment["properties"]["appLogsConfiguration"] = None
    azure.put(environment)
    seen = to_the_end(spied.probes, run_of())
    assert (seen.passed, seen.checks) == (True, ())


def line(**said: Any) -> str:
    return json.dumps({"probe": "i1-m1", "host": LOGIN, "check": "tcp", "ok": True, "detail": "d", **said})


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "Traceback (most recent call last):",
        "[" * 100_000,
        "[]",
        line(probe="i2-m1"),
        line(host="other.azurecr.cn"),
        line(check="icmp"),
        line(ok="yes"),
        line(host=["x"]),
    ],
)
def test_lines_that_are_not_the_runs_own_are_passed_over(text: object) -> None:
    """Whatever else stands in a console log, of this run or another, is no check."""
    assert list(checks_in([text], run_of())) == []


def test_odd_values_in_a_line_are_bounded() -> None:
    """A line of ours with an endless text and odd addresses is cut to what a case file can hold."""
    (check,) = checks_in([line(detail="x" * 9000, addresses=["a" * 900] * 99)], run_of())
    assert (len(check.detail), len(check.addresses), len(check.addresses[0])) == (300, 20, 50)


def test_arguments_are_one_word_each() -> None:
    """Nothing in an argument can be read as an option, a blank or a reference to a variable."""
    words = arguments(run_of(names=(AskedName(LOGIN), NAMES[1])))
    assert words == ["--mark", "i1-m1", "--login", LOGIN, "--data", f"{DATA}=10.1.2.4"]


def test_the_script_holds_nothing_that_kubernetes_expands() -> None:
    """`$(NAME)` in a command would be replaced by a variable: there is none in the script."""
    assert "$(" not in SCRIPT
    assert len(SCRIPT) < 8_000

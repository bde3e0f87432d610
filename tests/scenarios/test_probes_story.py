"""Looked at from inside: the program over TLS, without any knowledge of the sandbox, starts a job and believes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from remediator.adapters.azure.probes import AzureProbes
from remediator.cli.demo.postbox import Postbox
from remediator.core.permissions import READER, applier_actions, beside_actions
from remediator.sandbox import Azure, SandboxServer
from tests.core.breaks_dns import SERVER, hub_not_linked
from tests.estate_builder import EstateBuilder, closed_without_endpoint, rid
from tests.scenarios.town import HandClock, Town, links_in, subjects_in

WHO_READS, WHO_WRITES = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
SANDBOXES = "00000000-0000-0000-0000-0000000000c2"
WORKSPACE = "7cb6b64b-968b-5396-97b3-bc89a7427011"
ENVIRONMENT, JOB = rid("Microsoft.App/managedEnvironments", "cae"), rid("Microsoft.App/jobs", "look")
REGISTRY = rid("Microsoft.ContainerRegistry/registries", "shop")
DESIRED = f"""apiVersion: remediator/v1
kind: DesiredState
probes:
  - environment: {ENVIRONMENT}
    job: {JOB}
registries:
  - match: "*"
"""


class Killed(BaseException):
    """The end of a process; nobody catches it."""


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Town]]:
    """A town whose program runs as in Azure, with two identities and a probe's job in the environment."""
    with ExitStack() as ends:

        def build(builder: EstateBuilder, *, logged: bool = True) -> Town:
            logs = {"destination": "log-analytics", "logAnalyticsConfiguration": {"customerId": WORKSPACE}}
            builder.get(ENVIRONMENT)["properties"]["appLogsConfiguration"] = logs if logged else None
            image = f"mcr.{'azure.cn' if 'China' in builder.cloud else 'microsoft.com'}/azurelinux/base/python:3.12"
            builder.app("look", ENVIRONMENT, image, kind="jobs", registries=[])
            builder.get(JOB)["properties"]["configuration"]["triggerType"] = "Manual"
            clock = HandClock()
            azure = Azure.from_estate(builder.document(), retry_after=0, clock=lambda: clock.now().timestamp())
            server = ends.enter_context(SandboxServer(azure))
            monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
            monkeypatch.setenv("IDENTITY_HEADER", "header")
            postbox = Postbox()
            postbox.start()
            ends.callback(postbox.stop)
            desired = tmp_path / "desired.yaml"
            desired.write_text(DESIRED, encoding="utf-8")
            settings = {
                "REMEDIATOR_MODE": "local",
                "REMEDIATOR_READER_CLIENT_ID": WHO_READS,
                "REMEDIATOR_APPLIER_CLIENT_ID": WHO_WRITES,
            }
            actions = set(READER) | set(beside_actions("reader", ["probe"]))
            azure.permissions.update({WHO_READS: actions, WHO_WRITES: set()})
            azure.permissions[WHO_WRITES] = set(applier_actions()) | set(beside_actions("applier", ["probe"]))
            return Town(azure, server, postbox, tmp_path / "data", clock, desired, settings)

        yield build


def approved(place: Town) -> str:
    """An incident up to the yes."""
    with place.program() as program:
        incident = program.request(REGISTRY)
        program.settle()
        assert program.status(incident) == "AWAITING_APPROVAL", program.incident(incident)["journal"]
        (link,) = links_in(place.postbox)
        assert program.decide(link, "lin", "shop") == 200
    return incident


def starts(place: Town) -> list[str]:
    return [path for method, path in place.azure.writes if method == "POST"]


def words(found: dict[str, Any]) -> str:
    return "\n".join(line["what"] for line in found["journal"])


def test_a_probe_proves_the_repair(live: Callable[..., Town]) -> None:
    """The first incident, live: the job is started once, by the applier, after the yes, and heard beside a pull."""
    place = live(closed_without_endpoint("AzureChinaCloud", "chinanorth3"))
    incident = approved(place)
    assert starts(place) == []
    with place.program() as program:
        program.settle()
        found = program.incident(incident)
    checked = found["verification"]
    assert (found["status"], checked["proof"], checked["spoke"]) == ("RESOLVED", "pull", ["model", "probe", "pull"])
    seen = next(one for one in checked["probes"] if one["proof"] == "probe")
    assert (seen["whole"], seen["private"], seen["pulled"], seen["proof"]) == (True, True, None, "probe")
    assert seen["addresses"][0].startswith("10.20.")
    assert [path.lower() for path in starts(place)] == [f"{JOB}/start".lower()]
    writer = place.azure.world.history.writes[-1]
    assert (writer.operation, writer.claims["appid"]) == ("Microsoft.App/jobs/start/action", WHO_WRITES)
    assert "starting a probe: job look looks from inside cae" in words(found)
    assert subjects_in(place.postbox)[-1].startswith("[remediator] Resolved")


def test_what_the_network_itself_says_outweighs_the_model(live: Callable[..., Town]) -> None:
    """A hub's DNS servers answer in public whatever is linked: the model is whole, the probe is not.

    A person is called. The app goes on answering from an old replica and its revision is healthy: neither counts.
    """
    place = live(hub_not_linked())
    incident = approved(place)
    place.azure.forwarders[SERVER] = "public"
    app = rid("Microsoft.App/containerApps", "orders")
    place.azure.permissions[SANDBOXES] = {"*"}
    revision = place.azure.handle(
        "GET", f"https://x{app}/revisions?api-version=2025-01-01", {"Authorization": "Bearer t"}, b""
    )
    assert b'"healthState":"Healthy"' in revision.body
    with place.program() as program:
        for _ in range(4):
            program.settle()
        found = program.incident(incident)
    assert found["status"] == "NEEDS_HUMAN"
    assert "the look from inside is not" in found["error"]["message"]
    assert "not with 10.10.4." in found["error"]["message"]
    assert len(starts(place)) >= 2
    assert not place.pulls("orders")


def test_own_dns_is_resolved_once_somebody_inside_has_seen_it(live: Callable[..., Town]) -> None:
    """The same network with a server that does what the model thinks: the probe says so, and that resolves it.

    Nobody can ask the logs there: the end of the execution is word enough.
    """
    place = live(hub_not_linked(), logged=False)
    incident = approved(place)
    with place.program() as program:
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["verification"]["proof"]) == ("RESOLVED", "probe"), words(found)
    assert place.pulls("orders")


def test_own_dns_without_a_probe_is_left_to_a_person(live: Callable[..., Town]) -> None:
    """Where no probe is named nobody can look: the model alone resolves nothing, and says why."""
    place = live(hub_not_linked(), logged=False)
    assert place.desired is not None
    place.desired.write_text(DESIRED.replace(DESIRED[DESIRED.index("probes:") : DESIRED.index("registries:")], ""))
    incident = approved(place)
    with place.program() as program:
        program.settle()
        found = program.incident(incident)
    assert (found["status"], found["error"]["code"]) == ("NEEDS_HUMAN", "not-verified")
    assert starts(place) == []


@pytest.mark.parametrize("when", ["before the answer", "while it runs"])
def test_killed_while_a_probe_runs(live: Callable[..., Town], monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """A process that dies right after the start, or later, leaves a probe that the next one finds and follows."""
    place = live(closed_without_endpoint("AzureChinaCloud", "chinanorth3"))
    incident = approved(place)
    start, look = AzureProbes.start, AzureProbes.look

    def dying_start(self: AzureProbes, approved: Any, run: Any) -> str | None:
        name = start(self, approved, run)
        if when == "before the answer":
            raise Killed
        return name

    def dying_look(self: AzureProbes, run: Any) -> Any:
        raise Killed

    with monkeypatch.context() as patched, place.program() as program:
        patched.setattr(AzureProbes, "start", dying_start)
        patched.setattr(AzureProbes, "look", dying_look)
        with pytest.raises(Killed):
            program.settle()
    assert len(starts(place)) == 1
    assert AzureProbes.look is look
    place.clock.sleep(310)
    with place.program() as program:
        program.settle()
        found = program.incident(incident)
    assert (found["status"], "probe" in found["verification"]["spoke"]) == ("RESOLVED", True), words(found)
    assert len(starts(place)) == 1

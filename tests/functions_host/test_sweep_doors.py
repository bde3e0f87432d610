"""The doors of the sweep: the clock begins a pass, and messages of a queue have it read and judged."""

from __future__ import annotations

import pytest

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.wide_reading import GraphReader
from remediator.adapters.records.fleet import RowFleet
from remediator.bootstrap.sweeping import Sweeper, sweeping
from remediator.cli.bench.drifts import record_missing
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.fleet import together
from remediator.core.signal import SignalSource
from remediator.core.sweep import SweepScope
from remediator.functions import runtime
from remediator.sandbox.estates.fleet import fleet
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from tests.functions_host.host import Host
from tests.functions_host.stage import EASY_AUTH, Stage

QUEUE = "remediator-sweep"


def swept(host: Host, monkeypatch: pytest.MonkeyPatch, **settings: str) -> Stage:
    """Thirty registries, one of which lacks a record, behind the doors; a part has about ten."""
    made = fleet(30)
    record_missing(made, made.sites[4])
    stage = Stage(host, {**EASY_AUTH, **settings}, made.document())
    arm = Arm(ArmAccess(SandboxCredential(), AZURE_PUBLIC, transport=SandboxTransport(stage.azure)))
    reader = GraphReader(lambda: arm, AZURE_PUBLIC, lambda _: None, part=10)
    sweeper = Sweeper(sweeping(stage.runtime, reader, SweepScope), lambda message: host.put(QUEUE, message))
    monkeypatch.setattr(runtime, "_runtime", lambda: stage.runtime)
    monkeypatch.setattr(runtime, "_sweepers", [(stage.runtime, sweeper)])
    return stage


def test_a_pass_goes_through_the_queue(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock sends one message, reading sends one for each part, and the store has how all registries stand."""
    stage = swept(host, monkeypatch)
    host.tick("sweep")
    assert len(host.queues[QUEUE]) == 1
    assert host.pump() == []
    assert together(RowFleet(stage.rows).parts()).total == 30
    assert [one.source for one in stage.incident.signals] == [SignalSource.SWEEP]
    assert stage.incident.subject.name == "privatelink.azurecr.io"


def test_the_incident_reads_azure_itself(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the sweep saw in rows is diagnosed from Resource Manager before anybody is asked."""
    stage = swept(host, monkeypatch)
    host.tick("sweep")
    host.pump()
    assert stage.incident.diagnosis is not None
    assert [finding.rule for finding in stage.incident.diagnosis.findings] == ["dns-record"]
    assert any(path.lower().endswith("/privatednszonegroups") for _, path in stage.azure.requests)


def test_the_clock_begins_no_second_pass(host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five minutes later there is nothing to do; an hour later the next one begins."""
    stage = swept(host, monkeypatch)
    for _ in range(3):
        host.tick("sweep")
    assert len(host.queues[QUEUE]) == 1
    host.pump()
    stage.clock.sleep(3600)
    host.tick("sweep")
    assert len(host.queues[QUEUE]) == 1


def test_nothing_begins_where_the_sweep_is_off(
    host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REMEDIATOR_SWEEP=off leaves the clock without work."""
    swept(host, monkeypatch, REMEDIATOR_SWEEP="off")
    host.tick("sweep")
    assert not host.queues[QUEUE]


@pytest.mark.parametrize("text", ["", "nobody", "nobody/0", "../x", "ü" * 2000])
def test_a_message_of_no_pass_is_harmless(
    host: Host, fresh_runtime: None, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """It is taken off the queue: no error, no retry, nothing stored."""
    stage = swept(host, monkeypatch)
    host.put(QUEUE, text)
    assert host.pump() == []
    assert stage.incidents == ()

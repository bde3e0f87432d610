"""Probes while an incident is verified: begun once, followed from call to call, and believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from remediator.core.desired import ProbeJob
from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Status
from remediator.core.probe import Check, Layer, ProbeRun
from remediator.core.snapshot import Consumer, Environment, Network, Snapshot
from remediator.core.verification import Proof

from .test_flow_killed import Around, Fuse, Killed
from .world import APP, HOST, NETWORK, SUB, World, resource_id

ENVIRONMENT = resource_id(SUB, "rg", "Microsoft.App/managedEnvironments", "env")
JOB = resource_id(SUB, "rg", "Microsoft.App/jobs", "look")


@dataclass
class Jobs:
    """Executions by their marks. Each is over after `looks` looks, and `passes` says how; `problems` come first."""

    looks: int = 2
    passes: list[bool] = field(default_factory=lambda: [True])
    problems: list[Exception] = field(default_factory=list)
    lines: bool = True
    hidden: bool = False
    started: list[ProbeRun] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def found(self, run):
        return None if self.hidden else next((f"look-{r.mark}" for r in self.started if r.mark == run.mark), None)

    def start(self, approved, run):
        assert approved.plan.changes
        if self.problems:
            raise self.problems.pop(0)
        self.started.append(run)
        self.left[run.mark] = self.looks
        return None if self.hidden else f"look-{run.mark}"

    def look(self, run):
        self.left[run.mark] -= 1
        if self.left[run.mark] > 0:
            return run
        passed = self.passes[min(len(self.started), len(self.passes)) - 1]
        bad = (Check(HOST, Layer.NAME, False, "answered with 20.1.2.3, not with 10.0.0.4", ("20.1.2.3",)),)
        return replace(run, passed=passed, checks=() if passed or not self.lines else bad)


def built(jobs: Jobs, *, own_dns: bool = False, wrap: Callable = lambda port: port) -> World:
    """A world whose environment has a probe, before its first signal."""
    world = World()
    world.desired.state = replace(world.desired.state, probes=(ProbeJob(ENVIRONMENT, JOB),))
    servers = ("10.0.0.10",) if own_dns else ()
    network = Network(NETWORK, "chinanorth3", ("10.0.0.0/16",), dns_servers=servers)
    observe = world.azure.observe

    def seen() -> Snapshot:
        shop = Consumer(APP, "app", ENVIRONMENT, (f"{HOST}/shop:1",))
        place = Environment(ENVIRONMENT, "chinanorth3", NETWORK.child("subnets", "aca"))
        return replace(observe(), consumers={APP: shop}, environments={ENVIRONMENT: place}, networks={NETWORK: network})

    world.azure.observe = seen
    world.flow = replace(world.flow_with(wrap), probes=wrap(jobs))
    return world


def applied(jobs: Jobs, **how) -> World:
    """The same once the plan is applied, and everything is done that needs no time."""
    world = built(jobs, **how)
    world.start()
    world.say()
    world.run()
    return world


def later(world: World, times: int = 40) -> None:
    for _ in range(times):
        world.later(30)


def told(world: World) -> str:
    return "\n".join(line.what for line in world.incident.journal)


def test_a_probe_that_passes_is_the_proof() -> None:
    """The probe is started once, followed over several calls, and its pass resolves with proof `probe`."""
    jobs = Jobs()
    world = applied(jobs)
    assert world.incident.status is Status.APPLIED
    (run,) = world.incident.execution.probes
    assert (run.environment, run.job, [name.host for name in run.names]) == (ENVIRONMENT, JOB, [HOST])
    later(world, 4)
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.PROBE)
    assert len(jobs.started) == 1
    assert world.incident.verification.spoke == (Proof.MODEL, Proof.PROBE)
    assert "starting a probe: job look looks from inside env at 1 name" in told(world)
    assert "in env: every check passed" in told(world)
    assert "heard: model, probe; not heard: pull" in told(world)
    assert world.incident.execution.probes == ()


def test_a_probe_that_contradicts_the_model_resolves_nothing() -> None:
    """Where the estate looks whole and the probe gets another address, a person is called after 15 minutes."""
    jobs = Jobs(passes=[False])
    world = applied(jobs, own_dns=True)
    later(world)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "answered with 20.1.2.3, not with 10.0.0.4 (probe)" in world.incident.error[1]
    assert 3 <= len(jobs.started) <= 8
    assert world.azure.undone == []


def test_a_later_probe_may_pass() -> None:
    """DNS answers live on: the next look has a new probe, and when that passes the incident is resolved."""
    jobs = Jobs(passes=[False, True])
    world = applied(jobs, own_dns=True)
    later(world)
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.PROBE)
    assert len(jobs.started) == 2
    assert len({run.mark for run in jobs.started}) == 2


def test_a_failure_without_words_is_believed_after_a_while() -> None:
    """A failed execution is asked for its lines for four minutes; without them it still keeps us from resolving."""
    jobs = Jobs(passes=[False], lines=False)
    world = applied(jobs)
    later(world, 6)
    assert world.incident.status is Status.APPLIED
    assert len(jobs.started) == 1
    later(world)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "its lines have not arrived" in world.incident.error[1]


def test_own_dns_without_a_word_from_the_probe_needs_a_person() -> None:
    """A probe that cannot be started leaves a network with its own DNS unproven, and the reason is told."""
    jobs = Jobs(problems=[Misconfigured("probe-unfit", "its trigger is Schedule")] * 20)
    world = applied(jobs, own_dns=True)
    later(world)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "its trigger is Schedule" in told(world)
    assert jobs.started == []


def test_a_probe_that_cannot_be_started_leaves_the_model() -> None:
    """Elsewhere the model resolves, its proof says so, and so does the journal."""
    jobs = Jobs(problems=[Misconfigured("azure-forbidden", "the identity lacks jobs/start")])
    world = applied(jobs)
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.MODEL)
    assert "nobody looked from inside: azure-forbidden: the identity lacks jobs/start" in told(world)
    assert "heard: model; not heard: probe, pull" in told(world)


def test_no_probe_is_started_before_the_model_is_whole() -> None:
    """While something that worked is broken the changes are undone; no job is started for that."""
    jobs = Jobs()
    world = built(jobs)
    world.azure.hurts = next(iter(world.azure.live), None) or resource_id(
        SUB, "rg", "Microsoft.Network/privateDnsZones", "privatelink.azurecr.cn"
    )
    world.start()
    world.say()
    world.run()
    later(world, 3)
    assert world.incident.status is Status.ROLLED_BACK
    assert jobs.started == []


def test_a_start_that_may_have_been_taken_is_looked_for_first() -> None:
    """After a start without an answer the execution is found by its mark and not started again."""
    jobs = Jobs()
    world = built(jobs)
    start = jobs.start

    def unanswered(approved, run):
        start(approved, run)
        jobs.start = start
        raise Transient("azure-timeout", "starting the probe: no answer")

    jobs.start = unanswered
    world.start()
    world.say()
    world.run()
    later(world, 6)
    assert world.incident.status is Status.RESOLVED
    assert len(jobs.started) == 1


def test_a_start_that_was_not_taken_is_made_again() -> None:
    """When there is no execution of the mark for a while, the same probe is started after all."""
    jobs = Jobs(problems=[Transient("azure-throttled", "starting the probe: too many requests")])
    world = applied(jobs)
    later(world, 8)
    assert world.incident.status is Status.RESOLVED
    assert (len(jobs.started), world.incident.verification.proof) == (1, Proof.PROBE)


def test_a_name_that_comes_later_is_found() -> None:
    """A start that Azure has accepted without naming the execution is followed by its mark, and never repeated."""
    jobs = Jobs(hidden=True)
    world = applied(jobs)
    later(world, 3)
    assert world.incident.execution.probes[0].sent
    jobs.hidden = False
    later(world, 5)
    assert world.incident.status is Status.RESOLVED
    assert len(jobs.started) == 1


def test_an_execution_that_never_ends_says_nothing() -> None:
    """After six minutes a probe that still runs is given up; the model decides, and the journal says why."""
    jobs = Jobs(looks=10_000)
    world = applied(jobs)
    later(world, 20)
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.MODEL)
    assert "has not ended within 6 minutes" in told(world)


def test_no_probe_is_started_while_writes_are_stopped() -> None:
    """A start is a write: the switch holds it back, and once it is released the probe is started."""
    jobs = Jobs()
    world = built(jobs)
    world.start()
    world.say()
    look, stopped = world.azure.observe, []

    def stopping() -> Snapshot:
        if world.incident.status is Status.APPLIED and not stopped:
            stopped.append(True)
            world.switch.reason = "change freeze"
        return look()

    world.azure.observe = stopping
    world.run()
    later(world, 4)
    assert (world.incident.status, jobs.started) == (Status.APPLIED, [])
    world.switch.reason = None
    later(world, 8)
    assert world.incident.status is Status.RESOLVED
    assert len(jobs.started) == 1


@pytest.mark.parametrize("at", range(1, 260, 3))
def test_killed_anywhere_a_probe_is_started_once(at: int) -> None:
    """A process that dies before or after any call leaves a case that ends resolved by one execution of the job."""
    jobs, fuse = Jobs(), Fuse(10_000)
    world = built(jobs, wrap=lambda port: Around(port, fuse))
    world.start()
    world.say()
    fuse.left, deaths = at, 0
    for _ in range(60):
        try:
            world.later(30)
        except Killed:
            fuse.left, deaths = 10_000, deaths + 1
    assert deaths == 1
    assert world.incident.status is Status.RESOLVED, told(world)
    assert len(jobs.started) == 1

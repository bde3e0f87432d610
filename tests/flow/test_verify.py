"""Verifying: what proves a repair, what undoes it, how long it is waited for."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.incident import Status
from remediator.core.snapshot import Consumer, Environment, Network, Snapshot, Unknown
from remediator.core.verification import ProbeResult, Proof
from remediator.flow.verify import asked_for

from .world import APP, HOST, LINK, NETWORK, SUB, World, resource_id

ENVIRONMENT = resource_id(SUB, "rg", "Microsoft.App/managedEnvironments", "env")


class Prober:
    """Answers from a list; the last answer stays."""

    def __init__(self, *answers: ProbeResult | Unknown) -> None:
        self.answers, self.asked = list(answers), []

    def probe(self, consumer, image):
        self.asked.append((consumer, image))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def saw(pulled: bool, proof: Proof = Proof.PULL) -> ProbeResult:
    return ProbeResult(APP.key, HOST, ("10.0.0.4",), True, pulled, "pulled" if pulled else "403 Forbidden", proof)


def applied(*answers: ProbeResult | Unknown, own_dns: bool = False) -> tuple[World, Prober]:
    world = World()
    prober = Prober(*answers)
    world.flow = replace(world.flow, prober=prober if answers else None)
    if own_dns:
        observe = world.azure.observe
        network = Network(NETWORK, "chinanorth3", ("10.0.0.0/16",), dns_servers=("10.0.0.10",))

        def with_own_dns() -> Snapshot:
            shop = Consumer(APP, "app", ENVIRONMENT, (f"{HOST}/shop:1",))
            place = Environment(ENVIRONMENT, "chinanorth3", NETWORK.child("subnets", "aca"))
            observe()
            return Snapshot(consumers={APP: shop}, environments={ENVIRONMENT: place}, networks={NETWORK: network})

        world.flow = replace(world.flow, observer=type("Eyes", (), {"observe": staticmethod(with_own_dns)})())
    world.start()
    world.say()
    world.run()
    return world, prober


def test_the_model_alone() -> None:
    """Where nobody can look from inside, the model resolves the incident and the proof says so."""
    world, _ = applied()
    assert world.incident.status is Status.RESOLVED
    assert world.incident.verification.proof is Proof.MODEL


def test_a_pull_is_the_best_proof() -> None:
    """Where a pull was seen from inside, the proof is the pull, of an image that the consumer names."""
    world, prober = applied(saw(True))
    assert world.incident.verification.proof is Proof.PULL
    assert prober.asked == [(APP, f"{HOST}/shop:1")]


def test_a_failing_probe_is_waited_for() -> None:
    """A pull that fails at first is tried again later, as DNS and back-off ask, and then resolves."""
    world, prober = applied(saw(False), saw(False), saw(True))
    assert world.incident.status is Status.APPLIED
    for _ in range(4):
        world.later(30)
    assert world.incident.status is Status.RESOLVED
    assert len(prober.asked) == 3
    assert world.incident.verification.looks == 3


def test_looks_keep_their_distance() -> None:
    """Between two looks nothing is looked at, however many messages come."""
    world, prober = applied(saw(False))
    for _ in range(5):
        world.flow.advance(world.incident.id, force=True)
    assert len(prober.asked) == 1


def test_after_a_quarter_of_an_hour_a_person_is_called() -> None:
    """A path that is not whole after 15 minutes ends with a person, never as resolved, and nothing is undone."""
    world, prober = applied(saw(False))
    for _ in range(40):
        world.later(30)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert "403 Forbidden" in world.incident.error[1]
    assert len(prober.asked) <= 8
    assert world.azure.undone == []
    waited = world.incident.updated_at - world.incident.execution.over_at
    assert 15 * 60 <= waited.total_seconds() <= 16 * 60


def test_own_dns_is_never_resolved_on_the_model() -> None:
    """Where the network asks its own DNS servers the model alone never resolves an incident."""
    world, _ = applied(own_dns=True)
    assert world.incident.status is Status.NEEDS_HUMAN
    world, _ = applied(Unknown("no replica to look from"), own_dns=True)
    for _ in range(40):
        world.later(30)
    assert world.incident.status is Status.NEEDS_HUMAN
    world, _ = applied(saw(True), own_dns=True)
    assert world.incident.status is Status.RESOLVED


def test_an_unknown_probe_leaves_the_model() -> None:
    """A look from inside that could not be taken proves nothing and refutes nothing."""
    world, _ = applied(Unknown("no replica to look from"))
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.MODEL)


def test_what_worked_before_and_is_broken_undoes_the_plan() -> None:
    """When a bystander's path that worked is broken afterwards, our own changes are undone, last first."""
    world = World(hurts=LINK)
    world.start()
    world.say()
    world.run()
    assert world.incident.status is Status.ROLLED_BACK
    assert [key[0] for key in world.azure.undone] == [key[0] for key in reversed(world.azure.writes)]
    assert world.azure.live == {}
    reason = "worked before and is broken now: other → acrone.azurecr.cn"
    assert reason in world.incident.journal[-1].what
    (told,) = {dict(n.parameters)["reason"] for n in world.incident.outbox if n.template == "rolled-back"}
    assert reason in told


def test_what_was_broken_before_undoes_nothing() -> None:
    """A bystander's path that was broken before the plan is no reason to undo it."""
    world = World(bystander=False)
    world.start()
    world.say()
    world.run()
    assert world.incident.status is Status.RESOLVED


def test_a_signal_at_closing_time_is_looked_at() -> None:
    """A signal that comes between the last look and the closing save is not swallowed: it is looked at again."""
    world = World()
    world.start()
    world.say()
    looks, observe = [], world.azure.observe

    def observing() -> Snapshot:
        looks.append(world.incident.status)
        if world.incident.status is Status.APPLIED and looks.count(Status.APPLIED) == 1:
            world.flow.take_in(world.signal(9))
        return observe()

    world.azure.observe = observing
    world.run()
    assert world.incident.status is Status.RESOLVED
    assert looks.count(Status.APPLIED) == 2
    assert world.incident.signals[-1].id == "s9"


def test_what_a_remedy_was_for_is_asked_for() -> None:
    """A path is looked at afterwards when foresight promised it, or when a finding's remedy was for it."""
    world, _ = applied()
    planned = world.incident.diagnosis
    assert asked_for(replace(planned, findings=())) == {(APP.key, HOST)}
    unpromised = replace(planned, foresight=replace(planned.foresight, mended=()))
    assert asked_for(unpromised) == {(APP.key, HOST)}
    without = tuple(replace(finding, remedy=()) for finding in planned.findings)
    assert asked_for(replace(unpromised, findings=without)) == frozenset()

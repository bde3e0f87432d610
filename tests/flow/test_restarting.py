"""A replica that still waits long after the change: restarted where that is allowed, told to a person elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Status
from remediator.core.pull_log import LogLine
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Environment, Network, Snapshot, Unknown
from remediator.core.verification import Proof

from .logbook import WORKSPACE, Logbook
from .world import APP, HOST, NETWORK, SUB, World, resource_id

ENVIRONMENT = resource_id(SUB, "rg", "Microsoft.App/managedEnvironments", "cae")
COMMAND = f"az containerapp revision restart --name shop --resource-group rg --revision shop--1 --subscription {SUB}"


@dataclass
class Replicas:
    """One app whose replica waits; a restart makes it pull, which the logbook then has."""

    logs: Logbook
    answer: str | Unknown | None = "shop--1"
    problem: Exception | None = None
    asked: list[ResourceId] = field(default_factory=list)
    restarted: list[tuple[str, str]] = field(default_factory=list)
    world: World | None = None

    def waiting(self, app):
        self.asked.append(app)
        return self.answer

    def restart(self, approved, app, revision):
        assert approved.plan.changes
        assert self.world is not None
        assert any("restarting shop--1" in line.what for line in self.world.incident.journal), (
            "the intent is saved first"
        )
        if self.problem is not None:
            raise self.problem
        self.restarted.append((app.name, revision))
        text = f'Successfully pulled image "{HOST}/shop:1" in 1.6s.'
        self.logs.pulled.append(LogLine(self.world.clock.time, "shop", "cae", text))


def applied(*, allowed: bool, kind: str = "Microsoft.App/containerApps", **how) -> tuple[World, Replicas]:
    """A network with its own DNS, a log that can be read and says nothing, and the plan applied."""
    world, logs = World(), Logbook()
    replicas = Replicas(logs, world=world, **how)
    limits = replace(world.desired.state.limits, allow_restart=allowed)
    world.desired.state = replace(world.desired.state, limits=limits)
    network = Network(NETWORK, "chinanorth3", ("10.0.0.0/16",), dns_servers=("10.0.0.10",))
    subnet = NETWORK.child("subnets", "aca")
    home = Environment(ENVIRONMENT, "cn", subnet, log_destination="log-analytics", log_workspace=WORKSPACE)
    observe = world.azure.observe

    def seen() -> Snapshot:
        shop = Consumer(APP, "app", ENVIRONMENT, (f"{HOST}/shop:1",))
        placed = {"consumers": {APP: shop}, "environments": {ENVIRONMENT: home}, "networks": {NETWORK: network}}
        return replace(observe(), **placed)

    world.azure.observe = seen
    world.flow = replace(world.flow_with(lambda port: port), logs=logs, revisions=replicas)
    world.start()
    world.say()
    world.run()
    return world, replicas


def later(world: World, times: int) -> None:
    for _ in range(times):
        world.later(30)


def told(world: World) -> str:
    return "\n".join(line.what for line in world.incident.journal)


def test_a_puller_has_its_time_first() -> None:
    """Before six minutes are over nobody looks at replicas, let alone restarts them."""
    world, replicas = applied(allowed=True)
    later(world, 11)
    assert (world.incident.status, replicas.asked) == (Status.APPLIED, [])


def test_a_restart_is_made_once_and_its_pull_resolves() -> None:
    """Where it is allowed the revision is restarted once, journaled, and the pull that follows is the proof."""
    world, replicas = applied(allowed=True)
    later(world, 40)
    assert replicas.restarted == [("shop", "shop--1")]
    assert (world.incident.status, world.incident.verification.proof) == (Status.RESOLVED, Proof.PULL)
    (one,) = world.incident.execution.restarts
    assert (one.app, one.revision, one.by_us) == (APP, "shop--1", True)


def test_by_default_a_person_is_told_how() -> None:
    """Without `allowRestart` nothing is restarted; journal and notice have the command, once."""
    world, replicas = applied(allowed=False)
    later(world, 40)
    assert (world.incident.status, replicas.restarted) == (Status.NEEDS_HUMAN, [])
    assert told(world).count(COMMAND) == 1
    (advice,) = {dict(n.parameters).get("advice") for n in world.incident.outbox if n.template == "needs-human"}
    assert COMMAND in str(advice)


@pytest.mark.parametrize("answer", [None, Unknown("the replicas of shop cannot be read")])
def test_what_runs_or_is_not_known_is_left_alone(answer: Unknown | None) -> None:
    """A replica that runs, or that nobody can see, is no reason to restart anything."""
    world, replicas = applied(allowed=True, answer=answer)
    later(world, 40)
    assert (world.incident.status, replicas.restarted) == (Status.NEEDS_HUMAN, [])
    assert "restart" not in told(world)


@pytest.mark.parametrize(
    "error", [Misconfigured("azure-forbidden", "no right"), Transient("azure-timeout", "no answer")]
)
def test_a_restart_that_fails_is_not_repeated(error: Exception) -> None:
    """Whatever Azure says, it is tried once: a restart may have been made. The journal has the command."""
    world, replicas = applied(allowed=True, problem=error)
    later(world, 40)
    assert (world.incident.status, replicas.restarted) == (Status.NEEDS_HUMAN, [])
    assert told(world).count("restarting shop--1") == 1
    assert f"was not restarted: {error}" in told(world)
    assert COMMAND in told(world)


def test_nothing_is_restarted_while_writes_are_stopped() -> None:
    """A restart is a write: the switch holds it back."""
    world, replicas = applied(allowed=True)
    world.switch.reason = "change freeze"
    later(world, 40)
    assert replicas.restarted == []
    assert "change freeze" in told(world)

"""Before anybody is asked: a plan that Azure would refuse is put to nobody, and what is not known is told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from remediator.core.desired import Decision, Way
from remediator.core.incident import Incident, Status
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.preflight import Barrier, Obstacle, PreflightResult

from .codehost import CodeWorld
from .world import ENDPOINT, ZONE, World

AUTO = Ruling(Decision.AUTO, Way.DIRECT, ("these may pass",), 0)
LOCK = Obstacle(Barrier.LOCK, f"{ZONE.text}/locks/hold", ZONE, f"the lock {ZONE.text}/locks/hold forbids it")
ACTION = Obstacle(Barrier.PERMISSION, "Microsoft.Network/privateEndpoints/write", ENDPOINT, "the applier lacks it")


@dataclass
class Checked:
    """A preflight that answers what it was told to, one answer for each time it is asked, the last for ever."""

    answers: list[PreflightResult]
    asked: list[Plan] = field(default_factory=list)

    def check(self, plan: Plan) -> PreflightResult:
        self.asked.append(plan)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def story(*answers: PreflightResult, **azure: object) -> tuple[World, Checked]:
    """An incident that has gone as far as it goes, with this preflight."""
    world, checked = World(**azure), Checked(list(answers))
    world.flow = replace(world.flow, preflight=checked)
    world.start()
    return world, checked


def said(incident: Incident) -> str:
    return "\n".join(line.what for line in incident.journal)


@pytest.mark.parametrize("ruling", [None, AUTO], ids=["ask", "auto"])
def test_a_plan_that_cannot_be_made_is_put_to_nobody(ruling: Ruling | None) -> None:
    """With an obstacle nobody is asked, nothing is written, and a person is called; the policy's own yes is no help."""
    world, checked = story(PreflightResult((LOCK,)), **({"ruling": ruling} if ruling else {}))
    incident = world.incident
    assert (incident.status, incident.request, world.azure.writes) == (Status.NEEDS_HUMAN, None, [])
    assert {template for template, _ in world.mail.delivered} == {"needs-human"}
    assert [plan.digest for plan in checked.asked] == [incident.diagnosis.plan.digest]


def test_a_pipeline_has_rights_of_its_own() -> None:
    """A plan that goes by pull request alone needs no rights of ours; what else may bar it is told."""
    world = CodeWorld()
    world.flow = replace(world.flow, preflight=Checked([PreflightResult((LOCK, ACTION))]))
    world.start()
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert world.incident.request.remarks == (f"its pipeline may be refused: {LOCK.text}",)


def test_each_obstacle_is_named() -> None:
    """The error has the first by its name and says how many there are; the journal and the notice have all."""
    world, _ = story(PreflightResult((LOCK, ACTION)))
    incident = world.incident
    code, text = incident.error
    assert code == "preflight-blocked"
    assert LOCK.text in text
    assert "the first of 2" in text
    assert said(incident).count("stands in the way") == 2
    assert ACTION.text in dict(incident.outbox[0].parameters)["reason"]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Barrier.LOCK, "lock"),
        (Barrier.PERMISSION, "applier"),
        (Barrier.POLICY, "exempt"),
        (Barrier.ADDRESSES, "subnet"),
    ],
)
def test_the_notice_says_what_helps(kind: Barrier, word: str) -> None:
    """For each kind of obstacle there is something that a person can do, however long the obstacle's text is."""
    world, _ = story(PreflightResult((replace(LOCK, kind=kind, text="x" * 900),)))
    for _ in range(4):
        world.later(90)
    assert word in dict(world.incident.outbox[0].parameters)["advice"].lower()


def test_what_is_not_known_is_told_with_the_question() -> None:
    """Remarks stop nothing: people are asked, the question has them, and so has the journal."""
    world, _ = story(PreflightResult(remarks=("whether a lock forbids it is not known",)))
    incident = world.incident
    assert incident.status is Status.AWAITING_APPROVAL
    assert incident.request.remarks == ("whether a lock forbids it is not known",)
    assert "whether a lock forbids it is not known" in said(incident)
    world.say()
    world.run()
    assert world.azure.mended


def test_what_is_not_known_does_not_stop_the_policys_yes() -> None:
    """A plan that the policy lets pass is made in spite of a remark."""
    world, _ = story(PreflightResult(remarks=("who knows",)), ruling=AUTO)
    assert world.azure.mended
    assert "who knows" in said(world.incident)


def test_nothing_is_asked_about_a_plan_that_nobody_may_make() -> None:
    """A forbidden plan, and one that is only reported, has no preflight."""
    for ruling in (Ruling(Decision.FORBID, Way.REPORT, ("no",)),):
        _, checked = story(PreflightResult((LOCK,)), ruling=ruling)
        assert checked.asked == []


def test_a_right_that_is_just_being_given_is_waited_for() -> None:
    """While rights alone are missing it looks again, says so, and asks people once they are there."""
    missing = PreflightResult((ACTION,))
    world, checked = story(missing, missing, PreflightResult())
    assert (world.incident.status, world.mail.delivered) == (Status.PLANNED, [])
    assert "grant-not-seen" in said(world.incident)
    assert ACTION.text in said(world.incident)
    world.later(30)
    world.later(30)
    assert world.incident.status is Status.AWAITING_APPROVAL
    assert len(checked.asked) == 3


def test_a_right_that_nobody_gives_ends_with_a_person() -> None:
    """After two and a half minutes the missing action is told to a person, and nobody was asked."""
    world, _ = story(PreflightResult((ACTION,)))
    began = world.clock.time
    while world.incident.status is Status.PLANNED:
        world.later(10)
    assert world.incident.status is Status.NEEDS_HUMAN
    assert (world.clock.time - began).total_seconds() <= 180
    assert {template for template, _ in world.mail.delivered} == {"needs-human"}


def test_once_the_obstacle_is_gone_people_are_asked() -> None:
    """A new signal opens a new case, and the preflight is made again."""
    world, checked = story(PreflightResult((LOCK,)), PreflightResult())
    taken = world.flow.take_in(world.signal(2))
    world.run()
    assert world.store.cases[taken.incident].incident.status is Status.AWAITING_APPROVAL
    assert len(checked.asked) == 2

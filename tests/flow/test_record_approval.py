"""A person says yes or no: what counts, what is refused, what a replay does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.approval import Answer, Person
from remediator.core.desired import Approvers, DesiredState, Limits, RegistryIntent
from remediator.core.errors import Rejected, Transient
from remediator.core.incident import Status
from remediator.core.policy import Ruling
from remediator.core.signal import Signal, SignalSource

from .ports import Tokens
from .world import ALICE, ASK, ENDPOINT, PEOPLE, REGISTRY, WANTED, World

BOB = Person("bob-id", "Bob")


def asked(**azure: object) -> World:
    world = World(**azure)
    world.start()
    assert world.incident.status is Status.AWAITING_APPROVAL
    return world


def code_of(world: World, **said: object) -> str:
    with pytest.raises(Rejected) as refused:
        world.say(**said)
    return refused.value.code


def test_a_stranger_link_is_refused() -> None:
    """A token that was never sent out is refused, whatever the person is."""
    world = asked()
    said = Answer(True, world.incident.request.digest, confirmation=world.incident.request.code)
    with pytest.raises(Rejected) as refused:
        world.flow.answer(world.incident.id, "guessed", said, ALICE)
    assert refused.value.code == "approval-link-unknown"


def test_only_the_hash_of_a_token_is_kept() -> None:
    """No token is in the case file, in its notices or in its journal."""
    world = asked()
    request = world.incident.request
    tokens = [Tokens().token(world.incident.id, request.digest, link.recipient) for link in request.links]
    assert all(token not in repr(replace(world.incident, request=None)) for token in tokens)
    assert [link.token_hash for link in request.links] == [Tokens().hash(token) for token in tokens]


def test_the_wrong_confirmation_is_refused() -> None:
    """What is typed must be the shown code, in any casing."""
    world = asked()
    assert world.incident.request.code == REGISTRY.name
    assert code_of(world, confirmation="something") == "confirmation-wrong"
    assert world.say(confirmation=REGISTRY.name.upper()).status is Status.APPROVED


def test_another_digest_is_void() -> None:
    """A yes to a plan that was shown before it changed does not count."""
    assert code_of(asked(), digest="d1:other") == "approval-void"


def test_a_late_answer_is_refused_and_the_case_expires() -> None:
    """After the time is over an answer is refused, the case ends as expired and the people are told."""
    world = asked()
    world.clock.sleep(24 * 3600 + 2)
    assert code_of(world) == "approval-expired"
    world.later(0)
    assert world.incident.status is Status.EXPIRED
    assert "expired" in {template for template, _ in world.mail.delivered}
    assert code_of(world) == "approval-expired"


def test_nobody_in_particular_must_be_somebody() -> None:
    """Where no approver is named anybody may answer who is signed in, and nobody who is not."""
    world = asked()
    assert code_of(world, person=Person("")) == "approver-not-allowed"
    assert code_of(world, person=replace(ALICE, all_groups=False)) == "approver-not-allowed"
    assert world.say().status is Status.APPROVED


@pytest.mark.parametrize(
    ("allowed", "person", "counts"),
    [
        (Approvers(users=("ALICE-ID",)), ALICE, True),
        (Approvers(users=("alice-id",)), BOB, False),
        (Approvers(groups=("g1",)), Person("bob-id", groups=("g0", "g1")), True),
        (Approvers(groups=("g1",)), Person("bob-id", groups=("g1",), all_groups=False), False),
        (Approvers(roles=("Approver",)), Person("bob-id", roles=("approver",)), True),
        (Approvers(roles=("Approver",)), BOB, False),
    ],
)
def test_named_approvers(allowed: Approvers, person: Person, counts: bool) -> None:
    """Where approvers are named only they may decide: by id, group or role, and never with an overflown token."""
    world = asked()
    world.desired.state = DesiredState(registries=(RegistryIntent(approvers=allowed),))
    if counts:
        assert world.say(person=person).status is Status.APPROVED
    else:
        assert code_of(world, person=person) == "approver-not-allowed"
        assert code_of(world, person=person, yes=False) == "approver-not-allowed"


def test_the_requester_cannot_approve() -> None:
    """Who asked for the change cannot say yes to it, but may say no."""
    world = World()
    world.flow.take_in(Signal(SignalSource.MANUAL, "m1", subject=REGISTRY, actor="Alice-ID"))
    world.run()
    assert code_of(world) == "approver-is-requester"
    assert world.say(yes=False).status is Status.REJECTED


def test_who_caused_the_drift_cannot_approve() -> None:
    """The actor of any signal of the incident, also of a later one, cannot say yes; an earlier yes no longer counts."""
    world = asked()
    world.desired.state = replace(world.desired.state, limits=Limits(approvals=2))
    world.flow.take_in(replace(world.signal(2), actor="alice-id"))
    world.run()
    assert code_of(world) == "approver-is-requester"


def test_a_no_ends_the_case() -> None:
    """One no rejects the plan; a later yes comes too late."""
    world = asked()
    assert world.say(yes=False).status is Status.REJECTED
    assert code_of(world, person=BOB) == "already-decided"
    world.run()
    assert world.azure.writes == []


def test_a_replay_changes_nothing() -> None:
    """The same answer again, also long after, is taken kindly and changes nothing."""
    world = asked()
    world.say()
    world.run()
    done = world.incident
    assert done.status is Status.RESOLVED
    assert world.say() == done
    assert world.incident == done


def test_two_approvals_are_two_people() -> None:
    """Where two approvals are asked for the same person twice is one, and the second person's yes decides."""
    world = asked(ruling=Ruling(ASK.decision, ASK.way, ASK.reasons, approvals=2))
    assert world.say().status is Status.AWAITING_APPROVAL
    assert world.say().status is Status.AWAITING_APPROVAL
    assert len(world.incident.approvals) == 1
    assert world.say(person=BOB).status is Status.APPROVED


def test_a_lost_race_is_tried_again() -> None:
    """Two people who answer at the same moment both count."""
    world = asked(ruling=Ruling(ASK.decision, ASK.way, ASK.reasons, approvals=2))
    save, once = world.store.save, []

    def slow(held, incident):
        if not once:
            once.append(True)
            world.say(person=BOB)
        return save(held, incident)

    world.store.save = slow
    assert world.say().status is Status.APPROVED
    assert {approval.person for approval in world.incident.approvals} == {"alice-id", "bob-id"}


def test_a_store_in_trouble_is_told() -> None:
    """When others keep saving, or the store does not answer, the caller is told to try again."""
    world = asked()

    def busy(held, incident):
        raise Transient("lost-race", "saving")

    world.store.save = busy
    with pytest.raises(Transient, match="lost-race"):
        world.say()


def test_a_no_beside_an_unread_signal_is_looked_at() -> None:
    """A no does not swallow a signal that nobody has looked at: the case ends rejected only for the very same plan."""
    world = asked()
    world.flow.take_in(world.signal(2))
    assert world.say(yes=False).status is Status.OPEN
    world.run()
    assert world.incident.status is Status.REJECTED
    other = asked()
    other.flow.take_in(other.signal(2))
    other.azure.live[ENDPOINT] = WANTED[ENDPOINT][1]
    other.say(yes=False)
    other.run()
    assert other.incident.status is Status.AWAITING_APPROVAL
    assert other.incident.approvals == ()


def test_asked_once() -> None:
    """A signal while people think changes nothing about the question when the plan is the same: no second notice."""
    world = asked()
    request, mails = world.incident.request, list(world.mail.delivered)
    for number in range(2, 30):
        world.flow.take_in(world.signal(number))
        world.run()
    assert world.incident.request == request
    assert world.mail.delivered == mails
    assert world.incident.signal_count == 29
    assert len(world.incident.journal) == 3


def test_a_changed_plan_is_asked_anew() -> None:
    """When the plan has changed the old link is void and a new question goes out."""
    world = asked()
    old = world.incident.request
    world.azure.live[ENDPOINT] = WANTED[ENDPOINT][1]
    world.flow.take_in(world.signal(2))
    world.clock.sleep(1)
    world.run()
    assert world.incident.request.digest != old.digest
    assert [template for template, _ in world.mail.delivered] == ["approval"] * 4
    said = Answer(True, old.digest, confirmation=old.code)
    token = Tokens().token(world.incident.id, old.digest, PEOPLE[0])
    with pytest.raises(Rejected) as refused:
        world.flow.answer(world.incident.id, token, said, ALICE)
    assert refused.value.code == "approval-link-unknown"

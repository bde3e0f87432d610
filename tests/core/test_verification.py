"""What a look after the changes means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Unknown
from remediator.core.verification import (
    DEADLINE,
    Outcome,
    ProbeResult,
    Proof,
    decide,
    levels,
    next_look,
    spoken,
    together,
)

APP, OTHER = ResourceId("/subscriptions/s/app"), ResourceId("/subscriptions/s/other")
HOST = "acrone.azurecr.cn"
KEY, OTHER_KEY = (APP.key, HOST), (OTHER.key, HOST)
OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
SOON, LATE = timedelta(seconds=10), DEADLINE


def path(consumer: ResourceId, verdict: Verdict) -> PullPath:
    hops = (Hop(HopName.RECORD, verdict, "as it is"),)
    return PullPath(consumer, HOST, None, hops, ((HOST, ("10.0.0.4",)),))


def saw(whole: bool = True, address: str = "10.0.0.4", proof: Proof = Proof.PULL) -> ProbeResult:
    return ProbeResult(APP.key, HOST, (address,), True, whole, "as it was", proof)


@pytest.mark.parametrize(
    ("asked", "other", "probe", "own_dns", "elapsed", "outcome", "proof"),
    [
        (OK, OK, None, False, SOON, Outcome.RESOLVED, Proof.MODEL),
        (OK, OK, saw(), False, SOON, Outcome.RESOLVED, Proof.PULL),
        (OK, OK, saw(proof=Proof.PROBE), False, SOON, Outcome.RESOLVED, Proof.PROBE),
        (OK, OK, Unknown("nobody there"), False, SOON, Outcome.RESOLVED, Proof.MODEL),
        (OK, OK, saw(whole=False), False, SOON, Outcome.WAIT, Proof.MODEL),
        (OK, OK, saw(address="20.1.2.3"), False, SOON, Outcome.WAIT, Proof.MODEL),
        (OK, OK, saw(whole=False), False, LATE, Outcome.HUMAN, Proof.MODEL),
        (BROKEN, OK, None, False, SOON, Outcome.WAIT, Proof.MODEL),
        (BROKEN, OK, None, False, LATE, Outcome.HUMAN, Proof.MODEL),
        (UNKNOWN, OK, None, False, SOON, Outcome.WAIT, Proof.MODEL),
        (UNKNOWN, OK, None, False, LATE, Outcome.HUMAN, Proof.MODEL),
        (OK, BROKEN, saw(), False, SOON, Outcome.UNDO, Proof.MODEL),
        (OK, BROKEN, saw(), False, LATE, Outcome.UNDO, Proof.MODEL),
        (OK, UNKNOWN, saw(), False, SOON, Outcome.WAIT, Proof.MODEL),
        (OK, UNKNOWN, saw(), False, LATE, Outcome.HUMAN, Proof.MODEL),
        (OK, OK, None, True, SOON, Outcome.HUMAN, Proof.MODEL),
        (OK, OK, Unknown("nobody there"), True, SOON, Outcome.WAIT, Proof.MODEL),
        (OK, OK, Unknown("nobody there"), True, LATE, Outcome.HUMAN, Proof.MODEL),
        (OK, OK, saw(), True, SOON, Outcome.RESOLVED, Proof.PULL),
    ],
)
def test_what_a_look_means(
    asked: Verdict,
    other: Verdict,
    probe: ProbeResult | Unknown | None,
    own_dns: bool,
    elapsed: timedelta,
    outcome: Outcome,
    proof: Proof,
) -> None:
    """Broken what worked: undo. Not whole yet: wait, in the end a person. Whole: resolved, with the best proof."""
    decided = decide(
        frozenset({OTHER_KEY}),
        (path(APP, asked), path(OTHER, other)),
        {KEY: (probe,)} if probe else {},
        3,
        elapsed,
        asked=frozenset({KEY}),
        own_dns=frozenset({KEY} if own_dns else ()),
        probing=probe is not None,
    )
    assert decided[:2] == (outcome, proof)


def test_a_change_that_is_still_to_be_done() -> None:
    """While a change of the plan would be planned again, nothing is resolved."""
    outcome, _, reason = decide(frozenset(), (), {}, 1, SOON, asked=frozenset(), left=("close the registry",))
    assert (outcome, reason) == (Outcome.WAIT, "not in place yet: close the registry")


def test_a_consumer_that_is_gone_is_not_hurt() -> None:
    """A path that worked and whose consumer was deleted since is no reason to undo anything."""
    outcome, _, _ = decide(frozenset({OTHER_KEY}), (path(APP, OK),), {}, 1, SOON, asked=frozenset({KEY}))
    assert outcome is Outcome.RESOLVED


def test_the_looks_get_rarer_and_the_last_is_at_the_deadline() -> None:
    """Looks are 10, 30, 60, 120 and 300 seconds apart, and the last one is exactly at the deadline."""
    at, looks, times = timedelta(), 1, []
    while at < DEADLINE:
        at, looks = at + next_look(looks, at), looks + 1
        times.append(int(at.total_seconds()))
    assert times == [10, 40, 100, 220, 520, 820, 900]


def test_levels_that_agree_give_the_strongest_proof() -> None:
    """A probe and a pull that both saw the path work: the proof is the pull."""
    said = together({KEY: saw(proof=Proof.PROBE)}, {KEY: saw(proof=Proof.PULL)})
    outcome, proof, _ = decide(frozenset(), (path(APP, OK),), said, 1, SOON, asked=frozenset({KEY}))
    assert (outcome, proof) == (Outcome.RESOLVED, Proof.PULL)


@pytest.mark.parametrize("bad", [Proof.PROBE, Proof.PULL])
def test_a_contradiction_resolves_nothing(bad: Proof) -> None:
    """When one level saw the path work and another did not, it is waited for, and in the end a person is called."""
    said = together(*({KEY: saw(whole=proof is not bad, proof=proof)} for proof in (Proof.PROBE, Proof.PULL)))
    for elapsed, outcome in ((SOON, Outcome.WAIT), (LATE, Outcome.HUMAN)):
        found = decide(frozenset(), (path(APP, OK),), said, 3, elapsed, asked=frozenset({KEY}))
        assert found[0] is outcome
        assert f"as it was ({bad.value})" in found[2]


def test_a_path_that_nobody_saw_leaves_the_proof_with_the_model() -> None:
    """Of two paths one was pulled and one only modelled: the incident rests on the model."""
    paths, asked = (path(APP, OK), path(OTHER, OK)), frozenset({KEY, OTHER_KEY})
    outcome, proof, _ = decide(frozenset(), paths, {KEY: (saw(),)}, 1, SOON, asked=asked)
    assert (outcome, proof) == (Outcome.RESOLVED, Proof.MODEL)


def test_why_nobody_looked_is_said() -> None:
    """A level that could not tell is no contradiction, and its reason stands beside the verdict."""
    said = {KEY: (Unknown("azure-forbidden: the job may not be started"),)}
    outcome, _, reason = decide(frozenset(), (path(APP, OK),), said, 1, SOON, asked=frozenset({KEY}))
    assert outcome is Outcome.RESOLVED
    assert reason.endswith("(nobody looked from inside: azure-forbidden: the job may not be started)")


def test_who_spoke() -> None:
    """The levels that said yes or no, the model always among them; one that could not tell has not spoken."""
    assert levels({KEY: (Unknown("no"),)}) == (Proof.MODEL,)
    assert levels({KEY: (saw(whole=False, proof=Proof.PROBE),)}) == (Proof.MODEL, Proof.PROBE)
    assert spoken((Proof.MODEL, Proof.PULL)) == "heard: model, pull; not heard: probe"
    assert spoken(tuple(Proof)) == "heard: model, probe, pull"

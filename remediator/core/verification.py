"""After the changes: is the path whole, has anything that worked stopped, and how sure are we?

`decide` is asked by `flow/verify` after each look; taking the look and waiting are not its business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from remediator.core.pull_path import PullPath, Verdict
from remediator.core.resolver import asks_azure_dns
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown

PathKey = tuple[str, str]
# DNS TTL 10 s, a negative answer's 300 s, and up to 5 minutes of the puller's back-off (azure-facts 10).
DEADLINE = timedelta(minutes=15)
PAUSES = tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300))


class Proof(StrEnum):
    """What the verdict rests on, weakest first."""

    MODEL = "model"
    PROBE = "probe"
    PULL = "pull"


class Outcome(StrEnum):
    """What to do next."""

    RESOLVED = "resolved"
    WAIT = "wait"
    UNDO = "undo"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What one level saw of a path from inside the environment.

    `whole` says that all worked which this level does: with proof `probe` each check of each name, with proof `pull`
    the pull itself. `addresses` are those that the registry's name got; () where that was not seen.
    """

    consumer: str
    host: str
    addresses: tuple[str, ...]
    private: bool
    whole: bool
    detail: str
    proof: Proof = Proof.PROBE

    @property
    def path(self) -> PathKey:
        """The key of the path that this is about."""
        return (ResourceId(self.consumer).key, self.host)


# What each level says of a path, by its key; Unknown where a level was asked and could not tell.
Said = Mapping[PathKey, tuple[ProbeResult | Unknown, ...]]


def together(*levels: Mapping[PathKey, ProbeResult | Unknown]) -> Said:
    """What all levels say of each path, in their order."""
    keys = dict.fromkeys(key for level in levels for key in level)
    return {key: tuple(level[key] for level in levels if key in level) for key in keys}


@dataclass(frozen=True, slots=True)
class Verification:
    """One look after the changes.

    `proof` is what the verdict rests on; `spoke` are the levels that had something to say, be it yes or no.
    """

    at: datetime
    outcome: Outcome
    proof: Proof
    reason: str
    probes: tuple[ProbeResult, ...] = ()
    looks: int = 1
    spoke: tuple[Proof, ...] = (Proof.MODEL,)


def next_look(looks: int, elapsed: timedelta) -> timedelta:
    """How long to wait after this many looks; never past the deadline, so that the last look is made at it."""
    pause = PAUSES[min(looks, len(PAUSES)) - 1]
    return max(min(pause, DEADLINE - elapsed), timedelta(seconds=1))


def asks_own_dns(path: PullPath, snapshot: Snapshot) -> bool:
    """Whether the consumer's network asks DNS servers of its own: what they answer, the model only guesses."""
    if any(hop.rule == "custom-dns" for hop in path.hops):
        return True
    consumer = snapshot.consumers.get(path.consumer)
    environment = snapshot.environments.get(consumer.environment) if consumer and consumer.environment else None
    network = snapshot.networks.get(environment.network) if environment and environment.network else None
    return network is not None and not asks_azure_dns(network)


def decide(
    worked: frozenset[PathKey],
    after: tuple[PullPath, ...],
    said: Said,
    looks: int,
    elapsed: timedelta,
    *,
    asked: frozenset[PathKey],
    left: tuple[str, ...] = (),
    own_dns: frozenset[PathKey] = frozenset(),
    probing: bool = False,
) -> tuple[Outcome, Proof, str]:
    """What to do after a look, what that rests on, and why.

    `worked` are all paths that were ok before, `said` is what levels beyond the model say of paths, `asked` those that
    the plan was to mend, `left` the summaries of its changes that are still to be done, `own_dns` the paths for which
    the model alone proves nothing, `probing` says whether anybody can look from inside.
    A path that worked and is broken is undone at once; one that is unknown now is no reason to change anything. Of
    several levels the strongest is the proof, and one that contradicts the others is enough to resolve nothing.
    """
    hurt = [path for path in after if path.key in worked and path.verdict is Verdict.BROKEN]
    if hurt:
        return Outcome.UNDO, Proof.MODEL, f"worked before and is broken now: {_named(hurt)}"
    in_doubt = [p for p in after if p.verdict is not Verdict.OK and (p.key in asked or p.key in worked)]
    checked = [path for path in after if path.key in asked]
    if in_doubt:
        return _wait(looks, elapsed, f"not whole yet: {_named(in_doubt)}")
    if left:
        return _wait(looks, elapsed, f"not in place yet: {'; '.join(left)}")
    refused = [(path, one) for path in checked for one in _results(path, said) if not _agrees(path, one)]
    if refused:
        told = ", ".join(f"{path.consumer.name}: {one.detail} ({one.proof.value})" for path, one in refused)
        return _wait(looks, elapsed, f"the model is whole, the look from inside is not: {told}")
    best = {path.key: _strongest(_results(path, said)) for path in checked}
    guessed = [path for path in checked if path.key in own_dns and best[path.key] is Proof.MODEL]
    silent = _silent(checked, said)
    if guessed:
        why = "the model is whole, but only a look from inside can show it where a network asks its own DNS"
        reason = f"{why}: {_named(guessed)}{silent}"
        return _wait(looks, elapsed, reason) if probing else (Outcome.HUMAN, Proof.MODEL, reason)
    proof = min(best.values(), key=list(Proof).index, default=Proof.MODEL)
    if proof is not Proof.MODEL:
        return Outcome.RESOLVED, proof, f"seen from inside: {_named(checked)}"
    reason = f"by the model: {_named(checked)}" if checked else "every change of the plan is in place"
    return Outcome.RESOLVED, Proof.MODEL, reason + silent


def levels(said: Said) -> tuple[Proof, ...]:
    """The levels that had something to say, weakest first; the model always has."""
    spoke = {one.proof for words in said.values() for one in words if isinstance(one, ProbeResult)}
    return tuple(proof for proof in Proof if proof is Proof.MODEL or proof in spoke)


def spoken(spoke: tuple[Proof, ...]) -> str:
    """`heard: model, probe; not heard: pull`: for the journal, so that a proof is never taken for more than it is."""
    heard, silent = [p.value for p in Proof if p in spoke], [p.value for p in Proof if p not in spoke]
    said = f"heard: {', '.join(heard)}"
    return f"{said}; not heard: {', '.join(silent)}" if silent else said


def _wait(looks: int, elapsed: timedelta, reason: str) -> tuple[Outcome, Proof, str]:
    if elapsed < DEADLINE:
        return Outcome.WAIT, Proof.MODEL, reason
    minutes = int(elapsed.total_seconds() // 60)
    return Outcome.HUMAN, Proof.MODEL, f"after {looks} looks in {minutes} minutes {reason}"


def _results(path: PullPath, said: Said) -> list[ProbeResult]:
    return [one for one in said.get(path.key, ()) if isinstance(one, ProbeResult)]


def _agrees(path: PullPath, result: ProbeResult) -> bool:
    """Whether a level saw the path work, over the addresses of the model where it saw any."""
    modelled = dict(path.addresses).get(path.host, ())
    return result.whole and (not modelled or set(result.addresses) <= set(modelled))


def _strongest(results: list[ProbeResult]) -> Proof:
    return max((one.proof for one in results), key=list(Proof).index, default=Proof.MODEL)


def _silent(paths: list[PullPath], said: Said) -> str:
    """Why a level that was asked could not tell, for the end of a reason."""
    why = dict.fromkeys(
        one.reason
        for path in paths
        if not _results(path, said)
        for one in said.get(path.key, ())
        if isinstance(one, Unknown)
    )
    return f" (nobody looked from inside: {'; '.join(why)})" if why else ""


def _named(paths: list[PullPath]) -> str:
    return ", ".join(f"{path.consumer.name} → {path.host}" for path in paths)

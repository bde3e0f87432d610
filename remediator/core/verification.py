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
    """What a prober saw from inside an environment: the addresses of the name, and how the pull ended."""

    consumer: str
    host: str
    addresses: tuple[str, ...]
    private: bool
    pulled: bool
    detail: str
    proof: Proof = Proof.PROBE


@dataclass(frozen=True, slots=True)
class Verification:
    """One look after the changes."""

    at: datetime
    outcome: Outcome
    proof: Proof
    reason: str
    probes: tuple[ProbeResult, ...] = ()
    looks: int = 1


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
    probes: Mapping[PathKey, ProbeResult | Unknown],
    looks: int,
    elapsed: timedelta,
    *,
    asked: frozenset[PathKey],
    left: tuple[str, ...] = (),
    own_dns: frozenset[PathKey] = frozenset(),
    probing: bool = False,
) -> tuple[Outcome, Proof, str]:
    """What to do after a look, what that rests on, and why.

    `worked` are all paths that were ok before, `asked` those that the plan was to mend, `left` the summaries of its
    changes that are still to be done, `own_dns` the paths for which the model alone proves nothing, `probing` says
    whether anybody can look from inside.
    A path that worked and is broken is undone at once; one that is unknown now is no reason to change anything.
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
    refused = [path for path in checked if (result := probes.get(path.key)) is not None and not _good(path, result)]
    if refused:
        return _wait(looks, elapsed, f"the model is whole, the look from inside is not: {_told(refused, probes)}")
    proofs = [result.proof for path in checked if isinstance(result := probes.get(path.key), ProbeResult)]
    guessed = [p for p in checked if p.key in own_dns and not isinstance(probes.get(p.key), ProbeResult)]
    if guessed:
        reason = f"the model is whole, but only a pull can show it where a network asks its own DNS: {_named(guessed)}"
        return _wait(looks, elapsed, reason) if probing else (Outcome.HUMAN, Proof.MODEL, reason)
    if checked and len(proofs) == len(checked):
        return Outcome.RESOLVED, min(proofs, key=list(Proof).index), f"seen from inside: {_named(checked)}"
    reason = f"by the model: {_named(checked)}" if checked else "every change of the plan is in place"
    return Outcome.RESOLVED, Proof.MODEL, reason


def _wait(looks: int, elapsed: timedelta, reason: str) -> tuple[Outcome, Proof, str]:
    if elapsed < DEADLINE:
        return Outcome.WAIT, Proof.MODEL, reason
    minutes = int(elapsed.total_seconds() // 60)
    return Outcome.HUMAN, Proof.MODEL, f"after {looks} looks in {minutes} minutes {reason}"


def _good(path: PullPath, result: ProbeResult | Unknown) -> bool:
    """Whether the pull worked over the addresses of the model; a probe that could not be made says nothing."""
    if isinstance(result, Unknown):
        return True
    modelled = dict(path.addresses).get(path.host, ())
    return result.pulled and (not modelled or set(result.addresses) <= set(modelled))


def _named(paths: list[PullPath]) -> str:
    return ", ".join(f"{path.consumer.name} → {path.host}" for path in paths)


def _told(paths: list[PullPath], probes: Mapping[PathKey, ProbeResult | Unknown]) -> str:
    results = ((path, probes[path.key]) for path in paths)
    return ", ".join(f"{p.consumer.name}: {r.detail}" for p, r in results if isinstance(r, ProbeResult))

"""What a fault is: something that is done to a healthy estate, and what a diagnosis must then say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from remediator.core.pull_path import Verdict
from tests.search.land import Land, Pull

T = TypeVar("T")


@dataclass(frozen=True)
class Made:
    """A fault that was made.

    `rules` may name it first (more than one where two are right: the fault says why), `targets` are the resources that
    may be blamed, `pulls` the paths that get `verdict`; every other path stays ok. `also` are
    drifts, by rule and target, that come with it and are true;
    `silent` says that nothing needs to be found.
    `doubtful` are paths that fail too and of which that need not be known: anything but ok.
    """

    rules: tuple[str, ...]
    targets: tuple[str, ...]
    pulls: tuple[Pull, ...] = ()
    verdict: Verdict = Verdict.BROKEN
    also: tuple[tuple[str, str], ...] = ()
    silent: bool = False
    doubtful: tuple[Pull, ...] = ()


# A fault picks its place with a number; None where the estate has no place for it.
Fault = Callable[[Land, int], Made | None]


def pick(places: Sequence[T], number: int) -> T | None:
    """One of the places, None where there is none."""
    return places[number % len(places)] if places else None


def made(
    rule: str | tuple[str, ...],
    targets: str | Iterable[str],
    pulls: Iterable[Pull],
    *,
    verdict: Verdict = Verdict.BROKEN,
    also: tuple[str, str] | None = None,
) -> Made:
    """A fault, in short."""
    rules = (rule,) if isinstance(rule, str) else rule
    where = (targets,) if isinstance(targets, str) else tuple(targets)
    return Made(rules, where, tuple(pulls), verdict, (also,) if also else ())


def drift(rule: str, target: str) -> Made:
    """A posture drift: found, and no path suffers."""
    return Made((rule,), (target,))

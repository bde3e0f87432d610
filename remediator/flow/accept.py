"""What becomes of one delivery, which may hold many signals? Called by the doors of alerts and events.

Signals about the same subject are taken in together: one batch of the store and one wake-up for them all, however many
came. What could not be understood is told apart, for the door to keep the delivery once, with every reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from remediator.core.errors import Rejected, RemediatorError, Transient
from remediator.core.signal import Ignored, Quarantined, Signal
from remediator.core.subject import subject_of
from remediator.ports import TakenIn

Parsed: TypeAlias = Signal | Ignored | Quarantined


class Spread(Protocol):
    """Calls one function for each of several groups, in turn or at once, and gives the results in their order."""

    def __call__(self, call: Callable[[list[Signal]], str], groups: Iterable[list[Signal]], /) -> Iterable[str]: ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The incidents that have the signals, why others say nothing to us, and why others were not understood.

    Each text stands once, in the order in which it came.
    """

    incidents: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def accept(parsed: Sequence[Parsed], take_in: Callable[..., TakenIn], spread: Spread = map) -> Accepted:
    """Take in every signal; `take_in` gets those of one subject in one call, and `spread` makes
    the calls where there are several.

    `Transient` from the store or the queue is raised: the sender still has the delivery, and what was taken in before
    is recognised when it comes again. What the flow refuses otherwise counts as not understood.
    """
    groups: dict[str, list[Signal]] = {}
    wrong: dict[str, None] = {}
    for one in parsed:
        match one:
            case Signal():
                try:
                    groups.setdefault(subject_of(one).key, []).append(one)
                except Rejected as error:
                    wrong[f"{error.code}: {error.message}"] = None
            case Quarantined():
                wrong[one.reason] = None

    def together(signals: list[Signal]) -> str:
        try:
            return take_in(*signals).incident
        except Transient:
            raise
        except RemediatorError as error:
            wrong[f"{error.code}: {error.message}"] = None
            return ""

    use = spread if len(groups) > 1 else map
    incidents = dict.fromkeys(one for one in use(together, groups.values()) if one)
    ignored = dict.fromkeys(one.reason for one in parsed if isinstance(one, Ignored))
    return Accepted(tuple(incidents), tuple(ignored), tuple(wrong))

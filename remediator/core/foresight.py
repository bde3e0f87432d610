"""Foresight: a plan applied to the snapshot in memory, with every pull path before and after."""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.core.blast import Touched
from remediator.core.pull_path import PullPath, Verdict


@dataclass(frozen=True, slots=True)
class Foresight:
    """The paths (as they are afterwards) that a plan mends and breaks, how many stay as they are, and whom it touches.

    A path that worked and would afterwards be unknown counts as broken: nobody has shown that it goes on. So does
    an unknown path that would surely be broken afterwards. `doubtful` are broken paths of which it cannot be said
    whether they would work.
    """

    mended: tuple[PullPath, ...] = ()
    broken: tuple[PullPath, ...] = ()
    unchanged: int = 0
    cut_off: tuple[str, ...] = ()
    touched: Touched = field(default_factory=Touched)
    doubtful: tuple[PullPath, ...] = ()


def compare(before: tuple[PullPath, ...], after: tuple[PullPath, ...], cut_off: tuple[str, ...] = ()) -> Foresight:
    """What lies between two sets of paths; `cut_off` names networks without known consumers that would lose one."""
    earlier = {path.key: path for path in before}
    mended, broken, doubtful, unchanged = [], [], [], 0
    for path in after:
        old = earlier.get(path.key)
        was = old.verdict if old else Verdict.UNKNOWN
        if was is not Verdict.OK and path.verdict is Verdict.OK:
            mended.append(path)
        elif was is not Verdict.BROKEN and path.verdict is not was:
            broken.append(path)
        elif was is Verdict.BROKEN and path.verdict is Verdict.UNKNOWN:
            doubtful.append(path)
        else:
            unchanged += 1
    return Foresight(tuple(mended), tuple(broken), unchanged, cut_off, doubtful=tuple(doubtful))

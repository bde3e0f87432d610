"""Send a test signal and watch it come out of a chain that runs elsewhere. Called by the door `selftest`."""

from __future__ import annotations

from remediator.core.errors import RemediatorError, Transient
from remediator.core.selftest import (
    Chain,
    Outcome,
    Part,
    Passed,
    Seen,
    at_the_door,
    at_the_end,
    over,
    reached,
    selftest_registry,
    unseen,
)
from remediator.ports import Clock

PAUSE = 0.25  # seconds between two looks


def watch_selftest(chain: Chain, clock: Clock, mark: str, *, patience: float) -> Outcome:
    """What became of one signal, within `patience` seconds after it was taken; raises nothing of ours."""
    began = clock.now()

    def since() -> float:
        return (clock.now() - began).total_seconds()

    try:
        incident = chain.send(selftest_registry(mark), mark)
    except RemediatorError as error:
        return at_the_door(error)
    passed = [Passed(Part.DOOR, since())]
    seen: Seen | None = None
    trouble: RemediatorError | None = None
    while True:
        try:
            seen, trouble = chain.look(incident), None
        except Transient as error:
            trouble = error  # the next look may succeed
        except RemediatorError as error:
            return unseen(incident, passed, error)
        if seen is not None:
            known = {one.part for one in passed}
            passed += [Passed(part, since()) for part in reached(seen) if part not in known]
        if (seen is not None and over(seen)) or since() >= patience:
            break
        clock.sleep(PAUSE)
    if seen is None or trouble is not None:
        return unseen(incident, passed, trouble or Transient("remote-unreachable", "it never answered"))
    return at_the_end(incident, passed, seen, patience)

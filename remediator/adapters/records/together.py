"""Can calls that come at the same moment be done as one? Used by `arrivals.py` for signals of one subject.

In a storm every signal wants to change the same row, and one at a time wins. Within a process the calls for one thing
wait while one is under way, and then the first of them does all that wait in one go. Nothing is kept: a call returns
when what it brought was done, and other processes are met as before, at the row's version.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from remediator.core.errors import RemediatorError

Thing = TypeVar("Thing")
Result = TypeVar("Result")
MOST = 50  # done at once


@dataclass(slots=True, eq=False)
class _Call(Generic[Thing, Result]):
    """`turn` is set when it was done, or when it is its turn to do what waits."""

    thing: Thing
    result: Result | None = None
    error: RemediatorError | None = None
    done: bool = False
    turn: threading.Event = field(default_factory=threading.Event)


class Together(Generic[Thing, Result]):
    """Calls `do` with the things that came for one key, oldest first; it gives a result for each."""

    def __init__(self, do: Callable[[Sequence[Thing]], Sequence[Result]]) -> None:
        self._do = do
        self._guard = threading.Lock()
        self._waiting: dict[Hashable, list[_Call[Thing, Result]]] = {}

    def __call__(self, key: Hashable, thing: Thing) -> Result:
        """The result for this thing, or the error of the call that was made for it."""
        call = _Call[Thing, Result](thing)
        with self._guard:
            calls = self._waiting.setdefault(key, [])
            calls.append(call)
            alone = len(calls) == 1
        if not alone:
            call.turn.wait()
        if not call.done:
            self._lead(key)
        if call.error is not None:
            raise call.error
        return call.result  # type: ignore[return-value]

    def _lead(self, key: Hashable) -> None:
        """Do what has waited longest, our own call first among it, and let the next one lead.

        Where a bug or the end of the program cuts this short, the others do theirs themselves.
        """
        with self._guard:
            calls = self._waiting[key][:MOST]
        try:
            for call, result in zip(calls, self._do([call.thing for call in calls]), strict=True):
                call.result, call.done = result, True
        except RemediatorError as error:
            for call in calls:
                call.error, call.done = error, True
        finally:
            with self._guard:
                left = [call for call in self._waiting.pop(key) if not call.done and call is not calls[0]]
                if left:
                    self._waiting[key] = left
            for call in [*(call for call in calls if call.done), *left[:1]]:
                call.turn.set()

"""Can calls that come at the same moment be done as one? Used by `incidents.py` for signals of one subject.

In a storm every signal wants to change the same row, and one at a time wins. Within a process the calls for one thing
wait for each other, and whoever comes next does all that wait in one go. Nothing is kept: a call returns when what it
brought was done, and other processes are met as before, at the row's version.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from remediator.core.errors import RemediatorError

Thing = TypeVar("Thing")
Result = TypeVar("Result")
LOCKS = 64
MOST = 50  # brought together at once


@dataclass(slots=True, eq=False)
class _Call(Generic[Thing, Result]):
    thing: Thing
    result: Result | None = None
    error: RemediatorError | None = None
    done: bool = False


class Together(Generic[Thing, Result]):
    """Calls `do` with the things that came for one key, oldest first; it gives a result for each."""

    def __init__(self, do: Callable[[Sequence[Thing]], Sequence[Result]]) -> None:
        self._do = do
        self._locks = tuple(threading.Lock() for _ in range(LOCKS))
        self._guard = threading.Lock()
        self._waiting: dict[Hashable, list[_Call[Thing, Result]]] = {}

    def __call__(self, key: Hashable, thing: Thing) -> Result:
        """The result for this thing, or the error of the call that was made for it."""
        call = _Call[Thing, Result](thing)
        with self._guard:
            self._waiting.setdefault(key, []).append(call)
        try:
            with self._locks[hash(key) % LOCKS]:
                while not call.done:
                    self._next(key)
        finally:
            self._withdraw(key, call)
        if call.error is not None:
            raise call.error
        return call.result  # type: ignore[return-value]

    def _next(self, key: Hashable) -> None:
        """Do what has waited longest. Where the program is being ended, those who wait do theirs themselves."""
        with self._guard:
            calls = self._waiting[key][:MOST]
        try:
            for call, result in zip(calls, self._do([call.thing for call in calls]), strict=True):
                call.result = result
        except RemediatorError as error:
            for call in calls:
                call.error = error
        for call in calls:
            call.done = True
            self._withdraw(key, call)

    def _withdraw(self, key: Hashable, call: _Call[Thing, Result]) -> None:
        with self._guard:
            waiting = self._waiting.get(key, [])
            if call in waiting:
                waiting.remove(call)
            if not waiting:
                self._waiting.pop(key, None)

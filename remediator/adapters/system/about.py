"""What is being worked on at this moment? The ids that every log line within a piece of work carries.

`telemetry` binds them for the length of a span, `log` adds them to its lines. They follow the work into threads that
copy their context, and into no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

CARRIED = ("incident", "correlation")
NOTHING: Mapping[str, str] = MappingProxyType({})
_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=NOTHING)


def about() -> Mapping[str, str]:
    """The ids of the present work; none outside any."""
    return _ABOUT.get()


@contextmanager
def working_on(facts: Mapping[str, str | int | float]) -> Iterator[None]:
    """Carry the ids among these facts, and those of the work around it, until the end."""
    before = _ABOUT.get()
    token = _ABOUT.set({**before, **{key: str(facts[key]) for key in CARRIED if key in facts}})
    try:
        yield
    finally:
        _ABOUT.reset(token)

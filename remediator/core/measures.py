"""What is measured while the program works? Every span and every measure, with its meaning.

Flow and adapters tell `ports.Telemetry` of them; docs/telemetry.md is the same list for people, and a test compares the
two. `facts` are the names of what may be told beside: ids of resources and incidents, codes and words of ours, never a
person or a text from outside.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from remediator.core.incident import Status

Fact = str | int | float


class Shape(StrEnum):
    """A sum that only grows, or a distribution."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class SpanKind:
    """A piece of work from begin to end."""

    name: str
    meaning: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """A number; the unit is written as UCUM does (`{signal}` is a plain count)."""

    name: str
    shape: Shape
    unit: str
    meaning: str
    facts: tuple[str, ...] = ()


_CASE = ("incident", "correlation")
_STEP = (*_CASE, "status", "outcome")

INTAKE = SpanKind(
    "remediator.intake", "a signal is put into an incident, and the incident's id is sent", ("source", "joined", *_CASE)
)
ADVANCE = SpanKind("remediator.advance", "a run that takes an incident as far as it goes", _CASE)
OBSERVE = SpanKind("remediator.observe", "the estate is read: one snapshot", ("registries", "consumers", "gaps"))
CHANGE = SpanKind(
    "remediator.change", "one write of an approved plan is begun, or taken back", ("kind", "target", "undo")
)
ARM = SpanKind(
    "remediator.arm", "one request to Resource Manager, each try for itself", ("method", "type", "host", "status_code")
)
LOGS = SpanKind("remediator.logs", "the logs of a workspace are asked about pulls", ("ended", "lines", "answered"))
STEPS: dict[Status, SpanKind] = {
    Status.OPEN: SpanKind("remediator.diagnose", "what is wrong, and would a plan mend it?", _STEP),
    Status.PLANNED: SpanKind("remediator.request-approval", "who must say yes?", _STEP),
    Status.AWAITING_APPROVAL: SpanKind("remediator.await-approval", "is it decided, and still the same plan?", _STEP),
    Status.APPROVED: SpanKind("remediator.apply", "the approved changes are made", _STEP),
    Status.AWAITING_MERGE: SpanKind("remediator.await-merge", "is the pull request merged?", _STEP),
    Status.APPLIED: SpanKind("remediator.verify", "did it help, and did it hurt?", _STEP),
    Status.UNDOING: SpanKind("remediator.undo", "our own writes are taken back", _STEP),
}
STEPS[Status.APPLYING] = STEPS[Status.APPROVED]
SPANS: tuple[SpanKind, ...] = (INTAKE, ADVANCE, *dict.fromkeys(STEPS.values()), OBSERVE, CHANGE, LOGS, ARM)

SIGNALS = Metric("remediator.signals", Shape.COUNTER, "{signal}", "signals that were taken in", ("source", "joined"))
INCIDENTS = Metric(
    "remediator.incidents", Shape.COUNTER, "{incident}", "incidents that came into a status", ("status", "rule")
)
EXPOSURE = Metric(
    "remediator.exposure",
    Shape.HISTOGRAM,
    "min",
    "from the write behind it, or the first signal, to RESOLVED",
    ("rule",),
)
MENDING = Metric("remediator.mending", Shape.HISTOGRAM, "min", "from the opening to RESOLVED", ("rule",))
ARM_CALLS = Metric(
    "remediator.arm.calls",
    Shape.COUNTER,
    "{request}",
    "requests to Resource Manager",
    ("method", "type", "status_code"),
)
MISSED = Metric(
    "remediator.missed", Shape.COUNTER, "{finding}", "findings of a sweep that no event had told of", ("rule",)
)
SWEPT = Metric("remediator.sweep", Shape.HISTOGRAM, "s", "from the beginning of a sweep to its end")
RETRIES = Metric("remediator.retries", Shape.COUNTER, "{retry}", "tries beyond the first one", ("what",))
METRICS: tuple[Metric, ...] = (SIGNALS, INCIDENTS, EXPOSURE, MENDING, MISSED, SWEPT, ARM_CALLS, RETRIES)


class Telemetry(Protocol):
    """Whoever keeps spans and measures; `ports` names it among what is asked of the outside."""

    def span(self, kind: SpanKind, /, **facts: Fact) -> AbstractContextManager[dict[str, Fact]]:
        """Work from begin to end. The dict takes facts that are known later; an error that leaves it is told by its
        code. Log lines within carry `incident` and `correlation`."""
        ...

    def add(self, metric: Metric, value: float = 1, /, **facts: Fact) -> None:
        """Count, or record a value in the metric's unit."""
        ...


class Unmeasured:
    """`Telemetry` that keeps nothing: what stands where nobody measures."""

    def span(self, kind: SpanKind, /, **facts: Fact) -> AbstractContextManager[dict[str, Fact]]:
        """As `Telemetry.span`."""
        return nullcontext({})

    def add(self, metric: Metric, value: float = 1, /, **facts: Fact) -> None:
        """As `Telemetry.add`."""

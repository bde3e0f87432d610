"""A `Telemetry` that remembers and is strict: whatever is told must be declared in `core.measures`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from remediator.core.measures import METRICS, SPANS, Fact, Metric, SpanKind


@dataclass
class Told:
    """One span: its name, facts, the span around it, and the class of the error that left it."""

    name: str
    facts: dict[str, Fact]
    within: str | None
    error: str | None = None


@dataclass
class Remembered:
    """Spans in the order of their ends, and measures as (name, value, facts)."""

    spans: list[Told] = field(default_factory=list)
    measures: list[tuple[str, float, dict[str, Fact]]] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @contextmanager
    def span(self, kind: SpanKind, /, **facts: Fact) -> Iterator[dict[str, Fact]]:
        told = Told(kind.name, dict(facts), self.open[-1] if self.open else None)
        self.open.append(kind.name)
        try:
            yield told.facts
        except BaseException as error:
            told.error = type(error).__name__
            raise
        finally:
            self.open.pop()
            assert kind in SPANS
            assert set(told.facts) <= set(kind.facts), f"{kind.name} tells more than it declares"
            self.spans.append(told)

    def add(self, metric: Metric, value: float = 1, /, **facts: Fact) -> None:
        assert metric in METRICS
        assert set(facts) == set(metric.facts), f"{metric.name} does not tell what it declares"
        self.measures.append((metric.name, value, facts))

    def named(self, name: str) -> list[Told]:
        """The spans of a name."""
        return [span for span in self.spans if span.name == name]

    def values(self, name: str) -> list[tuple[float, dict[str, Fact]]]:
        """The values of a measure with their facts."""
        return [(value, facts) for metric, value, facts in self.measures if metric == name]

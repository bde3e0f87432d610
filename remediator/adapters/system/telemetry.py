"""Where do spans and measures go? `ports.Telemetry` on the API of OpenTelemetry, or into log lines only.

`bootstrap` chooses: OpenTelemetry is imported where somebody has asked for it (it takes longer than all of the first
signal), and `exporters` decides where it leads. What is told are the facts that `core.measures` names and no others; of
an error only its code, since its text may hold anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from remediator.adapters.system.about import working_on
from remediator.core.errors import RemediatorError
from remediator.core.measures import METRICS, Fact, Metric, Shape, SpanKind

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, MeterProvider
    from opentelemetry.trace import TracerProvider

SCOPE = "remediator"
# Names that OpenTelemetry's conventions have a word for; any other fact is `remediator.<name>`.
CONVENTIONS: Mapping[str, str] = {
    "method": "http.request.method",
    "status_code": "http.response.status_code",
    "host": "server.address",
}
ERROR = "error.type"
MINUTES = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 1440.0)


class LogTelemetry:
    """`ports.Telemetry` where nobody keeps spans: log lines within one still carry its ids."""

    @contextmanager
    def span(self, kind: SpanKind, /, **facts: Fact) -> Iterator[dict[str, Fact]]:
        """As `ports.Telemetry.span`."""
        with working_on(facts):
            yield {}

    def add(self, metric: Metric, value: float = 1, /, **facts: Fact) -> None:
        """As `ports.Telemetry.add`."""


class OpenTelemetry:
    """`ports.Telemetry` on a provider of tracers and one of meters."""

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        self._tracer = tracers.get_tracer(SCOPE, _version())
        meter = meters.get_meter(SCOPE, _version())
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for metric in METRICS:
            if metric.shape is Shape.COUNTER:
                self._counters[metric.name] = meter.create_counter(metric.name, metric.unit, metric.meaning)
            else:
                self._histograms[metric.name] = meter.create_histogram(
                    metric.name, metric.unit, metric.meaning, explicit_bucket_boundaries_advisory=MINUTES
                )

    @contextmanager
    def span(self, kind: SpanKind, /, **facts: Fact) -> Iterator[dict[str, Fact]]:
        """As `ports.Telemetry.span`."""
        from opentelemetry.trace import StatusCode

        later: dict[str, Fact] = {}
        attributes = _attributes(kind.facts, facts)
        begun = self._tracer.start_as_current_span(
            kind.name, attributes=attributes, record_exception=False, set_status_on_exception=False
        )
        with working_on(facts), begun as span:
            try:
                yield later
            except BaseException as error:
                span.set_attribute(ERROR, error.code if isinstance(error, RemediatorError) else type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                span.set_attributes(_attributes(kind.facts, later))

    def add(self, metric: Metric, value: float = 1, /, **facts: Fact) -> None:
        """As `ports.Telemetry.add`."""
        attributes = _attributes(metric.facts, facts)
        if metric.shape is Shape.COUNTER:
            self._counters[metric.name].add(value, attributes)
        else:
            self._histograms[metric.name].record(value, attributes)


def attribute(fact: str) -> str:
    """The name under which a fact is exported."""
    return CONVENTIONS.get(fact, f"{SCOPE}.{fact}")


def _attributes(known: tuple[str, ...], facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {attribute(name): facts[name] for name in known if name in facts}


def _version() -> str:
    try:
        return version("remediator")
    except PackageNotFoundError:  # a function app is deployed as files
        return ""

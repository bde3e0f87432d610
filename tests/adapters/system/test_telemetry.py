"""`ports.Telemetry` on OpenTelemetry, with the SDK's exporters in memory: what is told, and what never is."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from remediator.adapters.system.log import SystemLog
from remediator.adapters.system.telemetry import LogTelemetry, OpenTelemetry
from remediator.core.errors import Misconfigured
from remediator.core.incident import Status
from remediator.core.measures import (
    ADVANCE,
    ARM,
    ARM_CALLS,
    CHANGE,
    EXPOSURE,
    INCIDENTS,
    INTAKE,
    METRICS,
    STEPS,
    Shape,
    Telemetry,
    Unmeasured,
)

ID = "44444444-4444-4444-4444-444444444444"


class Kept:
    """OpenTelemetry whose spans and measures stay in memory."""

    def __init__(self) -> None:
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.telemetry = OpenTelemetry(tracers, MeterProvider([self.reader]))

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self.exporter.get_finished_spans()}

    @property
    def measures(self) -> dict[str, Any]:
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
        return {metric.name: metric for scope in scopes for metric in scope.metrics}


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_facts_are_attributes(kept: Kept) -> None:
    """Facts given at the start and later become attributes: by OpenTelemetry's names, or with ours in front."""
    with kept.telemetry.span(ARM, method="GET", type="Microsoft.Network/virtualNetworks", host="arm.example") as facts:
        facts["status_code"] = 200
    with kept.telemetry.span(INTAKE, source="alert"):
        pass
    assert dict(kept.spans["remediator.arm"].attributes or {}) == {
        "http.request.method": "GET",
        "remediator.type": "Microsoft.Network/virtualNetworks",
        "server.address": "arm.example",
        "http.response.status_code": 200,
    }
    assert dict(kept.spans["remediator.intake"].attributes or {}) == {"remediator.source": "alert"}


def test_what_is_not_declared_is_not_told(kept: Kept) -> None:
    """A fact that the kind of span or measure does not name stays here."""
    with kept.telemetry.span(CHANGE, kind="create-vnet-link", who="wang.li@contoso.example") as facts:
        facts["token"] = "secret"
    kept.telemetry.add(INCIDENTS, status="OPEN", rule="none", who="wang")
    assert dict(kept.spans["remediator.change"].attributes or {}) == {"remediator.kind": "create-vnet-link"}
    (point,) = kept.measures["remediator.incidents"].data.data_points
    assert dict(point.attributes) == {"remediator.status": "OPEN", "remediator.rule": "none"}


@pytest.mark.parametrize(
    ("error", "code"),
    [(Misconfigured("azure-policy", "denied to wang.li"), "azure-policy"), (ValueError("wang.li"), "ValueError")],
)
def test_an_error_is_told_by_its_code(kept: Kept, error: Exception, code: str) -> None:
    """A span that an error left has the error's code or class, and neither its text nor its traceback."""
    with pytest.raises(type(error)), kept.telemetry.span(STEPS[Status.APPROVED], incident="i1"):
        raise error
    span = kept.spans["remediator.apply"]
    assert (span.status.status_code, (span.attributes or {})["error.type"]) == (StatusCode.ERROR, code)
    assert "wang.li" not in span.to_json()
    assert span.events == ()


def test_spans_lie_within_each_other(kept: Kept) -> None:
    """A span that is begun within another is its child, also in a thread that works with a copy of the context."""
    with kept.telemetry.span(ADVANCE, incident="i1"), ThreadPoolExecutor(1) as pool:

        def ask() -> None:
            with kept.telemetry.span(ARM, method="GET"):
                pass

        pool.submit(copy_context().run, ask).result()
    inner, outer = kept.spans["remediator.arm"], kept.spans["remediator.advance"]
    assert inner.parent is not None and outer.context is not None
    assert inner.parent.span_id == outer.context.span_id


def test_measures_have_their_units(kept: Kept) -> None:
    """Every declared measure has an instrument with its unit and meaning; minutes fall into buckets up to a day."""
    for metric in METRICS:
        kept.telemetry.add(metric, 20, **dict.fromkeys(metric.facts, "x"))
    found = kept.measures
    assert {name: (one.unit, one.description) for name, one in found.items()} == {
        metric.name: (metric.unit, metric.meaning) for metric in METRICS
    }
    (point,) = found[EXPOSURE.name].data.data_points
    assert (point.sum, point.explicit_bounds[0], point.explicit_bounds[-1]) == (20, 1.0, 1440.0)
    counters = {metric.name for metric in METRICS if metric.shape is Shape.COUNTER}
    assert {
        name for name, one in found.items() if hasattr(one.data, "is_monotonic") and one.data.is_monotonic
    } == counters


def test_counters_add_up(kept: Kept) -> None:
    """A counter sums what has the same facts and keeps the others apart."""
    for status in (200, 200, 429):
        kept.telemetry.add(ARM_CALLS, method="GET", type="x", status_code=status)
    points = kept.measures[ARM_CALLS.name].data.data_points
    assert sorted((point.attributes["http.response.status_code"], point.value) for point in points) == [
        (200, 2),
        (429, 1),
    ]


@pytest.mark.parametrize("telemetry", [LogTelemetry(), Kept().telemetry], ids=["log", "open"])
def test_log_lines_within_carry_the_ids(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    """Log lines within a span have the incident's id and the sender's, unless the line names its own; then no more."""
    caplog.set_level(logging.INFO, "remediator")
    log = SystemLog()
    with telemetry.span(ADVANCE, incident="i1"), telemetry.span(STEPS[Status.OPEN], correlation=ID, status="OPEN"):
        log.info("working", seconds=1)
        log.info("working", incident="i2")
    log.info("done")
    assert [record.getMessage() for record in caplog.records] == [
        f"working seconds=1 incident=i1 correlation={ID}",
        f"working incident=i2 correlation={ID}",
        "done",
    ]


def test_nothing_is_kept_where_nobody_measures() -> None:
    """The stand-in takes everything and keeps nothing."""
    telemetry: Telemetry = Unmeasured()
    with telemetry.span(ADVANCE, incident="i1") as facts:
        facts["outcome"] = "x"
    telemetry.add(EXPOSURE, 3, rule="none")

"""One id leads from Azure's own log through everything that we say of an incident, and back."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from remediator.adapters.system.telemetry import OpenTelemetry
from remediator.core.measures import METRICS, SPANS
from tests.scenarios.town import Town, links_in

ID = "0f0e0d0c-0b0a-4000-8000-000000000001"
OPERATION = "Microsoft.ContainerRegistry/registries/write"
NEVER = {"remediator.await-merge", "remediator.undo"}
OF_A_SWEEP = {"remediator.sweep", "remediator.missed"}


def test_one_id_from_the_signal_to_the_end(
    town: Callable[[str], Town], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The event's correlation id is in the journal, the mails, the page, the JSON, on each span and log line of the
    steps; every kind of span and measure of a resolved incident was told, and no person in any."""
    spans, reader, tracers = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    told = OpenTelemetry(tracers, MeterProvider([reader]))
    monkeypatch.setattr("remediator.bootstrap.assembly.telemetry", lambda *_: told)
    caplog.set_level(logging.INFO, "remediator")
    place = town("first-incident")
    place.azure.faults.throttle(1, retry_after=0)
    with place.program() as program:
        claims = {"name": "Quartermaster"}
        incident = program.event(place.registry("contosoalbum"), OPERATION, claims, correlationId=ID.upper())
        program.settle()
        (link,) = links_in(place.postbox)
        assert program.decide(link, "quartermaster", "contosoalbum") == 200
        program.settle()
        found = program.incident(incident)
        assert (found["status"], found["correlation"]) == ("RESOLVED", ID)
        assert ID in found["journal"][0]["what"]
        assert f"<code>{ID}</code>" in program.http.get(f"/incidents/{incident}").text
    for number in (1, 2):
        mail = place.postbox.mail(number, timeout=0)
        body = mail.get_body(("plain",)) if mail else None
        assert body is not None
        assert f"correlation {ID}" in body.get_content()
    finished = spans.get_finished_spans()
    assert {span.name for span in finished} == {kind.name for kind in SPANS} - NEVER
    own = [span for span in finished if "remediator.incident" in (span.attributes or {})]
    assert {(span.attributes or {}).get("remediator.correlation") for span in own} == {ID}
    data = reader.get_metrics_data()
    assert data is not None
    names = {metric.name for one in data.resource_metrics for scope in one.scope_metrics for metric in scope.metrics}
    assert names == {metric.name for metric in METRICS} - OF_A_SWEEP
    lines = [record.getMessage() for record in caplog.records if "advancing an incident" in record.getMessage()]
    assert len(lines) > 4
    assert [line for line in lines if f"correlation={ID}" not in line] == []
    everything = "".join(span.to_json() for span in finished) + data.to_json()
    assert [word for word in ("uartermaster", "night@", "token") if word in everything] == []

"""Who wants our spans and measures, by the variables that OpenTelemetry and Azure Monitor define?

Called by `bootstrap` once for a process. The libraries are extras (`remediator[otlp]`, `remediator[azure-monitor]`) and
are imported only where a variable asks for them. Where a host has set OpenTelemetry up already, its providers are used
as they are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from remediator.core.errors import Misconfigured

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import MetricReader
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import TracerProvider

OTLP, AZURE_MONITOR = "otlp", "azure-monitor"
CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"
SERVICE = "remediator"


@dataclass(frozen=True, slots=True)
class Providers:
    """Where tracers and meters come from; `close` sends what is left, and does nothing where they are the host's."""

    tracers: TracerProvider
    meters: MeterProvider
    close: Callable[[], None]


def wanted(environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The exporters that the variables ask for (of this process by default); none of them is imported."""
    known = os.environ if environ is None else environ
    if known.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return ()
    named = [known.get(f"OTEL_{signal}_EXPORTER", "") for signal in ("TRACES", "METRICS")]
    places = ("", "TRACES_", "METRICS_")
    otlp = "otlp" in named or any(known.get(f"OTEL_EXPORTER_OTLP_{place}ENDPOINT") for place in places)
    return ((OTLP,) if otlp else ()) + ((AZURE_MONITOR,) if known.get(CONNECTION) else ())


def of_the_host() -> Providers | None:
    """The providers that a host has set up in this process, None where it has not; imports nothing by itself."""
    if "opentelemetry.sdk.trace" not in sys.modules:
        return None
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.trace import TracerProvider

    tracers = trace.get_tracer_provider()
    if not isinstance(tracers, TracerProvider):
        return None
    return Providers(tracers, metrics.get_meter_provider(), lambda: None)


def set_up(names: tuple[str, ...], environ: Mapping[str, str] | None = None) -> Providers:
    """Providers that lead to these exporters, which other libraries of the process use too.

    `Misconfigured("telemetry-not-installed")` where the libraries of one are missing.
    """
    known = os.environ if environ is None else environ
    try:
        from opentelemetry import metrics, trace
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        made = [_exporters(name, known) for name in names]
    except ImportError as error:
        raise Misconfigured(
            "telemetry-not-installed",
            f"setting up telemetry for {' and '.join(names)}: {error.name or error} is not installed",
            hint=" and ".join(f"install remediator[{name}]" for name in names) + ", or set REMEDIATOR_TELEMETRY to off",
        ) from error
    named = known.get("OTEL_SERVICE_NAME") or "service.name=" in known.get("OTEL_RESOURCE_ATTRIBUTES", "")
    resource = Resource.create({} if named else {"service.name": SERVICE})
    tracers = TracerProvider(resource=resource)
    for spans, _ in made:
        if spans is not None:
            tracers.add_span_processor(BatchSpanProcessor(spans))
    meters = MeterProvider([reader for _, reader in made if reader is not None], resource)
    trace.set_tracer_provider(tracers)
    metrics.set_meter_provider(meters)

    def close() -> None:
        tracers.shutdown()
        meters.shutdown()

    return Providers(tracers, meters, close)


def _exporters(name: str, known: Mapping[str, str]) -> tuple[SpanExporter | None, MetricReader | None]:
    """The exporter of spans and the reader of measures; None where a variable says `none`."""
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader

    if name == OTLP:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        spans = OTLPSpanExporter() if known.get("OTEL_TRACES_EXPORTER") != "none" else None
        wants_measures = known.get("OTEL_METRICS_EXPORTER") != "none"
        return spans, PeriodicExportingMetricReader(OTLPMetricExporter()) if wants_measures else None
    from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter, AzureMonitorTraceExporter

    # A function app's files cannot be relied on; what cannot be sent is lost.
    options: dict[str, Any] = {"connection_string": known[CONNECTION], "disable_offline_storage": True}
    reader = PeriodicExportingMetricReader(AzureMonitorMetricExporter(**options))
    return AzureMonitorTraceExporter(**options), reader

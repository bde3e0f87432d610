"""Who wants spans and measures, and the real exporters against a collector on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from remediator.adapters.system.exporters import wanted
from tests.collector import Collector

ROOT = Path(__file__).parents[3]
CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"
KEY = "00000000-0000-4000-8000-000000000001"
# Take a signal in and go, as a process of its own: providers can be set once in a process.
PROGRAM = """
import sys
BEFORE
from remediator import bootstrap
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource
group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg"
registry = group + "/providers/Microsoft.ContainerRegistry/registries/shop"
with bootstrap.build(bootstrap.settings()) as runtime:
    runtime.take_in(Signal(SignalSource.ALERT, "a", subject=ResourceId(registry)))
sys.stdout.write(" ".join(name for name in sys.modules if name.split(".")[0] == "opentelemetry"))
"""


def run(folder: Path, before: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program with these variables and a fresh store."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "APPLICATIONINSIGHTS_"))}
    quiet = {"APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "True", "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "True"}
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    known = {**kept, **quiet, **nowhere, "REMEDIATOR_DATA_DIR": str(folder), **environ}
    command = [sys.executable, "-c", PROGRAM.replace("BEFORE", before)]
    done = subprocess.run(command, cwd=ROOT, env=known, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.parametrize(
    ("environ", "names"),
    [
        ({}, ()),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"}, ("otlp",)),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://c:4318/v1/metrics"}, ("otlp",)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, ("otlp",)),
        ({"OTEL_METRICS_EXPORTER": "otlp"}, ("otlp",)),
        ({"OTEL_TRACES_EXPORTER": "none"}, ()),
        ({"OTEL_SERVICE_NAME": "x"}, ()),
        ({CONNECTION: f"InstrumentationKey={KEY}"}, ("azure-monitor",)),
        ({CONNECTION: "x", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}, ("otlp", "azure-monitor")),
        ({CONNECTION: "x", "OTEL_SDK_DISABLED": "TRUE"}, ()),
    ],
)
def test_the_standard_variables_decide(environ: dict[str, str], names: tuple[str, ...]) -> None:
    """The variables of OpenTelemetry and of Azure Monitor say which exporters are wanted, and may switch all off."""
    assert wanted(environ) == names


def test_without_a_variable_nothing_is_imported(tmp_path: Path) -> None:
    """Where nobody asks for spans, building the program and taking a signal in imports nothing of OpenTelemetry."""
    assert run(tmp_path).stdout == ""


def test_off_is_off(tmp_path: Path) -> None:
    """`REMEDIATOR_TELEMETRY=off` outranks every other variable."""
    with Collector() as collector:
        done = run(tmp_path, REMEDIATOR_TELEMETRY="off", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert (done.stdout, collector.received) == ("", [])


def test_otlp_reaches_a_collector(tmp_path: Path) -> None:
    """The real OTLP exporter sends what is left when the program ends: the intake's span and the signal's count."""
    with Collector() as collector:
        run(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    (traces,) = collector.bodies("/v1/traces")
    (resource,) = ExportTraceServiceRequest.FromString(traces).resource_spans
    assert {one.key: one.value.string_value for one in resource.resource.attributes}["service.name"] == "remediator"
    assert [span.name for scope in resource.scope_spans for span in scope.spans] == ["remediator.intake"]
    (measures,) = collector.bodies("/v1/metrics")
    (resource_metrics,) = ExportMetricsServiceRequest.FromString(measures).resource_metrics
    names = {metric.name for scope in resource_metrics.scope_metrics for metric in scope.metrics}
    assert names == {"remediator.signals", "remediator.incidents"}


def test_one_signal_can_be_left_out(tmp_path: Path) -> None:
    """`none` leaves spans or measures out of OTLP; a name of the service is kept."""
    with Collector() as collector:
        run(
            tmp_path,
            OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
            OTEL_METRICS_EXPORTER="none",
            OTEL_SERVICE_NAME="mend",
        )
    assert collector.bodies("/v1/metrics") == []
    (traces,) = collector.bodies("/v1/traces")
    (resource,) = ExportTraceServiceRequest.FromString(traces).resource_spans
    assert {one.key: one.value.string_value for one in resource.resource.attributes}["service.name"] == "mend"


def test_azure_monitor_gets_spans_and_measures(tmp_path: Path) -> None:
    """The real Azure Monitor exporter sends both to the connection string's endpoint, under its key."""
    with Collector(answer=b'{"itemsReceived":1,"itemsAccepted":1,"errors":[]}') as collector:
        place = f"InstrumentationKey={KEY};IngestionEndpoint={collector.url}/"
        run(tmp_path, APPLICATIONINSIGHTS_CONNECTION_STRING=place)
    items = [item for body in collector.bodies("/v2.1/track") for item in json.loads(body)]
    assert {item["iKey"] for item in items} >= {KEY}
    told = json.dumps(items)
    assert '"remediator.intake"' in told
    assert '"remediator.signals"' in told


def test_an_exporter_that_is_not_installed(tmp_path: Path) -> None:
    """Without its libraries the program works unmeasured, and its log names what to install."""
    missing = "sys.modules['opentelemetry.exporter.otlp.proto.http.metric_exporter'] = None"
    done = run(tmp_path, missing, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9")
    assert "code=telemetry-not-installed" in done.stderr


def test_what_the_host_has_set_up_is_used(tmp_path: Path) -> None:
    """Where the process has providers already, spans go to them, and no exporter of ours is added."""
    before = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(ConsoleSpanExporter(out=sys.stderr)))
trace.set_tracer_provider(provider)
"""
    with Collector() as collector:
        done = run(tmp_path, before, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert ('"name": "remediator.intake"' in done.stderr, collector.received) == (True, [])

"""Requests to Resource Manager are counted, each try for itself, and nothing secret is told of them."""

from __future__ import annotations

import azure_estate as est
import pytest
from azure.core.exceptions import ServiceRequestError
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.system.telemetry import OpenTelemetry
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import RemediatorError
from remediator.core.measures import OBSERVE
from remediator.core.resource_id import ResourceId
from remediator.ports import Telemetry
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from tests.measuring import Remembered


class Quick(SandboxTransport):
    """Waiting between tries takes no time."""

    def sleep(self, duration: float) -> None:
        """No time passes."""


class Nobody(Quick):
    """No answer ever comes."""

    def send(self, request: object, **_: object) -> object:
        raise ServiceRequestError("nobody at home")


def arm(telemetry: Telemetry, azure: Azure | None = None, transport: type[SandboxTransport] = Quick) -> Arm:
    """A connection whose requests are told of."""
    asked = transport(azure or est.small_azure(est.healthy()))
    return Arm(ArmAccess(SandboxCredential(), AZURE_CHINA, transport=asked, telemetry=telemetry))


def test_a_read_is_one_request() -> None:
    """A read is a span and a count with the kind of resource and the answer's status."""
    told = Remembered()
    arm(told).get(est.ZONE)
    known = {"method": "GET", "type": "Microsoft.Network/privateDnsZones", "status_code": 200}
    assert told.values("remediator.arm.calls") == [(1, known)]
    (span,) = told.named("remediator.arm")
    assert span.facts == {**known, "host": "management.chinacloudapi.cn"}


def test_each_try_counts() -> None:
    """A throttled read that is sent again is several requests and their retries."""
    told, azure = Remembered(), est.small_azure(est.healthy())
    azure.faults.throttle(2, retry_after=3)
    arm(told, azure).get(est.ZONE)
    assert [facts["status_code"] for _, facts in told.values("remediator.arm.calls")] == [429, 429, 200]
    assert told.values("remediator.retries") == [(1, {"what": "arm"})] * 2


def test_no_answer_counts_too() -> None:
    """A request that nobody answers is counted with status 0, and its span has the error."""
    told = Remembered()
    with pytest.raises(RemediatorError):
        arm(told, transport=Nobody).get(est.ZONE)
    assert {facts["status_code"] for _, facts in told.values("remediator.arm.calls")} == {0}
    assert {span.error for span in told.named("remediator.arm")} == {"ServiceRequestError"}


def test_writes_and_polls_count_without_their_query() -> None:
    """The typed clients' writes and the polls of an operation are told of by kind; no address or query is."""
    told, azure = Remembered(), est.small_azure(est.healthy())
    azure.remove(est.LINK)
    after = {"network": est.VNET, "resolutionPolicy": "NxDomainRedirect", "registration": False}
    change = Change(ChangeKind.CREATE_LINK, ResourceId(est.LINK), "link the zone", None, after, "vnet-link")
    connection = arm(told, azure)
    started = AzureApplier(connection, lambda _: connection).start(est.approved(change), change)
    assert started.operation is not None
    connection.ask(started.operation + "&t=secret&s=signature", "following operation")
    kinds = [(facts["method"], facts["type"]) for _, facts in told.values("remediator.arm.calls")]
    assert ("PUT", "Microsoft.Network/privateDnsZones/virtualNetworkLinks") in kinds
    assert kinds[-1][0] == "GET"
    assert "secret" not in repr(told)
    assert "signature" not in repr(told)


def test_requests_of_a_snapshot_belong_to_it() -> None:
    """The requests that eight threads send for one snapshot are spans within that of the snapshot."""
    kept = InMemorySpanExporter()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(kept))
    telemetry = OpenTelemetry(tracers, MeterProvider())
    with telemetry.span(OBSERVE):
        AzureObserver(arm(telemetry), AZURE_CHINA).observe()
    spans = kept.get_finished_spans()
    (whole,) = [span for span in spans if span.name == "remediator.observe"]
    requests = [span for span in spans if span.name == "remediator.arm"]
    assert len(requests) > 8
    assert {span.parent and span.parent.span_id for span in requests} == {whole.context and whole.context.span_id}

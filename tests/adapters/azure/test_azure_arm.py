"""The raw pipeline: pages, throttling, missing api-versions, and a token that stays at home."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import azure_estate as est
import pytest

from remediator.adapters.azure import arm as module
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.polling import USUAL_WAIT, wait_before_next
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured, Stale, Transient
from remediator.sandbox.transport import SandboxCredential, SandboxTransport
from remediator.sandbox.wire import Response

HOME = AZURE_CHINA.resource_manager


class Answers:
    """Stands where the sandbox stands, and answers as the test says."""

    def __init__(self, answer: Callable[[str], Response]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def handle(self, method: str, url: str, headers: Any, body: bytes) -> Response:
        self.asked.append(url)
        return self.answer(url)


class Waits(SandboxTransport):
    """A transport that notes how long it was told to sleep."""

    slept: float = 0.0

    def sleep(self, duration: float) -> None:
        self.slept += duration


def reply(status: int, document: Any = None, **headers: str) -> Response:
    text = document if isinstance(document, str) else json.dumps(document) if document is not None else ""
    return Response(status, {"Content-Type": "application/json", **headers}, text.encode())


def arm_on(answers: Any) -> Arm:
    return Arm(ArmAccess(SandboxCredential(), AZURE_CHINA, transport=SandboxTransport(answers)))


def test_a_list_is_read_to_its_last_page() -> None:
    """Every page behind `nextLink` counts."""
    azure = est.small_azure(est.healthy(), page_size=1)
    assert len(est.arm_of(azure).list_all(f"{est.ZONE}/A")) == 2
    assert len(azure.requests) >= 2


@pytest.mark.parametrize("elsewhere", ["https://evil.example/x", "http://management.chinacloudapi.cn/x", "//x"])
def test_our_token_stays_at_home(elsewhere: str) -> None:
    """Neither a next page nor an operation is asked for at an address that is not Resource Manager's."""
    answers = Answers(lambda url: reply(200, {"value": [], "nextLink": elsewhere}))
    with pytest.raises(Misconfigured, match="azure-elsewhere"):
        arm_on(answers).list_all("/subscriptions")
    with pytest.raises(Misconfigured, match="azure-elsewhere"):
        wait_before_next(arm_on(answers), elsewhere)
    assert len(answers.asked) == 1


def test_throttling_is_waited_out() -> None:
    """A 429 is tried again after the time that it names."""
    azure = est.small_azure(est.healthy())
    azure.faults.throttle(2, retry_after=3)
    transport = Waits(azure)
    arm = Arm(ArmAccess(SandboxCredential(), AZURE_CHINA, transport=transport))
    assert arm.get(est.ZONE)["name"] == "privatelink.azurecr.cn"
    assert transport.slept == 6


def test_a_long_wait_is_handed_to_the_caller() -> None:
    """A Retry-After beyond what a run may sleep is raised as Transient at once."""
    azure = est.small_azure(est.healthy())
    azure.faults.throttle(1, retry_after=600)
    with pytest.raises(Transient) as caught:
        est.arm_of(azure).get(est.ZONE)
    assert caught.value.retry_after == 600
    assert len(azure.requests) == 1


@pytest.mark.parametrize(
    ("code", "message", "chosen"),
    [
        (
            "NoRegisteredProviderFound",
            "No registered resource provider found for location 'chinanorth3' and API version '2024-06-01' for type "
            "'privateDnsZones'. The supported api-versions are '2018-09-01, 2020-06-01, 2020-01-01'. The supported "
            "locations are 'global'.",
            "2020-06-01",
        ),
        (
            "InvalidResourceType",
            "The resource type 'privateDnsZones' could not be found in the namespace 'Microsoft.Network' for api "
            "version '2024-06-01'. The supported api-versions are '2018-09-01,2023-07-01-preview'.",
            "2018-09-01",
        ),
    ],
)
def test_an_older_version_is_used_where_the_cloud_lacks_ours(code: str, message: str, chosen: str) -> None:
    """The newest stable version that the refusal names is tried once, and used from then on."""

    def answer(url: str) -> Response:
        if f"api-version={chosen}" in url:
            return reply(200, {"id": est.ZONE})
        return reply(400, {"error": {"code": code, "message": message}})

    answers = Answers(answer)
    arm = arm_on(answers)
    assert arm.get(est.ZONE) == arm.get(est.ZONE) == {"id": est.ZONE}
    assert [url.partition("api-version=")[2] for url in answers.asked] == ["2024-06-01", chosen, chosen]
    assert arm.version("microsoft.network/PRIVATEDNSZONES") == chosen


def test_private_zones_are_read_with_a_version_that_shows_the_policy() -> None:
    """`resolutionPolicy` needs 2024-06-01 on zones, links and records (azure-facts 3.5)."""
    arm = arm_on(Answers(lambda url: reply(200, {})))
    for kind in ("privateDnsZones", "privateDnsZones/virtualNetworkLinks", "privateDnsZones/A"):
        assert arm.version(f"Microsoft.Network/{kind}") >= "2024-06-01"
    assert arm.version("Microsoft.Network/privateDnsZonesOfTomorrow") == module.VERSIONS["microsoft.network"]


def test_odd_names_survive_the_path() -> None:
    """Spaces and non-ASCII letters in names are escaped, and braces are no template."""
    answers = Answers(lambda url: reply(200, {}))
    arm_on(answers).get("/subscriptions/s/resourceGroups/rg é {x}/providers/Microsoft.Network/privateDnsZones/z/A/*")
    assert "/rg%20%C3%A9%20%7Bx%7D/" in answers.asked[0]
    assert "/A/*?" in answers.asked[0]


def test_what_is_not_there_is_stale() -> None:
    """A 404 is Stale and carries Azure's code."""
    with pytest.raises(Stale) as caught:
        est.arm_of(est.small_azure(est.networks())).get(est.ZONE)
    assert caught.value.context["azure_code"] == "ResourceNotFound"


@pytest.mark.parametrize("document", ["<html>proxy</html>", [], 7, {"value": 3}, {"value": None}])
def test_an_answer_that_is_no_list_is_transient(document: Any) -> None:
    """A proxy's page or another shape is never an empty list."""
    with pytest.raises(Transient):
        arm_on(Answers(lambda url: reply(200, document))).list_all("/subscriptions")


POLL = f"{HOME}/subscriptions/s/providers/Microsoft.Network/locations/x/operations/1?t=1&c=2"


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (reply(200, {"status": "Succeeded"}), None),
        (reply(200, {"status": "InProgress"}, **{"Retry-After": "7"}), 7.0),
        (reply(200, {"status": "InProgress"}, **{"Retry-After": "0"}), USUAL_WAIT),
        (reply(200, {"status": "Creating"}), USUAL_WAIT),
        (reply(200, {"id": "/r", "properties": {"provisioningState": "Succeeded"}}), None),
        (reply(200, {"id": "/r", "properties": {"provisioningState": "Updating"}}), USUAL_WAIT),
        (reply(200, {"id": "/r", "properties": {}}), None),
        (reply(202, None, **{"Retry-After": "5"}), 5.0),
        (reply(200), None),
        (reply(204), None),
        (reply(404, {"error": {"code": "NotFound", "message": "unknown operation"}}), None),
        (reply(410, {"error": {"code": "Gone", "message": "forgotten"}}), None),
    ],
)
def test_polling_tells_how_long_to_wait(answer: Response, wait: float | None) -> None:
    """Over, or how many seconds until the next look; two where Azure names none. The address is kept verbatim."""
    answers = Answers(lambda url: answer)
    assert wait_before_next(arm_on(answers), POLL) == wait
    assert answers.asked == [POLL]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"status": "Failed", "error": {"code": "PreconditionFailed", "message": "changed"}}, Transient),
        ({"status": "Failed", "error": {"code": "SubnetIsFull", "message": "full"}}, Misconfigured),
        ({"status": "Canceled"}, Misconfigured),
        ({"status": "Failed", "error": {"code": "InternalServerError", "message": "sorry"}}, Transient),
        ({"id": "/r", "properties": {"provisioningState": "Failed"}}, Misconfigured),
    ],
)
def test_a_failed_operation_raises_what_it_failed_with(body: Any, kind: type[Exception]) -> None:
    """HTTP 200 with status Failed is a failure, and its code says of which kind. The secret query stays out."""
    with pytest.raises(kind) as caught:
        wait_before_next(arm_on(Answers(lambda url: reply(200, body))), POLL)
    assert "t=1" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(200, {"status": "Failed", "error": {"code": "InternalServerError"}}), "operation-failed"),
        (reply(200, {"status": "Canceled", "error": {"code": "OperationPreempted"}}), "operation-failed"),
        (reply(503, {"error": {"code": "ServiceUnavailable"}}), "azure-unavailable"),
        (reply(409, {"error": {"code": "AnotherOperationInProgress"}}), "azure-busy"),
    ],
)
def test_a_failed_operation_is_told_from_a_failed_question(answer: Response, code: str) -> None:
    """An operation that ended badly has a code of its own; where only the question failed it may still go on."""
    with pytest.raises(Transient) as caught:
        wait_before_next(arm_on(Answers(lambda url: answer)), POLL)
    assert caught.value.code == code


def test_reading_loads_no_typed_client() -> None:
    """Observing imports no azure-mgmt package but the core, and no azure-identity: that is the cold start."""
    code = (
        "import sys, remediator.adapters.azure.observer, remediator.adapters.azure.applier, "
        "remediator.adapters.azure.credentials\n"
        "heavy = ('azure.mgmt.network', 'azure.mgmt.privatedns', 'azure.mgmt.containerregistry', 'azure.identity')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"

"""The wire: tokens, versions, scopes, refusals, pages."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load, names
from remediator.sandbox.routes import ROUTES

from .conftest import ALBUM, APP, REGISTRY, SUB, VNET, ZONE, Story, story_of


def code(response: Any) -> str:
    document = json.loads(response.body)
    return str(document.get("error", document)["code"])


def test_without_a_token_arm_answers_401_with_a_challenge(story: Story) -> None:
    """A request without Authorization gets 401 AuthenticationFailed and WWW-Authenticate."""
    answer = story.azure.handle("GET", "https://m/subscriptions?api-version=2022-12-01", {}, b"")
    assert (answer.status, code(answer)) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")


def test_cloud_metadata_needs_no_token(story: Story) -> None:
    """/metadata/endpoints is an object since 2022-09-01 and a list at 2019-05-01, without a token."""
    new = story.azure.handle("GET", "https://m/metadata/endpoints?api-version=2022-09-01", {}, b"")
    old = story.azure.handle("GET", "https://m/metadata/endpoints?api-version=2019-05-01", {}, b"")
    assert json.loads(new.body)["suffixes"]["acrLoginServer"] == "azurecr.cn"
    assert json.loads(old.body)[0]["resourceManager"] == "https://m"


@pytest.mark.parametrize(
    ("path", "version", "status", "expected"),
    [
        (REGISTRY, "", 400, "MissingApiVersionParameter"),
        (REGISTRY, "latest", 400, "InvalidApiVersionParameter"),
        ("/subscriptions/nowhere/resourceGroups", "2022-12-01", 404, "SubscriptionNotFound"),
        (f"/subscriptions/{SUB}/resourceGroups/nope", "2022-12-01", 404, "ResourceGroupNotFound"),
        (f"{ALBUM}/Microsoft.Network/privateEndpoints/x", "2024-01-01", 404, "ResourceNotFound"),
        (f"{ZONE}/virtualNetworkLinks", "2024-06-01", 404, "ParentResourceNotFound"),
        (f"{ALBUM}/Microsoft.Batch/batchAccounts/x", "2024-06-01", 501, "NotImplementedInSandbox"),
    ],
)
def test_refusals_name_their_cause(story: Story, path: str, version: str, status: int, expected: str) -> None:
    """Each kind of wrong path has ARM's own status and code; an unknown route is 501, never a silent success."""
    answer = story.raw("GET", path, version=version)
    assert (answer.status, code(answer)) == (status, expected)


def test_ids_are_compared_without_case_and_keep_theirs(story: Story) -> None:
    """A path in lower case finds the resource, whose id keeps its casing."""
    answer = story.raw("GET", REGISTRY.lower())
    assert json.loads(answer.body)["id"] == REGISTRY


def test_broken_json_is_refused(story: Story) -> None:
    """A body that is not JSON gets 400 InvalidRequestContent."""
    assert code(story.raw("PATCH", REGISTRY, b"{")) == "InvalidRequestContent"


def test_lists_come_in_pages(story: Story) -> None:
    """With a page size, lists carry nextLink and the client follows it to the end."""
    story.azure.page_size = 1
    assert [one.name for one in story.acr.registries.list()] == ["contosoalbum", "contosocatalog"]
    assert "nextLink" in json.loads(story.raw("GET", f"/subscriptions/{SUB}/resources").body)


def test_resources_are_listed_by_type(story: Story) -> None:
    """$filter=resourceType eq '…' narrows /resources; children are not listed there."""
    path = f"/subscriptions/{SUB}/resources?$filter=resourceType%20eq%20'Microsoft.Network/virtualNetworks'"
    rows = json.loads(story.raw("GET", path).body)["value"]
    assert [row["name"] for row in rows] == ["vnet-album", "vnet-catalog"]


def test_a_stub_answers_with_its_error_and_is_left_out_of_lists() -> None:
    """An unreadable resource gives its own error on GET, its children too, and is missing from lists."""
    estate = load("first-incident")
    stub = {"id": REGISTRY, "type": "Microsoft.ContainerRegistry/registries"}
    stub["error"] = {"code": "AuthorizationFailed", "message": "no"}
    estate["resources"] = [r for r in estate["resources"] if not r["id"].startswith(REGISTRY)] + [stub]
    story = story_of(Azure.from_estate(estate))
    with pytest.raises(HttpResponseError) as refused:
        story.acr.registries.get("rg-album", "contosoalbum")
    assert refused.value.status_code == 403
    assert [one.name for one in story.acr.registries.list()] == ["contosocatalog"]
    assert story.raw("GET", f"{REGISTRY}/replications").status == 403
    assert stub in story.azure.estate()["resources"]


def test_children_may_stand_inline_alone_or_both() -> None:
    """A child given inline only, or on its own only, is found on its own and shown in its parent."""
    estate = load("first-incident")
    network = next(r for r in estate["resources"] if r["id"] == VNET)
    alone = network["properties"]["subnets"].pop()
    azure = Azure.from_estate({**estate, "resources": [*estate["resources"], alone]})
    shown = azure.resource(VNET)
    assert shown is not None
    assert [one["name"] for one in shown["properties"]["subnets"]] == ["snet-environment", "snet-endpoints"]
    assert azure.resource(f"{VNET}/subnets/snet-environment") is not None


def test_a_resource_of_its_own_outranks_its_inline_copy() -> None:
    """Where a child stands twice, the body on its own counts, also inside the parent."""
    estate = load("first-incident")
    child: dict[str, Any] = {"id": f"{VNET}/subnets/snet-endpoints", "name": "snet-endpoints"}
    child["properties"] = {"addressPrefix": "10.40.9.0/24", "delegations": []}
    for resources in ([*estate["resources"], child], [child, *estate["resources"]]):
        shown = Azure.from_estate({**estate, "resources": resources}).resource(VNET)
        assert shown is not None
        prefixes = {one["name"]: one["properties"]["addressPrefix"] for one in shown["properties"]["subnets"]}
        assert prefixes == {"snet-environment": "10.40.0.0/23", "snet-endpoints": "10.40.9.0/24"}


def test_a_change_from_behind_replaces_inline_children(story: Story) -> None:
    """put() of a body that lists its children drops those that are not in the list."""
    story.change(VNET, lambda body: body["properties"]["subnets"].pop())
    assert story.azure.resource(f"{VNET}/subnets/snet-endpoints") is None
    assert story.azure.resource(f"{VNET}/subnets/snet-environment") is not None


def test_threads_may_share_one_azure(story: Story) -> None:
    """Endpoints made from many threads at once all get addresses of their own."""
    story.azure.world.operation_polls = 0
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda at: story.endpoint(f"pe-{at}"), range(8)))
    finally:
        sys.setswitchinterval(usual)
    taken = [
        part["properties"]["privateIPAddress"]
        for at in range(8)
        for part in story.nic(f"pe-{at}")["properties"]["ipConfigurations"]
    ]
    assert len(set(taken)) == 16


def test_an_exported_estate_loads_again(story: Story) -> None:
    """estate() of a mended world gives the same world again, in which the app still pulls."""
    story.mend()
    exported = story.azure.estate()
    again = story_of(Azure.from_estate(json.loads(json.dumps(exported))))
    by_id = {body["id"]: body for body in exported["resources"]}
    assert {body["id"]: body for body in again.azure.estate()["resources"]} == by_id
    assert again.plane.pull_app(APP).ok


def test_refuse_hides_from_lists_and_refuses_reads(story: Story) -> None:
    """An injected refusal by id prefix refuses GET with 403 and drops the resource from subscription lists."""
    story.azure.faults.refuse(ALBUM.rsplit("/", 1)[0])
    assert [one.name for one in story.acr.registries.list()] == ["contosocatalog"]
    with pytest.raises(HttpResponseError) as refused:
        story.acr.registries.get("rg-album", "contosoalbum")
    assert "does not have authorization to perform action" in str(refused.value)


def test_refuse_a_type_for_writes_only(story: Story) -> None:
    """A refusal by type can be narrowed to verbs: reads pass, writes are refused."""
    story.azure.faults.refuse("Microsoft.ContainerRegistry/registries", methods=("PATCH",))
    story.acr.registries.get("rg-album", "contosoalbum")
    with pytest.raises(HttpResponseError):
        story.acr.registries.begin_update("rg-album", "contosoalbum", {"tags": {}})
    assert story.azure.writes == []


def test_throttling_says_when_to_come_back(story: Story) -> None:
    """A throttled request gets 429 with Retry-After; the client's own retry then succeeds."""
    story.azure.faults.throttle(1, retry_after=7)
    assert story.raw("GET", REGISTRY).headers["Retry-After"] == "7"
    story.azure.faults.throttle(2)
    assert story.acr.registries.get("rg-album", "contosoalbum").name == "contosoalbum"


def test_the_hook_runs_after_the_write(story: Story) -> None:
    """on_write is called once the write is in the state, so that a test can kill the writer right there."""

    def die(method: str, path: str) -> None:
        raise KeyboardInterrupt(f"{method} {path}")

    story.azure.faults.on_write = die
    with pytest.raises(KeyboardInterrupt):
        story.dns.private_zones.begin_create_or_update("rg-album", "privatelink.azurecr.cn", {"location": "global"})
    assert story.azure.resource(ZONE) is not None


def test_requests_and_accepted_writes_are_counted(story: Story) -> None:
    """`requests` has everything, `writes` only what was accepted."""
    story.raw("GET", REGISTRY)
    story.raw("DELETE", f"{ALBUM}/Microsoft.Web/sites/x")
    story.acr.registries.begin_update("rg-album", "contosoalbum", {"tags": {"a": "b"}}).result()
    assert story.azure.writes == [("PATCH", REGISTRY)]
    assert ("GET", REGISTRY) in story.azure.requests


def test_an_unauthenticated_client_is_told_so(story: Story) -> None:
    """The real client turns the 401 into ClientAuthenticationError."""
    from azure.core.rest import HttpRequest
    from azure.mgmt.core import ARMPipelineClient

    from remediator.sandbox.transport import SandboxTransport

    client = ARMPipelineClient("https://m", policies=[], transport=SandboxTransport(story.azure))
    answer = client.send_request(HttpRequest("GET", client.format_url(f"{REGISTRY}?api-version=2023-07-01")))
    assert issubclass(ClientAuthenticationError, HttpResponseError)
    assert answer.status_code == 401


def test_every_family_is_documented() -> None:
    """docs/sandbox.md names every estate that comes along and every resource type that has a route."""
    page = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text(encoding="utf-8").lower()
    words = {kind.rsplit("/", 1)[-1] for _, kind, _ in ROUTES}
    assert {word for word in words if word not in page} == set()
    assert {name for name in names() if f"`{name}`" not in page} == set()

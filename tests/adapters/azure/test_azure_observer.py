"""What the observer reads, how often it asks, and what becomes of what it may not read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import azure_estate as est
import azure_surroundings as around
import pytest
from azure.core.exceptions import ClientAuthenticationError

from remediator.adapters.azure import observer as module
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.estate.estate_file import EstateObserver, dump
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Misconfigured
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown
from remediator.facts import snapshot_from, snapshot_of
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxTransport

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"
LISTS = 13


def observed(azure: Azure, *subscriptions: str) -> Snapshot:
    return AzureObserver(est.arm_of(azure), AZURE_CHINA, subscriptions).observe()


def elsewhere(text: str) -> str:
    return text.replace(SUBSCRIPTION, OTHER)


def moved(resources: list[est.Body], *parts: str) -> list[est.Body]:
    """The same estate with the resources that these parts name in another subscription."""
    import json

    text = json.dumps(resources)
    for part in parts:
        text = text.replace(part, elsewhere(part))
    return list(json.loads(text))


def test_a_live_estate_is_read_as_its_file_is() -> None:
    """Observing a served estate and reading its file give one snapshot."""
    azure = est.small_azure(around.surrounded())
    from_file = snapshot_from(azure.estate()["resources"], AZURE_CHINA)
    assert repr(observed(azure)) == repr(from_file)
    assert "Unknown" not in repr(from_file)


def test_requests_grow_with_lists_and_not_with_records() -> None:
    """One request for the subscriptions, one for each list, four for the children; a hundred records add none."""
    azure = est.small_azure(est.healthy())
    observed(azure)
    assert len(azure.requests) == 1 + LISTS + 4
    for number in range(100):
        azure.put(est.record("10.0.0.1", rid=f"{est.ZONE}/A/other{number}"))
    azure.requests.clear()
    snapshot = observed(azure)
    assert len(azure.requests) == 1 + LISTS + 4
    (zone,) = snapshot.zones.values()
    assert len(zone.records) == 102  # type: ignore[arg-type]


@pytest.mark.parametrize("far", [(), (est.ENDPOINT, est.NIC), (est.ZONE,), (est.HUB,), (est.VNET,), (est.ENVIRONMENT,)])
def test_there_are_at_most_four_rounds_and_nothing_is_asked_twice(
    far: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever lies in a subscription that is not listed: at most four dependent rounds, each address once."""
    rounds: list[int] = []

    class Counting(ThreadPoolExecutor):
        def map(self, work: Any, *over: Any, **options: Any) -> Any:
            todo = list(over[0])
            if todo:
                rounds.append(len(todo))
            return super().map(work, todo, **options)

    monkeypatch.setattr(module, "ThreadPoolExecutor", Counting)
    azure = est.small_azure(moved(est.healthy(), *far))
    snapshot = observed(azure, SUBSCRIPTION)
    assert len(azure.requests) == len(set(azure.requests)) == sum(rounds)
    assert len(rounds) <= 3  # and one for the subscriptions, which were given here
    found = (snapshot.registries, snapshot.endpoints, snapshot.zones, snapshot.networks, snapshot.environments)
    assert [len(part) for part in found] == [1, 1, 1, 2, 1]
    assert "Unknown" not in repr(snapshot)


@pytest.mark.parametrize(
    "kind",
    [
        "Microsoft.ContainerRegistry/registries",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.App/managedEnvironments",
        "Microsoft.App/containerApps",
        "Microsoft.App/jobs",
        "Microsoft.Network/routeTables",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/dnsResolvers",
        "Microsoft.Network/dnsForwardingRulesets",
        "Microsoft.Authorization/roleAssignments",
    ],
)
def test_a_list_that_may_not_be_read_is_a_gap(kind: str) -> None:
    """A refused list makes it unknown whether there are more of the kind."""
    azure = est.small_azure(est.healthy())
    azure.faults.refuse(kind)
    snapshot = observed(azure)
    assert [gap.resource_type for gap in snapshot.gaps] == [kind]
    assert "AuthorizationFailed" in snapshot.unknown_of_type(kind)[0].reason


@pytest.mark.parametrize(
    ("collection", "where"),
    [
        (f"{est.ZONE}/virtualNetworkLinks", lambda s: s.zones[ResourceId(est.ZONE)].links),
        (f"{est.ZONE}/A", lambda s: s.zones[ResourceId(est.ZONE)].records),
        (f"{est.ENDPOINT}/privateDnsZoneGroups", lambda s: s.endpoints[ResourceId(est.ENDPOINT)].zone_groups),
        (f"{est.REGISTRY}/replications", lambda s: s.registries[ResourceId(est.REGISTRY)].regions),
    ],
)
def test_children_that_may_not_be_listed_are_unknown(collection: str, where: Any) -> None:
    """A refused child list is Unknown in its parent, and nothing else is."""
    azure = est.small_azure(est.healthy())
    azure.faults.refuse(collection)
    snapshot = observed(azure)
    assert isinstance(where(snapshot), Unknown)
    assert repr(snapshot).count("Unknown(") == 1


def test_a_reference_that_may_not_be_read_is_unknown() -> None:
    """A hub in a subscription without rights is Unknown, with Azure's words."""
    azure = est.small_azure(moved(est.healthy(), est.HUB))
    azure.faults.refuse(elsewhere(est.HUB))
    snapshot = observed(azure, SUBSCRIPTION)
    found = snapshot.look_up(snapshot.networks, ResourceId(elsewhere(est.HUB)))
    assert isinstance(found, Unknown)
    assert found.reason.startswith(
        "reading vnet-hub (Microsoft.Network/virtualNetworks): AuthorizationFailed: The client 'sandbox' with"
    )


def test_a_reference_that_leads_nowhere_is_gone() -> None:
    """A peering's network that answers 404 is known to be gone."""
    azure = est.small_azure(est.healthy())
    azure.remove(est.HUB)
    azure.put(est.peering(est.PEERING, est.HUB))
    snapshot = observed(azure)
    assert snapshot.look_up(snapshot.networks, ResourceId(est.HUB)) is None


@pytest.mark.parametrize(
    ("code", "gone"), [("ManagedEnvironmentNotFound", True), ("EntityNotFound", True), ("SubscriptionNotFound", False)]
)
def test_each_provider_has_its_own_word_for_gone(code: str, gone: bool) -> None:
    """Any 404 for a resource says that it is gone, but not a subscription that we cannot see."""
    azure = est.small_azure(moved(est.healthy(), est.ENVIRONMENT))
    azure.faults.refuse(elsewhere(est.ENVIRONMENT), code, 404)
    snapshot = observed(azure, SUBSCRIPTION)
    found = snapshot.look_up(snapshot.environments, ResourceId(elsewhere(est.ENVIRONMENT)))
    assert found is None if gone else isinstance(found, Unknown)


def test_a_provider_that_is_not_registered_holds_nothing() -> None:
    """A subscription that does not use Container Apps has no apps, rather than unknown ones."""
    azure = est.small_azure(est.healthy())
    azure.faults.refuse("Microsoft.App/jobs", "MissingSubscriptionRegistration", 409)
    snapshot = observed(azure)
    assert (snapshot.gaps, len(snapshot.consumers)) == ((), 1)


def test_throttling_does_not_make_anything_unknown() -> None:
    """429 answers are waited out."""
    azure = est.small_azure(est.healthy())
    azure.faults.throttle(5)
    assert "Unknown" not in repr(observed(azure))


def test_a_basic_registry_is_not_asked_for_replications() -> None:
    """Only Premium registries can have replications."""
    azure = est.small_azure([est.registry(est.BASIC, "Basic")])
    observed(azure)
    assert not [path for _, path in azure.requests if "replications" in path]


def test_networks_are_followed_from_where_apps_and_endpoints_are() -> None:
    """The peers of an app's network are read; a network that only others are peered with is not."""
    far = f"{elsewhere(est.NET)}/virtualNetworks/vnet-far"
    azure = est.small_azure([*est.networks(), est.network(far, "10.3.0.0/16"), est.peering(est.HUB_PEERING, far)])
    observed(azure, SUBSCRIPTION)
    assert not [path for _, path in azure.requests if path.endswith("vnet-far")]


def test_without_a_token_there_is_no_snapshot() -> None:
    """When signing in fails the observer says so, instead of a snapshot in which everything is unknown."""

    class NoIdentity:
        def get_token(self, *scopes: str, **options: Any) -> Any:
            raise ClientAuthenticationError("no managed identity endpoint")

    transport = SandboxTransport(est.small_azure(est.healthy()))
    arm = Arm(ArmAccess(NoIdentity(), AZURE_CHINA, transport=transport))
    for subscriptions in ((), (SUBSCRIPTION,)):
        with pytest.raises(Misconfigured, match="azure-no-credential"):
            AzureObserver(arm, AZURE_CHINA, subscriptions).observe()


def test_a_body_of_another_shape_does_not_stop_the_rest() -> None:
    """An environment that makes no sense is Unknown, and everything else is read."""
    azure = est.small_azure(est.healthy())
    odd = est.body(est.ENVIRONMENT, {"vnetConfiguration": 7}, location="chinanorth3")
    azure.put(odd)
    azure.put(est.body(f"{est.NET}/privateEndpoints/odd", {"privateLinkServiceConnections": [{"properties": 7}]}))
    snapshot = observed(azure)
    assert {rid.name for rid in snapshot.unreadable} == {"cae-shop", "odd"}
    assert len(snapshot.endpoints) == len(snapshot.zones) == 1


def test_raw_bodies_are_kept_whole() -> None:
    """`observe_raw` hands out the bodies as Azure gave them, fields that we do not know included."""
    raw = AzureObserver(est.arm_of(est.small_azure(est.healthy())), AZURE_CHINA).observe_raw()
    assert raw.gaps == ()
    assert {r["id"] for r in raw.resources} >= {est.REGISTRY, est.RECORD, est.LINK, est.ZONE_GROUP, est.NIC, est.APP}
    assert next(r for r in raw.resources if r["id"] == est.REGISTRY)["properties"]["adminUserEnabled"] is False


def test_an_export_says_what_was_not_readable() -> None:
    """An estate that was dumped from a live read gives the same snapshot, gaps and Unknowns included."""
    azure = est.small_azure(est.healthy())
    azure.faults.refuse("Microsoft.App/jobs")
    azure.faults.refuse(f"{est.ZONE}/virtualNetworkLinks")
    raw = AzureObserver(est.arm_of(azure), AZURE_CHINA).observe_raw()
    live, read = snapshot_of(raw, AZURE_CHINA), EstateObserver(dump(raw, AZURE_CHINA)).observe()
    assert (read.zones, read.consumers, read.unreadable) == (live.zones, live.consumers, live.unreadable)
    assert [(g.scope, g.resource_type) for g in read.gaps] == [(g.scope, g.resource_type) for g in live.gaps]
    assert isinstance(read.zones[ResourceId(est.ZONE)].links, Unknown)

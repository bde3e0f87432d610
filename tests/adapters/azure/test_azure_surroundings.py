"""What the observer reads of egress, DNS forwarding and access, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import azure_estate as est
import azure_surroundings as around
import pytest

from remediator.adapters.azure.egress_places import egress_places
from remediator.adapters.azure.found import Found
from remediator.adapters.azure.observer import AzureObserver
from remediator.adapters.estate.estate_file import EstateObserver, dump
from remediator.core.access import RoleAssignment
from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown
from remediator.facts import RawEstate, snapshot_of
from remediator.sandbox.azure import Azure

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"
ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"


def raw(azure: Azure, *subscriptions: str) -> RawEstate:
    return AzureObserver(est.arm_of(azure), AZURE_CHINA, subscriptions).observe_raw()


def observed(azure: Azure, *subscriptions: str) -> Snapshot:
    return snapshot_of(raw(azure, *subscriptions), AZURE_CHINA)


def paths(azure: Azure, part: str) -> list[str]:
    return [path for _, path in azure.requests if part.lower() in path.lower()]


def found(estate: list[est.Body]) -> Found:
    bodies = Found()
    bodies.add(estate)
    return bodies


def egress_environment(**held: Any) -> est.Body:
    network = {"infrastructureSubnetId": around.APP_SUBNET}
    return est.body(est.ENVIRONMENT, {"vnetConfiguration": network, **held}, location="chinanorth3")


def elsewhere(rid: str) -> str:
    return rid.replace(SUBSCRIPTION, OTHER)


def test_nothing_of_egress_is_asked_for_where_nobody_refers_to_it() -> None:
    """An estate without NAT gateway, appliance and address rules costs no request for them."""
    azure = est.small_azure([*est.healthy(), *around.nat(), *around.firewall()[1:]])
    snapshot = observed(azure)
    assert paths(azure, "natGateways") + paths(azure, "publicIP") + paths(azure, "azureFirewalls") == []
    assert (snapshot.nat_gateways, snapshot.firewalls, snapshot.load_balancers) == ({}, {}, {})


def test_the_nat_gateway_of_an_environment_is_followed_to_its_addresses() -> None:
    """Two dependent reads: the gateway, then its address."""
    snapshot = observed(est.small_azure(around.surrounded()))
    assert snapshot.nat_gateways[ResourceId(around.NAT)].addresses == ("20.205.1.20",)


def test_an_address_that_may_not_be_read_is_unknown() -> None:
    """A refused public address leaves the gateway's addresses Unknown."""
    azure = est.small_azure(around.surrounded())
    azure.faults.refuse(around.NAT_ADDRESS)
    assert isinstance(observed(azure).nat_gateways[ResourceId(around.NAT)].addresses, Unknown)


def test_a_firewall_is_found_by_the_route_that_names_it() -> None:
    """The route's next hop lies in the hub: the firewalls of the hub's subscription are listed once."""
    estate = [egress_environment(), *around.networks(routeTable=around.ROUTES), *around.firewall()]
    azure = est.small_azure([*estate, est.network(elsewhere(est.HUB), "10.9.0.0/16")])
    snapshot = observed(azure)
    assert paths(azure, "azureFirewalls") == [
        f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/azureFirewalls"
    ]
    hub = snapshot.firewalls[ResourceId(around.FIREWALL)]
    assert (hub.private_addresses, hub.addresses) == (("10.0.0.68",), ("20.205.1.21",))


def test_firewalls_that_may_not_be_listed_are_unknown() -> None:
    """A refused list of firewalls is a gap of their type."""
    estate = [egress_environment(), *around.networks(routeTable=around.ROUTES), *around.firewall()]
    azure = est.small_azure(estate)
    azure.faults.refuse("Microsoft.Network/azureFirewalls")
    assert observed(azure).unknown_of_type("Microsoft.Network/azureFirewalls")


@pytest.mark.parametrize(
    ("properties", "group", "subnet", "asked"),
    [
        ({"networkRuleSet": {"defaultAction": "Allow", "ipRules": [{"value": "20.1.1.1"}]}}, "ME_cae-shop", {}, True),
        ({"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Deny"}}, "ME_cae-shop", {}, True),
        ({"networkRuleSet": {"defaultAction": "Deny"}}, "ME_cae-shop", {}, False),
        ({"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Deny"}}, None, {}, False),
        (
            {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Deny"}},
            "ME_cae-shop",
            {"natGateway": around.NAT},
            False,
        ),
    ],
)
def test_load_balancers_are_listed_where_their_address_may_be_admitted(
    properties: Any, group: str | None, subnet: dict[str, str], asked: bool
) -> None:
    """Only while a registry admits addresses and the environment names a group and has no NAT gateway."""
    estate = [
        est.registry(**properties),
        egress_environment(infrastructureResourceGroup=group),
        *around.networks(**subnet),
    ]
    places = egress_places(found(estate))
    lists = [place.path.text for place in places if place.path.is_a("Microsoft.Network/loadBalancers")]
    assert lists == ([f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/loadBalancers"] if asked else [])


def test_an_environment_without_a_network_has_no_load_balancer_that_counts() -> None:
    """Its egress is Microsoft's own, whatever group it names."""
    registry = est.registry(publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Deny"})
    environment = egress_environment(infrastructureResourceGroup="ME_cae-shop", vnetConfiguration=None)
    assert list(egress_places(found([registry, environment]))) == []


def test_only_addresses_of_an_environments_load_balancer_are_followed() -> None:
    """Of the load balancers of a subscription only those in an environment's group matter."""
    stranger = {**around.balancer(), "id": around.BALANCER.replace("ME_cae-shop", "MC_aks")}
    environment = egress_environment(infrastructureResourceGroup="me_cae-shop")
    for balancer, followed in ((around.balancer(), True), (stranger, False)):
        estate = [environment, *around.networks(), balancer]
        places = {place.path.text for place in egress_places(found(estate))}
        assert (around.BALANCER_ADDRESS in places) is followed


def test_resolvers_and_rulesets_are_read_with_their_children() -> None:
    """One list of each kind in the subscription, one for the endpoints, one each for rules and links."""
    azure = est.small_azure(around.surrounded())
    snapshot = observed(azure)
    (endpoint,) = snapshot.inbound_endpoints.values()  # type: ignore[union-attr]
    (ruleset,) = snapshot.rulesets.values()  # type: ignore[union-attr]
    assert (endpoint.network, endpoint.addresses) == (ResourceId(est.HUB), ("10.0.0.4",))
    assert (ruleset.rules[0].domain, ruleset.networks) == ("azurecr.cn", (ResourceId(est.VNET),))
    assert len(paths(azure, "dnsResolvers")) == 2
    assert len(paths(azure, "dnsForwardingRulesets")) == 3


def test_a_list_that_holds_none_is_knowledge() -> None:
    """A live estate without resolvers, rulesets and role assignments is known to have none."""
    snapshot = observed(est.small_azure(est.healthy()))
    assert (snapshot.inbound_endpoints, snapshot.rulesets, snapshot.role_assignments) == ({}, {}, ())


@pytest.mark.parametrize(
    ("refused", "where"),
    [
        (f"{around.RESOLVER}/inboundEndpoints", "inbound_endpoints"),
        (f"{around.RULESET}/forwardingRules", "rulesets"),
        (f"{around.RULESET}/virtualNetworkLinks", "rulesets"),
        (ASSIGNMENTS, "role_assignments"),
    ],
)
def test_a_refusal_makes_the_kind_unknown_live_and_exported(refused: str, where: str) -> None:
    """What may not be listed is Unknown with Azure's words, also after an export."""
    azure = est.small_azure(around.surrounded())
    azure.faults.refuse(refused)
    read = raw(azure)
    for snapshot in (snapshot_of(read, AZURE_CHINA), EstateObserver(dump(read, AZURE_CHINA)).observe()):
        kind = getattr(snapshot, where)
        assert isinstance(kind, Unknown)
        assert "AuthorizationFailed" in kind.reason


@pytest.mark.parametrize(
    "code", ["InvalidResourceType", "NoRegisteredProviderFound", "MissingSubscriptionRegistration"]
)
def test_a_type_that_a_cloud_does_not_have_has_no_resources(code: str) -> None:
    """Where DNS resolvers and rulesets do not exist there are none; a registry list with that answer stays unknown."""
    azure = est.small_azure(est.healthy())
    for kind in ("Microsoft.Network/dnsResolvers", "Microsoft.Network/dnsForwardingRulesets"):
        azure.faults.refuse(kind, code, 400)
    snapshot = observed(azure)
    assert (snapshot.gaps, snapshot.inbound_endpoints, snapshot.rulesets) == ((), {}, {})
    azure.faults.refuse("Microsoft.Network/routeTables", "NoRegisteredProviderFound", 400)
    assert [gap.resource_type for gap in observed(azure).gaps] == ["Microsoft.Network/routeTables"]


def test_the_assignments_of_a_subscription_come_with_one_list() -> None:
    """One request, at the registry, its group and its subscription alike; those of other resources are left out."""
    others = [
        around.assignment("2", est.GROUP),
        around.assignment("3", f"/subscriptions/{SUBSCRIPTION}"),
        around.assignment("4", est.VNET),
        around.assignment("5", est.GROUP.replace("rg-Shop", "rg-other")),
    ]
    azure = est.small_azure([*around.surrounded(), *others])
    read = raw(azure)
    assert len(paths(azure, ASSIGNMENTS)) == 1
    kept = [r["id"][-1] for r in read.resources if ResourceId(r["id"]).is_a(ASSIGNMENTS)]
    assert sorted(kept) == ["1", "2", "3"]


def test_a_registry_elsewhere_is_asked_for_its_own_assignments() -> None:
    """A registry in a subscription that was not listed, found through its endpoint, has its assignments read."""
    moved = [{**one, "id": elsewhere(one["id"])} for one in (est.registry(), around.assignment(scope=est.REGISTRY))]
    moved[1]["properties"]["scope"] = elsewhere(est.REGISTRY)
    endpoint, interface, _ = est.endpoint()
    endpoint["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = moved[0]["id"]
    azure = est.small_azure([*moved, *est.networks(), endpoint, interface])
    snapshot = observed(azure, SUBSCRIPTION)
    assert [one.scope for one in snapshot.role_assignments] == [elsewhere(est.REGISTRY).lower()]  # type: ignore[union-attr]


def test_a_registry_elsewhere_that_may_not_be_read_is_not_asked_for_assignments() -> None:
    """What is known of other registries' assignments stays known."""
    endpoint, interface, _ = est.endpoint()
    far = elsewhere(est.REGISTRY)
    endpoint["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = far
    azure = est.small_azure(
        [est.registry(far), est.registry(), *est.networks(), endpoint, interface, around.assignment()]
    )
    azure.faults.refuse(far)
    assert len(observed(azure, SUBSCRIPTION).role_assignments) == 1  # type: ignore[arg-type]
    assert paths(azure, f"{far}/providers") == []


def test_a_custom_role_is_read_where_it_is_given_to_a_puller() -> None:
    """The definition of an unknown role is read for the app's identity, and not for anybody else's."""
    role = est.body(around.PULLER, {"roleName": "Puller", "permissions": [{"actions": ["*/pull/read"]}]})
    azure = est.small_azure(
        [*around.surrounded(), role, around.assignment("2", role=around.PULLER),
         around.assignment("3", role=around.PULLER[:-1] + "2", principal=around.SOMEBODY)]
    )  # fmt: skip
    snapshot = observed(azure)
    assert paths(azure, "roleDefinitions") == [around.PULLER]
    covers = {one.role[-2:]: one.covers_pull for one in snapshot.role_assignments}  # type: ignore[union-attr]
    assert covers == {"8d": None, "01": True, "02": None}


def test_roles_that_everybody_knows_are_not_read() -> None:
    """AcrPull needs no definition."""
    azure = est.small_azure(around.surrounded())
    assert isinstance(observed(azure).role_assignments, tuple)
    assert paths(azure, "roleDefinitions") == []


def test_an_identity_is_read_where_the_app_does_not_name_its_principal() -> None:
    """An app that pulls with an identity whose principal its body lacks: the identity itself is asked."""
    identity = est.body(around.IDENTITY, {"principalId": around.PRINCIPAL}, location="chinanorth3")
    azure = est.small_azure([est.registry(), around.app(around.IDENTITY), identity])
    assert observed(azure).principals == {ResourceId(around.IDENTITY): around.PRINCIPAL}


@pytest.mark.parametrize("identity", ["system", around.IDENTITY])
def test_an_app_that_names_its_principals_costs_no_request(identity: str) -> None:
    """The principal of a system identity stands in the app, and that of an assigned one as a rule too."""
    app = around.app(identity)
    if identity != "system":
        app["identity"]["userAssignedIdentities"] = {identity: {"principalId": around.PRINCIPAL}}
    azure = est.small_azure([est.registry(), app])
    (consumer,) = observed(azure).consumers.values()
    assert consumer.principals == ((identity.lower(), around.PRINCIPAL),)
    assert paths(azure, "userAssignedIdentities") == []


def test_a_security_group_elsewhere_is_followed() -> None:
    """A group in a subscription that was not listed is read, because a subnet refers to it."""
    group = {**around.security(), "id": elsewhere(around.SECURITY)}
    estate = [egress_environment(), *around.networks(networkSecurityGroup=group["id"]), group]
    snapshot = observed(est.small_azure(estate), SUBSCRIPTION)
    assert [one.id for one in snapshot.security_groups.values()] == [ResourceId(elsewhere(around.SECURITY))]


def test_an_export_gives_the_same_facts() -> None:
    """An estate with everything around it, dumped and read back, is the same snapshot."""
    read = raw(est.small_azure(around.surrounded()))
    assert repr(EstateObserver(dump(read, AZURE_CHINA)).observe()) == repr(snapshot_of(read, AZURE_CHINA))
    assert (
        RoleAssignment(
            est.REGISTRY.lower(), around.PRINCIPAL, "7f951dda-4ed3-4680-a7ca-43fe172d538d", "ServicePrincipal"
        )
        in snapshot_of(read, AZURE_CHINA).role_assignments
    )  # type: ignore[operator]


def test_what_lies_too_far_away_is_unknown_and_not_empty() -> None:
    """The zone groups of an endpoint that only the last round finds were not read."""
    registry = est.registry(elsewhere(est.REGISTRY))
    hidden = f"{elsewhere(est.NET)}/privateEndpoints/pe-hidden"
    state = {"status": "Approved", "description": ""}
    registry["properties"]["privateEndpointConnections"] = [
        est.body(
            f"{registry['id']}/privateEndpointConnections/c",
            {"privateEndpoint": {"id": hidden}, "privateLinkServiceConnectionState": state},
        )
    ]
    near, interface, _ = est.endpoint()
    near["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = registry["id"]
    far = {**near, "id": hidden, "name": "pe-hidden"}
    azure = est.small_azure([registry, *est.networks(), near, interface, far])
    endpoint = observed(azure, SUBSCRIPTION).endpoints[ResourceId(hidden)]
    assert isinstance(endpoint.zone_groups, Unknown)
    assert "too many steps away" in endpoint.zone_groups.reason

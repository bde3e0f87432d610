"""Rows that are dealt out to parts: each has what its judgement needs, and no part claims what another one knows."""

from __future__ import annotations

from typing import Any

from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.graph_queries import QUESTIONS
from remediator.adapters.azure.resource_graph import Graph, Scope
from remediator.adapters.azure.row_gaps import left_out
from remediator.adapters.azure.row_parts import Rows, opened
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.errors import Transient
from remediator.core.snapshot import Snapshot, Unknown
from remediator.sandbox import Azure, SandboxCredential, SandboxTransport, estates
from remediator.sandbox.estates.fleet import Site, fleet

NET = "Microsoft.Network"
ZONE = "privatelink.azurecr.io"
S = "/subscriptions/s/resourceGroups/rg/providers"


def dealt(rows: list[dict[str, Any]], part: int = 1) -> list[Snapshot]:
    """The facts of each part."""
    found = Rows(frozenset({"s"}))
    found.add(rows)
    return [opened(packed, AZURE_PUBLIC, {}).snapshot for packed in found.parts(part)]


def body(kind: str, name: str, **properties: Any) -> dict[str, Any]:
    rid = f"{S}/{kind.partition('/')[0]}/" + "/".join(
        f"{one}/{two}" for one, two in zip(kind.split("/")[1:], name.split("/"), strict=True)
    )
    return {"id": rid, "name": name.rpartition("/")[2], "type": kind.lower(), "location": "x", "properties": properties}


def network(name: str, prefix: str, servers: tuple[str, ...] = ()) -> dict[str, Any]:
    more = {"dhcpOptions": {"dnsServers": list(servers)}} if servers else {}
    return body(f"{NET}/virtualNetworks", name, addressSpace={"addressPrefixes": [prefix]}, subnets=[], **more)


def registry(name: str) -> dict[str, Any]:
    made = body("Microsoft.ContainerRegistry/registries", name, loginServer=f"{name}.azurecr.io")
    return {**made, "sku": {"name": "Premium"}}


def environment(name: str, net: str, group: str = "") -> dict[str, Any]:
    subnet = f"{S}/{NET}/virtualNetworks/{net}/subnets/a"
    held = {"vnetConfiguration": {"infrastructureSubnetId": subnet}, "infrastructureResourceGroup": group}
    return body("Microsoft.App/managedEnvironments", name, **held)


def app(name: str, place: str, server: str) -> dict[str, Any]:
    where = f"{S}/Microsoft.App/managedEnvironments/{place}"
    return body(
        "Microsoft.App/containerApps", name, environmentId=where, configuration={"registries": [{"server": server}]}
    )


def sites() -> list[dict[str, Any]]:
    """Two registries, each with an app in a network of its own; one zone with a record of each, linked to the first."""
    rows: list[dict[str, Any]] = [body(f"{NET}/privateDnsZones", ZONE, numberOfRecordSets=3)]
    for number in (1, 2):
        rows += [
            registry(f"r{number}"),
            network(f"n{number}", f"10.{number}.0.0/16"),
            environment(f"e{number}", f"n{number}"),
            app(f"a{number}", f"e{number}", f"r{number}.azurecr.io"),
            body(
                f"{NET}/privateDnsZones/A",
                f"privatelink.azurecr.io/r{number}",
                ttl=10,
                aRecords=[{"ipv4Address": "10.9.9.9"}],
            ),
        ]
    link = {"virtualNetwork": {"id": rows[2]["id"]}, "resolutionPolicy": "Default"}
    return [*rows, body(f"{NET}/privateDnsZones/virtualNetworkLinks", f"{ZONE}/l1", **link)]


def test_a_zone_that_is_linked_anywhere_is_linked_in_every_part() -> None:
    """No part takes the zone for one that nobody links, and each has the records of its own registries alone."""
    for snapshot in dealt(sites()):
        (zone,) = snapshot.zones.values()
        assert not isinstance(zone.links, Unknown)
        assert not isinstance(zone.records, Unknown)
        assert len(zone.links) == 1
        assert [record.name for record in zone.records] == [one.name for one in snapshot.registries]


def test_a_part_has_the_network_in_which_a_dns_server_stands() -> None:
    """The server's network is neither peered nor touched: whoever asks the server needs it all the same."""
    rows = [*sites(), network("dns", "10.77.0.0/24"), network("far", "10.78.0.0/24")]
    rows[2] = network("n1", "10.1.0.0/16", ("10.77.0.4", "not an address"))
    for snapshot in dealt(rows):
        names = {one.name for one in snapshot.networks}
        assert "dns" in names
        assert "far" not in names


def test_a_load_balancer_goes_with_the_environment_whose_own_it_is() -> None:
    """It stands in the environment's own resource group, and its public address comes along."""
    front = {"publicIPAddress": {"id": f"{S}/{NET}/publicIPAddresses/ip"}}
    name = f"{S}/{NET}/loadBalancers/lb/frontendIPConfigurations/f"
    balancer = body(f"{NET}/loadBalancers", "lb", frontendIPConfigurations=[{"id": name, "properties": front}])
    balancer["id"] = balancer["id"].replace("/rg/", "/ME_own/")
    rows = [*sites(), balancer, body(f"{NET}/publicIPAddresses", "ip", ipAddress="203.0.113.9")]
    rows[3] = environment("e1", "n1", "ME_own")
    with_it = [one for one in dealt(rows) if one.load_balancers]
    assert [[rid.name for rid in one.registries] for one in with_it] == [["r1"]]


def test_zone_groups_are_unknown_where_nobody_read_them() -> None:
    """An endpoint in rows has no zone groups that are known, unless they are handed over."""
    made = fleet(4)
    azure = Azure.from_estate(made.document())
    rows = Rows(frozenset(azure.world.state.subscriptions))
    rows.add([{**one, "type": one["type"].lower()} for one in made.resources() if "ZoneGroups" not in one["type"]])
    (packed,) = rows.parts(10)
    endpoints = opened(packed, AZURE_PUBLIC, {}).snapshot.endpoints
    assert len(endpoints) == 4
    assert all(isinstance(one.zone_groups, Unknown) for one in endpoints.values())
    site: Site = made.sites[1]
    handed = {site.endpoint.lower(): [made.bodies[site.group]]}
    known = opened(packed, AZURE_PUBLIC, handed).snapshot.endpoints
    assert [rid.text for rid, one in known.items() if not isinstance(one.zone_groups, Unknown)] == [site.endpoint]


def asking(azure: Azure) -> Arm:
    return Arm(ArmAccess(SandboxCredential(), AZURE_PUBLIC, transport=SandboxTransport(azure)))


def test_rules_and_links_of_a_ruleset_are_read_from_resource_manager() -> None:
    """They have no rows: a request for each list, and a stub where one is refused."""
    azure = Azure.from_estate(estates.load("broken-custom-dns"))
    ruleset = f"{S}/{NET}/dnsForwardingRulesets/rules"
    azure.put({"id": ruleset, "type": f"{NET}/dnsForwardingRulesets", "location": "x", "properties": {}})
    rows = Rows(frozenset({"s"}))
    rows.add([{"id": ruleset, "type": f"{NET}/dnsForwardingRulesets".lower(), "properties": {}}])
    extra = left_out(asking(azure), rows.unfinished)
    assert extra.requests == 2
    azure.faults.refuse(ruleset)
    refused = left_out(asking(azure), rows.unfinished)
    assert [one["error"]["code"] for one in refused.bodies] == ["AuthorizationFailed"] * 2


def test_only_endpoints_that_are_not_plainly_approved_are_asked_for() -> None:
    """Of the others the registry's connection and the interface tell the same; a pending one has a row."""
    made = fleet(6)
    connection = made.bodies[made.sites[2].endpoint]["properties"]["privateLinkServiceConnections"][0]
    connection["properties"]["privateLinkServiceConnectionState"]["status"] = "Pending"
    found: list[dict[str, Any]] = []

    def take(page: list[dict[str, Any]]) -> bool:
        found.extend(page)
        return True

    graph = Graph(asking(Azure.from_estate(made.document())), lambda _: None)
    graph.pages(QUESTIONS[0].text, Scope(management_groups=("all",)), take)
    endpoints = [row["id"] for row in found if row["type"] == f"{NET}/privateEndpoints".lower()]
    assert endpoints == [made.sites[2].endpoint]


def test_an_answer_that_was_cut_is_refused() -> None:
    """Rows without a token to go on with, and said to be cut, are not taken for all of them."""
    azure = Azure.from_estate(fleet(6).document())
    graph = Graph(asking(azure), lambda _: None)
    handle = azure.handle

    def small(method: str, url: str, headers: Any, asked: bytes) -> Any:
        return handle(
            method, url, headers, asked.replace(b'"$top": 1000', b'"$top": 2').replace(b'"$top":1000', b'"$top":2')
        )

    azure.handle = small  # type: ignore[assignment,method-assign]
    try:
        graph.pages("resources | project id, type", Scope(management_groups=("all",)), lambda _: True)
    except Transient as error:
        assert error.code == "azure-garbled"
    else:
        raise AssertionError("it was taken for all of them")

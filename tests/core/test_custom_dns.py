"""DNS servers of a network's own, rulesets and public resolvers, seen through diagnoses of small estates."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from tests.core.breaks import HUB_SUB, NETWORK, hub_and_spoke
from tests.core.breaks_dns import SERVER, hub_answers, hub_not_linked, hub_of, inbound_endpoint, public_dns, ruleset
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged
from tests.estate_builder import EstateBuilder, healthy, rid, spoke

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
Build = Callable[[], EstateBuilder]
SHOP = rid("Microsoft.ContainerRegistry/registries", "shop")


def hub_endpoint(build: Build) -> EstateBuilder:
    builder = build()
    inbound_endpoint(builder, hub_of(builder))
    return builder


def through_a_ruleset(server: str, domain: str = "azurecr.io.", *, linked: bool = True) -> EstateBuilder:
    """The spoke asks Azure DNS, and a ruleset forwards to a server; the hub links the zone if `linked`."""
    builder = hub_answers(linked=linked)
    builder.get(NETWORK)["properties"].pop("dhcpOptions")
    inbound_endpoint(builder, hub_of(builder))
    ruleset(builder, NETWORK, server, domain)
    return builder


def unreadable_ruleset() -> EstateBuilder:
    builder = through_a_ruleset(SERVER)
    builder.error(rid("Microsoft.Network/dnsForwardingRulesets", "rules", sub=HUB_SUB, group="rg-hub"))
    return builder


def open_behind(server: str) -> EstateBuilder:
    """An open registry without endpoints: its name has a public answer only, whoever is asked."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder, dns=[server])
    builder.registry("shop", closed=False)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    return builder


SERVERS: dict[str, tuple[Build, tuple[Verdict, str | None], list[str]]] = {
    "a machine in the hub": (hub_answers, (OK, None), []),
    "an inbound endpoint in the hub": (lambda: hub_endpoint(hub_answers), (OK, None), []),
    "a machine in the hub, which links nothing": (hub_not_linked, (BROKEN, "vnet-link"), ["create-vnet-link"]),
    "public DNS": (public_dns, (BROKEN, "custom-dns"), []),
    "a server that nobody has read": (lambda: hub_answers("172.16.0.4"), (UNKNOWN, "custom-dns"), []),
    "a ruleset to the hub": (lambda: through_a_ruleset(SERVER), (OK, None), []),
    "a ruleset to public DNS": (lambda: through_a_ruleset("8.8.8.8"), (BROKEN, "custom-dns"), []),
    "a ruleset for everything, to a server unread": (
        lambda: through_a_ruleset("172.16.0.4", "."),
        (UNKNOWN, "custom-dns"),
        [],
    ),
    "a ruleset for another name": (lambda: through_a_ruleset("8.8.8.8", "corp.example."), (OK, None), []),
    "a ruleset that cannot be read": (unreadable_ruleset, (UNKNOWN, "custom-dns"), []),
    "an open registry behind public DNS": (lambda: open_behind("8.8.8.8"), (OK, None), []),
    "an open registry behind a server unread": (lambda: open_behind("172.16.0.4"), (OK, None), []),
}


@pytest.mark.parametrize("name", SERVERS)
def test_dns_servers_of_the_networks_own(name: str) -> None:
    """Followed where they were read, broken in public, unknown elsewhere; the servers themselves are never changed."""
    build, expected, planned = SERVERS[name]
    found = diagnosed(build())
    assert (judged(found), kinds(found)) == (expected, planned)


def test_a_server_that_nobody_has_read_is_asked_about() -> None:
    """The owner of the servers is told which name must be forwarded where: the public one, not the private-link one."""
    found = next(one for one in diagnosed(hub_answers("172.16.0.4")).findings if one.rule == "custom-dns")
    assert (found.target.text, found.severity, found.remedy) == (NETWORK, Severity.UNKNOWN, ())
    assert "must forward azurecr.io to 168.63.129.16" in found.advice


def test_what_could_not_be_read_is_no_finding() -> None:
    """A ruleset in error says nothing about the network: no finding, and the path says what was not read."""
    found = diagnosed(unreadable_ruleset())
    assert "custom-dns" not in {one.rule for one in found.findings}
    deciding = found.paths[0].deciding
    assert deciding is not None and "forwarding rulesets" in deciding.detail


def with_endpoint(build: Build, *, network: bool = True) -> EstateBuilder:
    """The open registry has an endpoint somewhere, so its name leads into the private zone."""
    builder = build()
    _, _, endpoints = spoke(builder, "far", 40, group="rg-far")
    builder.endpoint("pe-far", SHOP, endpoints, 4, group="rg-far")
    if not network:
        builder.get(rid("Microsoft.App/managedEnvironments", "cae"))["properties"]["vnetConfiguration"] = None
    return builder


def unread_network() -> EstateBuilder:
    builder = with_endpoint(lambda: open_behind("8.8.8.8"))
    builder.error(NETWORK)
    return builder


RESOLVERS: dict[str, tuple[Build, Verdict, str]] = {
    "Azure DNS": (healthy, OK, "Azure DNS answers for vnet-spoke"),
    "a machine": (
        hub_answers,
        OK,
        "vnet-spoke asks 10.10.4.40, answered as in vnet-hub, taken to forward to Azure DNS there",
    ),
    "an inbound endpoint": (
        lambda: hub_endpoint(hub_answers),
        OK,
        "vnet-spoke asks 10.10.4.40, answered as in vnet-hub",
    ),
    "public DNS, a public name": (
        lambda: open_behind("8.8.8.8"),
        OK,
        "not asked: the name has a public answer only",
    ),
    "public DNS, a name with a private answer": (
        lambda: with_endpoint(lambda: open_behind("8.8.8.8")),
        OK,
        "vnet-spoke asks 8.8.8.8, which answers in public",
    ),
    "public DNS, where only a private path works": (
        public_dns,
        BROKEN,
        "vnet-spoke asks 8.8.8.8, which answers in public",
    ),
    "no network": (
        lambda: with_endpoint(lambda: open_behind("8.8.8.8"), network=False),
        OK,
        "public DNS answers",
    ),
    "a server unread": (
        lambda: hub_answers("172.16.0.4"),
        UNKNOWN,
        "vnet-spoke asks its own DNS servers (172.16.0.4)",
    ),
}


@pytest.mark.parametrize("name", RESOLVERS)
def test_the_resolver_hop_says_who_answers(name: str) -> None:
    """The hop names the servers and where the answer comes from; a machine is only taken to forward."""
    build, verdict, words = RESOLVERS[name]
    (hop,) = [hop for hop in diagnosed(build()).paths[0].hops if hop.name == "resolver"]
    assert (hop.verdict, hop.detail) == (verdict, words)


def test_a_network_in_error_is_not_known_to_ask_anybody() -> None:
    """What a network asks that could not be read is unknown, with the reason of the refusal."""
    (hop,) = [hop for hop in diagnosed(unread_network()).paths[0].hops if hop.name == "resolver"]
    assert (hop.verdict, "AuthorizationFailed" in hop.detail) == (UNKNOWN, True)


def test_a_link_of_the_spoke_is_no_help_where_the_hub_answers() -> None:
    """The spoke links the zone, its servers stand in the hub: the link that is planned is the hub's."""
    (change,) = diagnosed(hub_not_linked()).plan.changes
    assert (change.after or {})["network"].endswith("/virtualNetworks/vnet-hub")


def test_an_endpoint_in_the_hub_is_found_by_azure_dns_of_the_spoke() -> None:
    """Without servers of its own the spoke's link decides, wherever the endpoint stands."""
    assert judged(diagnosed(hub_and_spoke())) == (OK, None)


@pytest.mark.parametrize("state", ["Disconnected", "Initiated"])
@pytest.mark.parametrize("with_resolver", [True, False])
def test_a_server_behind_a_broken_peering_is_the_peerings_fault(state: str, with_resolver: bool) -> None:
    """A DNS server in a known network out of reach answers nobody: the peering is what has to be mended."""
    builder = hub_endpoint(hub_answers) if with_resolver else hub_answers()
    for key, body in builder.bodies.items():
        if "/virtualnetworkpeerings/" in key:
            body["properties"]["peeringState"] = state
    found = diagnosed(builder)
    assert (judged(found), found.findings[0].rule) == ((BROKEN, "peering"), "peering")

"""Who answers a network's DNS queries for a registry: Azure DNS, servers of one's own, endpoints and rulesets."""

from __future__ import annotations

import pytest

from remediator.core.resolver import AZURE_DNS, Resolver, asks_azure_dns, network_that_counts
from remediator.core.snapshot import Snapshot, Unknown
from tests.core.asking import HOST, HUB_SERVER, PUBLIC, UNKNOWN, Case, answered_by, asked, spoke_and_hub
from tests.core.small_snapshots import (
    inbound,
    network,
    network_id,
    peered,
    snapshot,
)

CUSTOM_SERVERS: dict[str, Case] = {
    "none: Azure DNS of the network itself": (lambda: snapshot(*spoke_and_hub()), "spoke"),
    "Azure DNS by its address": (lambda: snapshot(*spoke_and_hub(AZURE_DNS)), "spoke"),
    "a machine in the hub": (lambda: snapshot(*spoke_and_hub(HUB_SERVER)), "hub"),
    "a machine in the network itself": (lambda: snapshot(*spoke_and_hub("10.20.9.4")), "spoke"),
    "an inbound endpoint in the hub": (lambda: snapshot(*spoke_and_hub(HUB_SERVER), inbound(HUB_SERVER, "hub")), "hub"),
    "an inbound endpoint in the network itself": (
        lambda: snapshot(*spoke_and_hub("10.20.9.4"), inbound("10.20.9.4", "spoke")),
        "spoke",
    ),
    "a server that nobody has read": (lambda: snapshot(*spoke_and_hub("172.16.0.4")), UNKNOWN),
    "a public resolver": (lambda: snapshot(*spoke_and_hub("8.8.8.8")), PUBLIC),
    "a public resolver in China": (lambda: snapshot(*spoke_and_hub("114.114.114.114")), PUBLIC),
    "a public address that is no known resolver": (lambda: snapshot(*spoke_and_hub("20.1.2.3")), UNKNOWN),
    "the first of several": (lambda: snapshot(*spoke_and_hub(HUB_SERVER, "8.8.8.8")), "hub"),
    "the first of several is not known": (lambda: snapshot(*spoke_and_hub("172.16.0.4", HUB_SERVER)), UNKNOWN),
    "an IPv6 address": (lambda: snapshot(*spoke_and_hub("fd00::53")), UNKNOWN),
    "what is no address": (lambda: snapshot(*spoke_and_hub("dns.corp.example")), UNKNOWN),
}


@pytest.mark.parametrize("name", CUSTOM_SERVERS)
def test_servers_of_the_network_are_followed(name: str) -> None:
    """The links that count are those of the network where the first server stands; unread servers are unknown."""
    build, expected = CUSTOM_SERVERS[name]
    assert answered_by(build()) == expected


@pytest.mark.parametrize(("servers", "expected"), [((), True), ((AZURE_DNS,), True), ((AZURE_DNS, "8.8.8.8"), False)])
def test_a_network_asks_azure_dns_when_it_names_no_other(servers: tuple[str, ...], expected: bool) -> None:
    """No server, or 168.63.129.16 alone, is Azure DNS."""
    assert asks_azure_dns(network("one", "10.0.0.0/16", *servers)) is expected


def test_the_way_of_a_query_is_told() -> None:
    """`through` names the servers that a query passes, and is empty for Azure DNS of the network itself."""
    hub, own = snapshot(*spoke_and_hub(HUB_SERVER)), snapshot(*spoke_and_hub())
    assert (asked(hub), asked(own)) == (
        Resolver(network_id("hub"), (HUB_SERVER,), assumed=True),
        Resolver(network_id("spoke")),
    )


def test_an_inbound_endpoint_is_not_assumed() -> None:
    """An inbound endpoint surely answers as Azure DNS, a machine is only taken to forward to it."""
    found = snapshot(*spoke_and_hub(HUB_SERVER), inbound(HUB_SERVER, "hub"))
    assert asked(found) == Resolver(network_id("hub"), (HUB_SERVER,))


def twins(*pairs: tuple[str, str]) -> Snapshot:
    """A spoke that asks 10.10.4.40, an address that both `hub` and `twin` have."""
    made = (
        network("spoke", "10.20.0.0/16", HUB_SERVER),
        network("hub", "10.10.0.0/16"),
        network("twin", "10.10.0.0/16"),
    )
    return snapshot(*peered(*pairs, networks=made))


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ((("spoke", "hub"),), "hub"),
        ((("spoke", "twin"),), "twin"),
        ((), UNKNOWN),
        ((("spoke", "hub"), ("spoke", "twin")), UNKNOWN),
    ],
)
def test_of_networks_that_share_addresses_the_peered_one_counts(
    pairs: tuple[tuple[str, str], ...], expected: str
) -> None:
    """An address that several networks hold is in the one that is peered; with none or two it is not known."""
    assert answered_by(twins(*pairs)) == expected


def test_the_own_network_comes_before_a_peered_one_with_the_same_addresses() -> None:
    """A server inside the asking network's own addresses is there."""
    made = (network("spoke", "10.20.0.0/16", "10.20.9.4"), network("hub", "10.20.0.0/16"))
    assert answered_by(snapshot(*peered(("spoke", "hub"), networks=made))) == "spoke"


@pytest.mark.parametrize(
    ("flags", "expected"),
    [({"state": "Disconnected"}, UNKNOWN), ({"state": "Initiated"}, UNKNOWN), ({"sync": "RemoteNotInSync"}, UNKNOWN)],
)
def test_a_server_behind_a_broken_peering_is_not_followed(flags: dict[str, str], expected: str) -> None:
    """What a network asks whose server it cannot reach is not known."""
    assert answered_by(snapshot(*spoke_and_hub(HUB_SERVER, **flags))) == expected


def test_a_server_beyond_a_gateway_is_not_looked_for_in_isolated_networks() -> None:
    """On-premises servers are asked through a gateway; a network that merely has the same addresses is not theirs."""
    found = snapshot(*spoke_and_hub("10.9.0.9", use_remote_gateways=True), network("isolated", "10.9.0.0/16"))
    assert answered_by(found) == UNKNOWN


def test_the_network_that_counts() -> None:
    """The network as an object; None for public DNS, Unknown where it was not read."""
    hub, public = snapshot(*spoke_and_hub(HUB_SERVER)), snapshot(*spoke_and_hub("8.8.8.8"))
    unread = snapshot(*spoke_and_hub("172.16.0.4"))
    found = [network_that_counts(one, one.networks[network_id("spoke")], HOST) for one in (hub, public, unread)]
    assert (found[0], found[1], isinstance(found[2], Unknown)) == (hub.networks[network_id("hub")], None, True)

"""Who answers a network's questions: custom servers, resolvers and forwarding rulesets."""

from __future__ import annotations

import pytest

from tests.sandbox.valley import LOGIN, RESOLVER, SERVER, Valley


def test_a_server_in_a_peered_network_uses_the_links_there() -> None:
    """The spoke's own link is cosmetic once it asks a server in the hub: the hub's link counts."""
    valley = Valley()
    valley.dns(SERVER)
    valley.unlink("spoke")
    assert valley.pull().ok
    valley.unlink("hub")
    assert valley.pull().stage == "firewall"


def test_an_inbound_endpoint_answers_as_its_network() -> None:
    """A DNS Private Resolver's inbound endpoint resolves with the links of the network that it stands in."""
    valley = Valley()
    valley.dns(RESOLVER)
    valley.inbound("hub")
    valley.unlink("spoke")
    assert valley.pull().ok
    assert any("an inbound endpoint in vnet-hub" in step for step in valley.pull().steps)


def test_a_server_out_of_reach_times_out() -> None:
    """A server in a network that is not peered does not answer, and the text names it."""
    valley = Valley()
    valley.dns("10.30.4.53")
    attempt = valley.pull()
    assert (attempt.ok, attempt.stage) == (False, "resolver")
    assert f"lookup {LOGIN} on 10.30.4.53:53: i/o timeout" in attempt.text


def test_a_route_can_bring_the_question_to_the_server() -> None:
    """An appliance that forwards makes the far server answer; one that drops does not."""
    valley = Valley()
    valley.dns("10.30.4.53")
    valley.routes(("10.30.0.0/16", "VirtualAppliance", "10.10.0.4"))
    valley.appliances = {"10.10.0.4": "drop"}
    assert valley.pull().stage == "resolver"
    valley.appliances = {"10.10.0.4": "forward"}
    assert valley.pull().ok


def test_a_route_can_swallow_the_question() -> None:
    """A route that drops the way to a peered server leaves the question unanswered."""
    valley = Valley()
    valley.dns(SERVER)
    valley.routes(("10.10.0.0/16", "None", ""))
    assert valley.pull().stage == "resolver"


def test_the_first_server_that_answers_counts() -> None:
    """A dead server is passed over; an answer, even NXDOMAIN, is final."""
    valley = Valley()
    valley.dns("10.30.4.53", SERVER)
    assert valley.pull().ok
    valley.builder.drop(f"{valley.zone}/A/shop")
    valley.dns("10.30.4.53", SERVER, "8.8.8.8")
    attempt = valley.pull()
    assert attempt.stage == "record"
    assert f"on {SERVER}:53: no such host" in attempt.text


@pytest.mark.parametrize("server", ["8.8.8.8", "192.168.7.7", "2001:db8::53"])
def test_servers_elsewhere_answer_publicly(server: str) -> None:
    """Public resolvers, and private addresses of no known network, know nothing of private zones."""
    valley = Valley()
    valley.dns(server)
    assert valley.pull().stage == "firewall"


def test_a_test_may_say_what_a_server_does() -> None:
    """`forwarders` outranks what the estate suggests: a network, public DNS, or silence."""
    valley = Valley()
    valley.dns("192.168.7.7")
    valley.forwarders = {"192.168.7.7": f"azure:{valley.networks['far']}"}
    assert valley.pull().ok
    valley.dns(SERVER)
    valley.forwarders = {SERVER: "dead"}
    assert valley.pull().stage == "resolver"
    valley.forwarders = {SERVER: "public"}
    assert valley.pull().stage == "firewall"


def test_of_overlapping_networks_the_reachable_one_counts() -> None:
    """Another network with the hub's address space does not answer for the hub."""
    valley = Valley()
    twin = valley.builder.network("vnet-aaa", "10.10.0.0/16", {"s": {"prefix": "10.10.4.0/24"}})
    valley.builder.bodies = dict(sorted(valley.builder.bodies.items(), key=lambda pair: pair[0] != twin.lower()))
    valley.dns(SERVER)
    valley.unlink("spoke")
    assert valley.pull().ok


def test_zones_of_the_same_network_come_before_rules() -> None:
    """A rule for the private zone's name does not count where that zone is linked."""
    valley = Valley()
    valley.ruleset("spoke", ("privatelink.azurecr.io.", "8.8.8.8"))
    assert valley.pull().ok
    valley.unlink("spoke")
    assert valley.pull().stage == "firewall"


def test_rules_take_the_public_name_before_the_private_one_is_known() -> None:
    """A rule for the public name sends the whole question away, a linked zone of the private name or not."""
    valley = Valley()
    valley.ruleset("spoke", ("azurecr.io.", "8.8.8.8"))
    assert valley.pull().stage == "firewall"


@pytest.mark.parametrize("domain", ["azurecr.io.", "privatelink.azurecr.io.", "."])
def test_a_rule_sends_the_question_to_the_hub(domain: str) -> None:
    """Neither a link nor DNS servers of its own: a rule to the hub's inbound endpoint is enough."""
    valley = Valley()
    valley.inbound("hub")
    valley.unlink("spoke")
    assert valley.pull().stage == "firewall"
    valley.ruleset("spoke", (domain, RESOLVER))
    assert valley.pull().ok


def test_a_rule_for_the_private_name_asks_for_that_name_only() -> None:
    """Azure DNS has followed the CNAME: the hub is asked for the private name, its rule for the public one waits."""
    valley = Valley()
    valley.inbound("hub")
    valley.unlink("spoke")
    valley.ruleset("spoke", ("privatelink.azurecr.io.", RESOLVER))
    valley.ruleset("hub", ("azurecr.io.", "8.8.8.8"), name="outside")
    assert valley.pull().ok


def test_the_longest_suffix_wins_and_disabled_rules_do_not_count() -> None:
    """Of several rules the longest matching one is followed, whatever the order; a disabled one is ignored."""
    valley = Valley()
    valley.inbound("hub")
    valley.unlink("spoke")
    valley.ruleset("spoke", (".", "8.8.8.8"), ("shop.azurecr.io.", RESOLVER), ("azurecr.io.", "8.8.4.4"))
    assert valley.pull().stage == "layers"
    rules = "/dnsForwardingRulesets/rules/forwardingRules"
    for key, body in valley.builder.bodies.items():
        if rules.lower() in key and body["properties"]["domainName"] == "azurecr.io.":
            body["properties"]["forwardingRuleState"] = "Disabled"
    assert [step for step in valley.pull().steps if "8.8.4.4" in step] == []


def test_a_question_that_comes_round_has_no_answer() -> None:
    """A rule to the inbound endpoint of the network that the ruleset is linked to is a loop, unless a zone answers."""
    valley = Valley()
    valley.inbound("hub")
    valley.dns(RESOLVER)
    valley.ruleset("hub", ("azurecr.io.", RESOLVER))
    assert valley.pull().stage == "resolver"
    valley.builder.drop(valley.put("Microsoft.Network/dnsForwardingRulesets", "rules", {}))
    valley.ruleset("hub", ("privatelink.azurecr.io.", RESOLVER))
    assert valley.pull().ok


def test_rules_leave_from_the_outbound_endpoints_network() -> None:
    """A rule's server must be reachable from where the ruleset's outbound endpoint stands, not from the asker."""
    valley = Valley()
    valley.inbound("far", "10.30.4.200")
    valley.unlink("spoke")
    valley.ruleset("spoke", ("azurecr.io.", "10.30.4.200"))
    assert valley.pull().stage == "resolver"
    valley.put("Microsoft.Network/dnsResolvers", "outside", {"virtualNetwork": {"id": valley.networks["hub"]}})
    outbound = {"id": f"{valley.registry.partition('/providers/')[0]}/providers/Microsoft.Network/dnsResolvers"}
    outbound["id"] += "/outside/outboundEndpoints/out"
    valley.ruleset("spoke", ("azurecr.io.", "10.30.4.200"), dnsResolverOutboundEndpoints=[outbound])
    assert valley.pull().ok


def test_rules_of_the_servers_network_apply_too() -> None:
    """What the hub's server cannot answer from zones follows the rules that are linked to the hub."""
    valley = Valley()
    valley.dns(SERVER)
    valley.inbound("far", "10.30.4.200")
    valley.unlink("spoke", "hub")
    valley.ruleset("hub", ("azurecr.io.", "10.30.4.200"))
    assert valley.pull().ok

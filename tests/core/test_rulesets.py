"""Forwarding rulesets, and what could not be read on the way of a DNS query."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.resolver import Resolver
from remediator.core.snapshot import ForwardingRule, Gap
from tests.core.asking import HUB_SERVER, PUBLIC, UNKNOWN, Case, answered_by, asked, spoke_and_hub
from tests.core.small_snapshots import DENIED, an_id, inbound, network_id, ruleset, snapshot, zone

DATA = "shop.westeurope.data.azurecr.io"
RULESET = "Microsoft.Network/dnsForwardingRulesets"
RESOLVER = "Microsoft.Network/dnsResolvers"

RULESETS: dict[str, Case] = {
    "no rule for the name": (
        lambda: snapshot(*spoke_and_hub(), inbound(HUB_SERVER, "hub"), ruleset("spoke", contoso_com=HUB_SERVER)),
        "spoke",
    ),
    "a rule for the public zone": (
        lambda: snapshot(*spoke_and_hub(), inbound(HUB_SERVER, "hub"), ruleset("spoke", azurecr_io=HUB_SERVER)),
        "hub",
    ),
    "a rule for everything": (
        lambda: snapshot(*spoke_and_hub(), inbound(HUB_SERVER, "hub"), ruleset("spoke", everything=HUB_SERVER)),
        "hub",
    ),
    "the longest suffix counts": (
        lambda: snapshot(
            *spoke_and_hub(),
            inbound(HUB_SERVER, "hub"),
            ruleset("spoke", everything="8.8.8.8", io="8.8.8.8", azurecr_io=HUB_SERVER),
        ),
        "hub",
    ),
    "a rule for a longer name that only ends alike": (
        lambda: snapshot(*spoke_and_hub(), ruleset("spoke", notazurecr_io="8.8.8.8", cr_io="8.8.8.8")),
        "spoke",
    ),
    "a rule that leads to public DNS": (
        lambda: snapshot(*spoke_and_hub(), zone("spoke"), ruleset("spoke", azurecr_io="8.8.8.8")),
        PUBLIC,
    ),
    "a rule for the public zone beats the own link": (
        lambda: snapshot(
            *spoke_and_hub(), zone("spoke"), inbound(HUB_SERVER, "hub"), ruleset("spoke", azurecr_io=HUB_SERVER)
        ),
        "hub",
    ),
    "a rule for the private zone without a link": (
        lambda: snapshot(
            *spoke_and_hub(), inbound(HUB_SERVER, "hub"), ruleset("spoke", privatelink_azurecr_io=HUB_SERVER)
        ),
        "hub",
    ),
    "a rule for the private zone beside a link": (
        lambda: snapshot(
            *spoke_and_hub(),
            zone("spoke"),
            inbound(HUB_SERVER, "hub"),
            ruleset("spoke", privatelink_azurecr_io=HUB_SERVER),
        ),
        "spoke",
    ),
    "a ruleset that is linked elsewhere": (
        lambda: snapshot(*spoke_and_hub(), ruleset("hub", azurecr_io="8.8.8.8")),
        "spoke",
    ),
    "servers of the network come before its rulesets": (
        lambda: snapshot(*spoke_and_hub(HUB_SERVER), ruleset("spoke", azurecr_io="8.8.8.8")),
        "hub",
    ),
    "rules of the server's network are followed": (
        lambda: snapshot(*spoke_and_hub(HUB_SERVER), ruleset("hub", azurecr_io="8.8.8.8")),
        PUBLIC,
    ),
    "a rule to a server that nobody has read": (
        lambda: snapshot(*spoke_and_hub(), ruleset("spoke", azurecr_io="172.16.0.4")),
        UNKNOWN,
    ),
    "a rule that leads back": (
        lambda: snapshot(*spoke_and_hub(), inbound("10.20.9.4", "spoke"), ruleset("spoke", azurecr_io="10.20.9.4")),
        UNKNOWN,
    ),
    "rules of two networks that lead to each other": (
        lambda: snapshot(
            *spoke_and_hub(),
            inbound(HUB_SERVER, "hub"),
            inbound("10.20.9.4", "spoke"),
            ruleset("spoke", azurecr_io=HUB_SERVER),
            ruleset("hub", name="back", azurecr_io="10.20.9.4"),
        ),
        UNKNOWN,
    ),
}


@pytest.mark.parametrize("name", RULESETS)
def test_rulesets_are_followed(name: str) -> None:
    """Linked zones come first, then rules by the longest suffix, name by name of the chain; a circle is unknown."""
    build, expected = RULESETS[name]
    assert answered_by(build()) == expected


@pytest.mark.parametrize("rule", [ForwardingRule("azurecr.io", ("8.8.8.8",), enabled=False), ForwardingRule("", ())])
def test_a_rule_that_is_off_or_empty_is_passed_over(rule: ForwardingRule) -> None:
    """A disabled rule, or one without servers, forwards nothing."""
    found = snapshot(*spoke_and_hub(), replace(ruleset("spoke"), rules=(rule,)))
    assert answered_by(found) == "spoke"


def test_a_ruleset_is_named_on_the_way() -> None:
    """`through` says which rule of which network took the query, then which server."""
    found = snapshot(*spoke_and_hub(), inbound(HUB_SERVER, "hub"), ruleset("spoke", everything=HUB_SERVER))
    assert asked(found) == Resolver(network_id("hub"), ("the rule for . of a ruleset linked to spoke", HUB_SERVER))


def test_a_rule_for_data_names_takes_only_those() -> None:
    """A rule for one region's data names sends them elsewhere than the login name."""
    found = snapshot(*spoke_and_hub(), ruleset("spoke", westeurope_data_azurecr_io="8.8.8.8"))
    assert (answered_by(found), answered_by(found, DATA)) == ("spoke", PUBLIC)


@pytest.mark.parametrize("order", [("shop", "tools"), ("tools", "shop")])
def test_a_rule_for_one_registry_takes_only_that_one(order: tuple[str, str]) -> None:
    """A rule for shop.azurecr.io leaves tools.azurecr.io alone, whichever is asked first."""
    found = snapshot(*spoke_and_hub(), ruleset("spoke", shop_azurecr_io="8.8.8.8"))
    answers = {name: answered_by(found, f"{name}.azurecr.io") for name in order}
    assert answers == {"shop": PUBLIC, "tools": "spoke"}


UNREAD: dict[str, Case] = {
    "a ruleset, by Azure DNS": (
        lambda: snapshot(*spoke_and_hub(), unreadable={an_id(RULESET, "r"): DENIED}, rulesets=DENIED),
        UNKNOWN,
    ),
    "the list of rulesets, by Azure DNS": (
        lambda: snapshot(*spoke_and_hub(), gaps=(Gap(network_id("x"), RULESET, "denied"),), rulesets=DENIED),
        UNKNOWN,
    ),
    "a ruleset, asked through a public server": (
        lambda: snapshot(*spoke_and_hub("8.8.8.8"), unreadable={an_id(RULESET, "r"): DENIED}, rulesets=DENIED),
        PUBLIC,
    ),
    "an inbound endpoint, asked by its address": (
        lambda: snapshot(
            *spoke_and_hub(HUB_SERVER),
            unreadable={an_id(RESOLVER, "r").child("inboundEndpoints", "in"): DENIED},
            inbound_endpoints=DENIED,
        ),
        UNKNOWN,
    ),
    "a resolver, asked by an address in a known network": (
        lambda: snapshot(
            *spoke_and_hub(HUB_SERVER), unreadable={an_id(RESOLVER, "r"): DENIED}, inbound_endpoints=DENIED
        ),
        UNKNOWN,
    ),
    "an inbound endpoint, asked by Azure DNS": (
        lambda: snapshot(*spoke_and_hub(), unreadable={an_id(RESOLVER, "r"): DENIED}, inbound_endpoints=DENIED),
        "spoke",
    ),
    "none of either kind, by Azure DNS": (
        lambda: snapshot(*spoke_and_hub(), inbound_endpoints=DENIED, rulesets=DENIED),
        "spoke",
    ),
    "none of either kind, through a machine": (
        lambda: snapshot(*spoke_and_hub(HUB_SERVER), inbound_endpoints=DENIED, rulesets=DENIED),
        "hub",
    ),
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_could_not_be_read_is_unknown_where_it_would_count(name: str) -> None:
    """An error stub or failed listing may hide what counts; none at all of that kind is as if there were none."""
    build, expected = UNREAD[name]
    assert answered_by(build()) == expected


def test_a_rule_beside_a_zone_with_unread_links_is_not_known_to_count() -> None:
    """A rule for the private zone counts only without a link; where links cannot be read, nobody knows."""
    found = snapshot(
        *spoke_and_hub(),
        zone(links=DENIED),
        inbound(HUB_SERVER, "hub"),
        ruleset("spoke", privatelink_azurecr_io=HUB_SERVER),
    )
    assert answered_by(found) == UNKNOWN


def test_unread_links_do_not_matter_without_a_rule() -> None:
    """Where no rule could take the query, the network's own Azure DNS answers, whatever it links."""
    assert answered_by(snapshot(*spoke_and_hub(), zone(links=DENIED))) == "spoke"


@pytest.mark.parametrize("host", ["shop.azurecr.io", "shop.azurecr.cn", "shop.azurecr.us"])
def test_each_cloud_has_its_own_zone(host: str) -> None:
    """A rule for one cloud's public name takes only that cloud's registries."""
    found = snapshot(*spoke_and_hub(), ruleset("spoke", azurecr_cn="8.8.8.8"))
    assert answered_by(found, host) == (PUBLIC if host.endswith(".cn") else "spoke")

"""What a security group makes of a connection to port 443: priorities, directions, ports, addresses, tags, defaults."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.core.filtering import VNET_TAG, Filtered, Passage, Side, passage
from remediator.core.snapshot import SecurityGroup, SecurityRule
from tests.core.small_snapshots import an_id

PASSES, DROPPED, UNKNOWN = Passage.PASSES, Passage.DROPPED, Passage.UNKNOWN
GROUP = an_id("Microsoft.Network/networkSecurityGroups", "nsg")
SUBNET = Side(("10.20.0.0/23",), frozenset({VNET_TAG}))
ENDPOINT = Side(("10.20.4.5/32",), frozenset({VNET_TAG}))
DOUBTFUL = Side(("10.10.4.5/32",), perhaps=frozenset({VNET_TAG}))
STRANGER = Side(("172.16.0.4/32",))
REGISTRY = Side(
    (), frozenset({"internet", "azurecloud", "azurecontainerregistry", "azurecontainerregistry.westeurope"})
)


def rule(name: str, priority: int, allow: bool, **more: Any) -> SecurityRule:
    """An outbound rule for everything, unless `more` narrows it."""
    return SecurityRule(name, priority, **{"inbound": False, "allow": allow, **more})


def deny(**more: Any) -> SecurityRule:
    return rule("deny", 200, False, **more)


def allow(**more: Any) -> SecurityRule:
    return rule("allow", 100, True, **more)


def asked(*rules: SecurityRule, there: Side = ENDPOINT, here: Side = SUBNET, inbound: bool = False) -> Filtered:
    return passage(SecurityGroup(GROUP, rules), here, there, inbound=inbound)


ORDER = {
    "no rules": ((), PASSES, "AllowVnetOutBound"),
    "a deny": ((deny(),), DROPPED, "deny"),
    "an allow before a deny": ((allow(), deny()), PASSES, "allow"),
    "an allow after a deny": ((replace(allow(), priority=300), deny()), DROPPED, "deny"),
    "a deny of the other direction": ((deny(inbound=True),), PASSES, "AllowVnetOutBound"),
    "a deny of UDP": ((deny(protocol="Udp"),), PASSES, "AllowVnetOutBound"),
    "a deny of ICMP": ((deny(protocol="Icmp"),), PASSES, "AllowVnetOutBound"),
    "a deny of TCP in capitals": ((deny(protocol="TCP"),), DROPPED, "deny"),
    "a deny of any protocol": ((deny(protocol="Any"),), DROPPED, "deny"),
}


@pytest.mark.parametrize("name", ORDER)
def test_the_lowest_priority_that_matches_decides(name: str) -> None:
    """Rules of the direction and of TCP are asked by priority, and the first that matches decides."""
    rules, expected, decider = ORDER[name]
    found = asked(*rules)
    assert (found.passage, found.rule) == (expected, decider)


PORTS = [
    (("*",), DROPPED),
    (("443",), DROPPED),
    (("0-65535",), DROPPED),
    (("440-450",), DROPPED),
    (("443-443",), DROPPED),
    (("80", "443"), DROPPED),
    (("80", "8000-9000", "400-500"), DROPPED),
    ((" 443 ",), DROPPED),
    (("442",), PASSES),
    (("444-500",), PASSES),
    (("80", "8443"), PASSES),
    ((), PASSES),
    (("https",), PASSES),
]


@pytest.mark.parametrize(("ports", "expected"), PORTS)
def test_destination_ports_hold_443_or_not(ports: tuple[str, ...], expected: Passage) -> None:
    """A rule counts when one of its ports or ranges holds 443."""
    assert asked(deny(destination_ports=ports)).passage is expected


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        (("*",), DROPPED),
        (("0-65535",), DROPPED),
        (("1024-65535",), UNKNOWN),
        (("22", "*"), DROPPED),
        (("50000",), UNKNOWN),
    ],
)
def test_source_ports_that_are_narrowed_make_a_rule_doubtful(ports: tuple[str, ...], expected: Passage) -> None:
    """Which port a connection comes from is not known; only a rule for all of them surely matches."""
    assert asked(deny(source_ports=ports)).passage is expected


DESTINATIONS = [
    (("*",), ENDPOINT, DROPPED),
    (("Any",), ENDPOINT, DROPPED),
    (("0.0.0.0/0",), ENDPOINT, DROPPED),
    (("10.20.4.5",), ENDPOINT, DROPPED),
    (("10.20.4.0/24",), ENDPOINT, DROPPED),
    (("10.20.4.9/24",), ENDPOINT, DROPPED),
    (("10.20.4.4",), ENDPOINT, PASSES),
    (("10.99.0.0/16", "10.20.4.5/32"), ENDPOINT, DROPPED),
    (("VirtualNetwork",), ENDPOINT, DROPPED),
    (("virtualnetwork",), ENDPOINT, DROPPED),
    (("Internet",), ENDPOINT, PASSES),
    (("AzureContainerRegistry",), ENDPOINT, PASSES),
    (("AzureCloud",), ENDPOINT, PASSES),
    (("::/0",), ENDPOINT, PASSES),
    (("fd00::/8",), ENDPOINT, PASSES),
    (("Internet",), REGISTRY, DROPPED),
    (("AzureCloud",), REGISTRY, DROPPED),
    (("AzureContainerRegistry",), REGISTRY, DROPPED),
    (("AzureContainerRegistry.WestEurope",), REGISTRY, DROPPED),
    (("AzureContainerRegistry.NorthEurope",), REGISTRY, PASSES),
    (("VirtualNetwork",), REGISTRY, PASSES),
    (("Sql",), REGISTRY, PASSES),
    (("10.0.0.0/8",), REGISTRY, PASSES),
    (("192.168.0.0/16", "172.16.0.0/12"), REGISTRY, PASSES),
    (("20.0.0.0/8",), REGISTRY, UNKNOWN),
    (("0.0.0.0/1",), REGISTRY, UNKNOWN),
]


@pytest.mark.parametrize(("wanted", "there", "expected"), DESTINATIONS)
def test_a_deny_counts_for_the_destinations_that_it_names(
    wanted: tuple[str, ...], there: Side, expected: Passage
) -> None:
    """Addresses, ranges and tags: a private address is in no public tag, a public one in no private range."""
    assert asked(deny(destinations=wanted), there=there).passage is expected


SOURCES = [
    (("10.20.0.0/23",), DROPPED),
    (("10.20.0.0/16",), DROPPED),
    (("VirtualNetwork",), DROPPED),
    (("10.20.0.0/24",), UNKNOWN),
    (("10.20.1.128/25", "10.99.0.0/16"), UNKNOWN),
    (("10.20.0.4",), UNKNOWN),
    (("10.20.2.0/24",), PASSES),
    (("Internet",), PASSES),
]


@pytest.mark.parametrize(("sources", "expected"), SOURCES)
def test_a_deny_for_a_part_of_the_subnet_is_doubtful(sources: tuple[str, ...], expected: Passage) -> None:
    """Replicas take any address of the subnet: a rule for some of them would decide otherwise for those only."""
    assert asked(deny(sources=sources)).passage is expected


DUAL = Side(("10.20.0.0/23", "fd00:20::/64"), frozenset({VNET_TAG}))


@pytest.mark.parametrize(("sources", "expected"), [(("10.20.0.0/23",), DROPPED), (("fd00::/8",), PASSES)])
def test_of_a_subnet_with_two_families_the_ipv4_part_counts(sources: tuple[str, ...], expected: Passage) -> None:
    """Endpoints and registries are reached over IPv4: a subnet's IPv6 prefix is not where such a connection is from."""
    assert asked(deny(sources=sources), here=DUAL).passage is expected


PART = {"sources": ("10.20.0.0/24",)}
DOUBTS = {
    "a doubtful deny before an allow": ((deny(**PART), rule("later", 300, True)), UNKNOWN, "deny"),
    "a doubtful allow before an allow": ((allow(**PART), rule("later", 300, True)), PASSES, "later"),
    "a doubtful allow before a deny": ((allow(**PART), deny()), UNKNOWN, "allow"),
    "a doubtful deny before a deny": ((deny(**PART), rule("later", 300, False)), DROPPED, "later"),
    "a doubtful deny after an allow": ((allow(), deny(**PART)), PASSES, "allow"),
    "a doubtful deny before the default": ((deny(**PART),), UNKNOWN, "deny"),
    "a doubtful allow before the default": ((allow(**PART),), PASSES, "AllowVnetOutBound"),
    "two doubts": ((allow(**PART), deny(**PART), rule("later", 300, True)), UNKNOWN, "deny"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_a_doubt_counts_only_where_it_would_decide_otherwise(name: str) -> None:
    """A rule that perhaps matches makes the answer unknown only when what comes after it says the opposite."""
    rules, expected, decider = DOUBTS[name]
    found = asked(*rules)
    assert (found.passage, found.rule) == (expected, decider)


GROUPED = [
    (deny(grouped=True, destinations=()), UNKNOWN),
    (deny(grouped=True, sources=()), UNKNOWN),
    (deny(grouped=True, sources=(), destinations=("10.99.0.0/16",)), PASSES),
    (deny(grouped=True, destinations=(), destination_ports=("22",)), PASSES),
    (allow(grouped=True, destinations=()), PASSES),
]


@pytest.mark.parametrize(("one", "expected"), GROUPED)
def test_application_security_groups_are_doubtful(one: SecurityRule, expected: Passage) -> None:
    """Who is in an application security group is not read: such a rule perhaps matches, unless the rest does not."""
    assert asked(one).passage is expected


DEFAULTS = {
    "out: inside the network": (SUBNET, ENDPOINT, False, PASSES, "AllowVnetOutBound"),
    "out: to the internet": (SUBNET, REGISTRY, False, PASSES, "AllowInternetOutBound"),
    "out: to a private address that is not connected": (SUBNET, STRANGER, False, DROPPED, "DenyAllOutBound"),
    "out: to what is perhaps connected": (SUBNET, DOUBTFUL, False, UNKNOWN, "AllowVnetOutBound"),
    "in: inside the network": (SUBNET, ENDPOINT, True, PASSES, "AllowVnetInBound"),
    "in: from elsewhere": (STRANGER, ENDPOINT, True, DROPPED, "DenyAllInBound"),
    "in: from what is perhaps connected": (DOUBTFUL, ENDPOINT, True, UNKNOWN, "AllowVnetInBound"),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_default_rules_come_last(name: str) -> None:
    """Without a rule of its own a group lets VirtualNetwork pass, lets out to the internet, and drops the rest."""
    here, there, inbound, expected, decider = DEFAULTS[name]
    assert asked(here=here, there=there, inbound=inbound) == Filtered(expected, decider, default=True)


def test_a_rule_of_its_own_decides_before_a_doubtful_default() -> None:
    """Where a rule names the traffic, no service tag has to decide."""
    assert asked(allow(destinations=("10.10.0.0/16",)), there=DOUBTFUL) == Filtered(PASSES, "allow")


def test_a_doubtful_tag_is_a_doubtful_rule() -> None:
    """A deny of VirtualNetwork may or may not mean a network that is perhaps in that tag."""
    found = asked(deny(destinations=("VirtualNetwork",)), rule("later", 300, True), there=DOUBTFUL)
    assert (found.passage, found.rule) == (UNKNOWN, "deny")


PREFIXES = st.sampled_from(
    ["*", "10.20.4.0/24", "10.20.0.0/24", "10.0.0.0/8", "172.16.0.0/12", "VirtualNetwork", "Internet"]
)
RULES = st.lists(
    st.builds(
        SecurityRule,
        name=st.text("abc", min_size=1, max_size=4),
        priority=st.integers(100, 4096),
        inbound=st.booleans(),
        allow=st.booleans(),
        protocol=st.sampled_from(["*", "Tcp", "Udp"]),
        sources=st.lists(PREFIXES, min_size=1, max_size=2).map(tuple),
        destinations=st.lists(PREFIXES, min_size=1, max_size=2).map(tuple),
        destination_ports=st.sampled_from([("*",), ("443",), ("80", "400-500"), ("22",)]),
    ),
    max_size=6,
    unique_by=lambda one: (one.priority, one.inbound),
)
SIDES = st.sampled_from([SUBNET, ENDPOINT, DOUBTFUL, STRANGER, REGISTRY])


@settings(max_examples=200, deadline=None)
@given(RULES, SIDES, SIDES, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(
    rules: list[SecurityRule], here: Side, there: Side, inbound: bool, chance: Random
) -> None:
    """Only priorities order rules, never their place in the body."""
    mixed = list(rules)
    chance.shuffle(mixed)
    given_order = asked(*rules, here=here, there=there, inbound=inbound)
    assert asked(*mixed, here=here, there=there, inbound=inbound) == given_order


@settings(max_examples=200, deadline=None)
@given(RULES, SIDES, SIDES, st.booleans())
def test_nothing_passes_a_deny_of_everything(rules: list[SecurityRule], here: Side, there: Side, inbound: bool) -> None:
    """With a deny of everything before all other rules, the connection is dropped, whatever they say."""
    first = SecurityRule("first", 1, inbound=inbound, allow=False)
    assert asked(*rules, first, here=here, there=there, inbound=inbound) == Filtered(DROPPED, "first")


@settings(max_examples=200, deadline=None)
@given(RULES, SIDES, SIDES, st.booleans())
def test_an_allow_more_never_drops_what_passed(
    rules: list[SecurityRule], here: Side, there: Side, inbound: bool
) -> None:
    """Adding a rule that allows never turns what passes into what is dropped."""
    more = SecurityRule("more", 50, inbound=inbound, allow=True, destinations=("10.20.4.0/24",))
    before = asked(*rules, here=here, there=there, inbound=inbound)
    after = asked(*rules, more, here=here, there=there, inbound=inbound)
    assert not (before.passage is PASSES and after.passage is not PASSES)

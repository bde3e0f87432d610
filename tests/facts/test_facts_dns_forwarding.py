"""DNS resolvers and forwarding rulesets: what they say, and when nothing is known of them."""

from __future__ import annotations

import copy
from typing import Any

import arm_bodies as arm
import arm_surroundings as around
import pytest

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import ForwardingRule, ForwardingRuleset, Gap, InboundEndpoint, Snapshot, Unknown
from remediator.facts import snapshot_from

ENDPOINT = InboundEndpoint(ResourceId(around.INBOUND), ResourceId(arm.HUB), ("10.0.0.4",))
RULESET = ForwardingRuleset(
    ResourceId(around.RULESET), (ForwardingRule("azurecr.cn", ("10.0.0.4",)),), (ResourceId(arm.NETWORK),)
)
SUBSCRIPTION = ResourceId("/subscriptions/00000000-0000-0000-0000-000000000001")


def observed(bodies: list[Any], *gaps: Gap, read: tuple[str, ...] = ()) -> Snapshot:
    return snapshot_from(bodies, AZURE_CHINA, gaps, read)


def forwarding(**changed: Any) -> list[Any]:
    """The bodies, with properties of those replaced whose name is given (`in`, `acr`, `to-shop` …)."""
    bodies = copy.deepcopy(around.forwarding())
    for name, properties in changed.items():
        next(b for b in bodies if b["name"] == name.replace("_", "-"))["properties"].update(properties)
    return bodies


def without(bodies: list[Any], rid: str) -> list[Any]:
    return [b for b in bodies if b["id"] != rid]


def test_an_inbound_endpoint_answers_in_its_resolvers_network() -> None:
    """Its address, and the network that the resolver names."""
    assert observed(forwarding()).inbound_endpoints == {ENDPOINT.id: ENDPOINT}


def test_an_endpoint_without_its_resolver_stands_where_its_subnet_is() -> None:
    """An endpoint whose resolver is not in the file is known by its subnet; the resolver itself is Unknown."""
    snapshot = observed(without(forwarding(), around.RESOLVER))
    assert snapshot.inbound_endpoints == {ENDPOINT.id: ENDPOINT}
    assert ResourceId(around.RESOLVER) in snapshot.unreadable


def test_a_ruleset_has_its_rules_and_networks() -> None:
    """The domain comes without its last dot and in lower case, with the servers and the linked networks."""
    assert observed(forwarding()).rulesets == {RULESET.id: RULESET}


@pytest.mark.parametrize(
    ("written", "domain"), [(".", ""), ("Azurecr.CN", "azurecr.cn"), ("a.azurecr.cn.", "a.azurecr.cn")]
)
def test_the_root_is_every_name(written: str, domain: str) -> None:
    """`.` stands for every name, and the last dot may be missing."""
    (ruleset,) = observed(forwarding(acr={"domainName": written})).rulesets.values()  # type: ignore[union-attr]
    assert [rule.domain for rule in ruleset.rules] == [domain]


@pytest.mark.parametrize(("state", "enabled"), [("Disabled", False), ("enabled", True), (None, True)])
def test_a_rule_may_be_switched_off(state: Any, enabled: bool) -> None:
    """`forwardingRuleState` counts in any case, and a rule without one is on."""
    (ruleset,) = observed(forwarding(acr={"forwardingRuleState": state})).rulesets.values()  # type: ignore[union-attr]
    assert [rule.enabled for rule in ruleset.rules] == [enabled]


@pytest.mark.parametrize("way", ["inline", "both"])
def test_children_stand_inline_too(way: str) -> None:
    """Endpoints, rules and links inside their parents give the same as those that stand alone."""
    bodies = {b["id"]: b for b in forwarding()}
    bodies[around.RESOLVER]["properties"]["inboundEndpoints"] = [bodies[around.INBOUND]]
    bodies[around.RULESET]["properties"]["forwardingRules"] = [bodies[around.FORWARDING_RULE]]
    bodies[around.RULESET]["properties"]["virtualNetworkLinks"] = [bodies[around.RULESET_LINK]]
    kept = [b for b in bodies.values() if way == "both" or b["id"] in (around.RESOLVER, around.RULESET)]
    snapshot = observed(kept)
    assert snapshot.inbound_endpoints == {ENDPOINT.id: ENDPOINT}
    assert snapshot.rulesets == {RULESET.id: RULESET}


def test_where_nobody_read_any_nothing_is_known() -> None:
    """Without a resolver and a ruleset in the file both are Unknown, and no error is behind it."""
    snapshot = observed(arm.healthy())
    assert snapshot.inbound_endpoints == Unknown("DNS resolvers were not read")
    assert snapshot.rulesets == Unknown("DNS forwarding rulesets were not read")
    for kind in ("dnsResolvers", "dnsResolvers/inboundEndpoints", "dnsForwardingRulesets"):
        assert snapshot.unknown_of_type(f"Microsoft.Network/{kind}") == ()


def test_a_list_that_held_none_says_that_there_are_none() -> None:
    """A type that was listed wholly is known to be empty."""
    snapshot = observed(
        arm.healthy(), read=("Microsoft.Network/dnsResolvers", "microsoft.network/dnsforwardingrulesets")
    )
    assert (snapshot.inbound_endpoints, snapshot.rulesets) == ({}, {})


def test_one_kind_says_nothing_about_the_other() -> None:
    """A file with resolvers alone leaves the rulesets Unknown."""
    bodies = [b for b in forwarding() if "dnsResolvers" in b["id"]]
    snapshot = observed(bodies)
    assert (len(snapshot.inbound_endpoints), type(snapshot.rulesets)) == (1, Unknown)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("Microsoft.Network/dnsResolvers", "inbound_endpoints"),
        ("Microsoft.Network/dnsForwardingRulesets", "rulesets"),
    ],
)
@pytest.mark.parametrize("stubbed", [True, False])
def test_a_list_that_was_refused_makes_all_of_the_kind_unknown(kind: str, where: str, stubbed: bool) -> None:
    """Whatever else was read of the kind: one that we may not see could be the one that counts."""
    if stubbed:
        stub = arm.stub(f"{SUBSCRIPTION}/providers/{kind}")
        snapshot = observed([*forwarding(), stub], read=(kind,))
    else:
        snapshot = observed(forwarding(), Gap(SUBSCRIPTION, kind, "AuthorizationFailed: no"), read=(kind,))
    found = getattr(snapshot, where)
    assert isinstance(found, Unknown)
    assert "AuthorizationFailed" in found.reason
    assert snapshot.unknown_of_type(kind) == (found,)


@pytest.mark.parametrize(
    ("rid", "kind", "where"),
    [
        (around.RESOLVER, "dnsResolvers", "inbound_endpoints"),
        (around.INBOUND, "dnsResolvers/inboundEndpoints", "inbound_endpoints"),
        (around.INBOUND.rpartition("/")[0], "dnsResolvers", "inbound_endpoints"),
        (around.RULESET, "dnsForwardingRulesets", "rulesets"),
        (around.FORWARDING_RULE, "dnsForwardingRulesets", "rulesets"),
        (around.FORWARDING_RULE.rpartition("/")[0], "dnsForwardingRulesets", "rulesets"),
        (around.RULESET_LINK, "dnsForwardingRulesets", "rulesets"),
        (around.RULESET_LINK.rpartition("/")[0], "dnsForwardingRulesets", "rulesets"),
    ],
)
def test_one_that_could_not_be_read_makes_all_of_the_kind_unknown(rid: str, kind: str, where: str) -> None:
    """A resolver, ruleset, child or list of children in error leaves its kind Unknown, and the error can be found."""
    snapshot = observed([*without(forwarding(), rid), arm.stub(rid)])
    found = getattr(snapshot, where)
    assert isinstance(found, Unknown)
    assert "AuthorizationFailed" in found.reason
    assert "AuthorizationFailed" in snapshot.unknown_of_type(f"Microsoft.Network/{kind}")[0].reason


@pytest.mark.parametrize("rid", [around.INBOUND, around.FORWARDING_RULE, around.RULESET_LINK])
def test_a_child_that_is_gone_is_absent(rid: str) -> None:
    """A 404 is knowledge here too."""
    snapshot = observed([*without(forwarding(), rid), arm.stub(rid, "ResourceNotFound")])
    assert not isinstance(snapshot.inbound_endpoints, Unknown)
    assert not isinstance(snapshot.rulesets, Unknown)


@pytest.mark.parametrize(
    "odd",
    [
        {"dnspr_hub": {"virtualNetwork": None}},
        {"in": {"ipConfigurations": []}},
        {"in": {"ipConfigurations": [{"privateIpAddress": 7}]}},
        {"acr": {"domainName": None}},
        {"acr": {"targetDnsServers": [{}]}},
        {"acr": {"targetDnsServers": "10.0.0.4"}},
        {"to_shop": {"virtualNetwork": {"id": "odd"}}},
    ],
)
def test_a_body_that_makes_no_sense_makes_its_kind_unknown(odd: dict[str, Any]) -> None:
    """Whatever is damaged in a resolver, endpoint, rule or link is Unknown, never a default."""
    snapshot = observed(forwarding(**odd))
    assert isinstance(snapshot.inbound_endpoints, Unknown) or isinstance(snapshot.rulesets, Unknown)

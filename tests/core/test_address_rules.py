"""Allow-lists: the rules of a registry's firewall beside the addresses that an app goes out with."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from tests.core.breaks import NETWORK, REGISTRY
from tests.core.breaks_way import route, subnet_of
from tests.core.diagnosing import diagnosed, kinds
from tests.core.pulling_in_public import judged, open_registry
from tests.estate_builder import EstateBuilder, healthy, rid

OK, BROKEN, UNKNOWN = Verdict.OK, Verdict.BROKEN, Verdict.UNKNOWN
Build = Callable[[], EstateBuilder]
ALLOWED = ("203.0.113.1", "203.0.113.2")


def allow_list(*rules: str, egress: tuple[str, ...] = ALLOWED, enabled: bool = True) -> EstateBuilder:
    """A registry that denies by default and lists `rules`; the app goes out through a NAT gateway with `egress`."""
    listed = [{"action": "Allow", "value": one} for one in rules]
    builder = open_registry(
        publicNetworkAccess="Enabled" if enabled else "Disabled",
        networkRuleSet={"defaultAction": "Deny", "ipRules": listed},
    )
    nat, kind = rid("Microsoft.Network/natGateways", "nat"), "Microsoft.Network/publicIPAddresses"
    for one in egress:
        builder.add({"id": rid(kind, one), "name": one, "type": kind, "properties": {"ipAddress": one}})
    if egress:
        held = {"publicIpAddresses": [{"id": rid(kind, one)} for one in egress]}
        builder.add({"id": nat, "name": "nat", "type": "Microsoft.Network/natGateways", "properties": held})
        subnet_of(builder)["natGateway"] = {"id": nat}
    return builder


CHOSEN = DesiredState(
    declared=True,
    registries=(
        RegistryIntent(
            public_network_access="Enabled", default_action="Deny", ip_rules=ALLOWED, private_path=False, records="any"
        ),
    ),
)
CLOSED_LIST = DesiredState(
    declared=True, registries=(RegistryIntent(public_network_access="Enabled", ip_rules=None, private_path=True),)
)
LISTS: dict[str, tuple[Build, tuple[Verdict, str | None], list[str]]] = {
    "all listed": (lambda: allow_list(*ALLOWED), (OK, None), []),
    "a range that holds all": (lambda: allow_list("203.0.113.0/30"), (OK, None), ["update-registry"]),
    "some listed": (lambda: allow_list(ALLOWED[0]), (UNKNOWN, "ip-rules"), ["update-registry"]),
    "none listed": (lambda: allow_list("198.51.100.1"), (BROKEN, "ip-rules"), ["update-registry"]),
    "no rules": (lambda: allow_list(), (BROKEN, "ip-rules"), ["update-registry"]),
    "public access off": (
        lambda: allow_list(*ALLOWED, enabled=False),
        (BROKEN, "public-network-access"),
        ["update-registry"],
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_document_that_chooses_an_allow_list(name: str) -> None:
    """The egress is compared with the rules, and the declared list is written where it lets the app in."""
    build, expected, planned = LISTS[name]
    found = diagnosed(build(), CHOSEN)
    assert (judged(found), kinds(found)) == (expected, planned)
    assert "create-private-endpoint" not in kinds(found)


def test_an_opening_denies_lists_and_then_enables() -> None:
    """A closed registry is opened for a list in the safe order: deny by default, the rules, public access."""
    builder = allow_list(enabled=False)
    builder.get(REGISTRY)["properties"]["networkRuleSet"]["defaultAction"] = "Allow"
    planned = [field for change in diagnosed(builder, CHOSEN).plan.changes for field in change.after or {}]
    assert planned == ["defaultAction", "ipRules", "publicNetworkAccess"]


def test_without_a_declared_egress_no_list_can_hold() -> None:
    """An app whose address may be another one tomorrow is told so, and no list is written for it."""
    found = diagnosed(allow_list(egress=()), CHOSEN)
    finding = next(one for one in found.findings if one.rule == "ip-rules")
    assert ("no allow-list can hold" in finding.summary, judged(found)) == (True, (BROKEN, "ip-rules"))


def test_a_declared_list_that_leaves_the_egress_out_is_no_cure() -> None:
    """Where the document's own list does not name the egress, a person has to: no address is added by itself."""
    found = diagnosed(allow_list("203.0.113.9", egress=("203.0.113.50",)), CHOSEN)
    finding = next(one for one in found.findings if one.rule == "ip-rules" and one.severity is Severity.BROKEN)
    assert "203.0.113.50" in finding.advice
    assert not any("203.0.113.50" in str(change.after) for change in found.plan.changes)


def test_without_that_choice_a_list_that_holds_is_accepted() -> None:
    """A listed app pulls in public as long as nobody declared otherwise."""
    assert judged(diagnosed(allow_list(*ALLOWED), CLOSED_LIST)) == (OK, None)


def test_without_that_choice_an_unlisted_app_gets_a_private_path() -> None:
    """A registry that denies the app, and is not meant to be public, needs an endpoint; no address is added."""
    found = diagnosed(allow_list("198.51.100.1"), CLOSED_LIST)
    assert judged(found)[1] == "private-endpoint"
    assert ("create-private-endpoint" in kinds(found), "update-registry" in kinds(found)) == (True, False)


def behind_a_firewall(*rules: str) -> EstateBuilder:
    """The app goes out through a firewall whose public address was not read."""
    builder = allow_list(*rules, egress=())
    route(builder, "0.0.0.0/0", "VirtualAppliance", "10.20.9.9")
    firewall = {
        "privateIPAddress": "10.20.9.9",
        "subnet": {"id": f"{NETWORK}/subnets/AzureFirewallSubnet"},
        "publicIPAddress": {"id": rid("Microsoft.Network/publicIPAddresses", "unread")},
    }
    made, kind = rid("Microsoft.Network/azureFirewalls", "afw"), "Microsoft.Network/azureFirewalls"
    held = {"ipConfigurations": [{"name": "c", "properties": firewall}]}
    builder.add({"id": made, "name": "afw", "type": kind, "properties": held})
    return builder


def test_an_egress_that_is_not_known_leaves_the_list_open() -> None:
    """Behind a firewall whose address was not read the path is unknown; the list is no finding, and stays."""
    found = diagnosed(behind_a_firewall(*ALLOWED), CHOSEN)
    assert (judged(found), kinds(found)) == ((UNKNOWN, "ip-rules"), [])
    assert not any(one.rule == "ip-rules" for one in found.findings)


def test_an_empty_list_lets_nobody_in_whatever_the_egress() -> None:
    """Deny by default without a single rule is closed, also for an app whose address is not known."""
    assert judged(diagnosed(behind_a_firewall(), CHOSEN)) == (BROKEN, "ip-rules")


SEVERITIES = [((ALLOWED[0],), Severity.UNKNOWN), (("198.51.100.1",), Severity.BROKEN)]


@pytest.mark.parametrize(("rules", "severity"), SEVERITIES)
def test_a_list_that_holds_a_part_is_less_sure(rules: tuple[str, ...], severity: Severity) -> None:
    """With a part of the egress listed the app may get in or not; with none it surely does not."""
    finding = next(one for one in diagnosed(allow_list(*rules), CHOSEN).findings if one.rule == "ip-rules")
    assert (finding.severity, len(finding.remedy)) == (severity, 1)


@pytest.mark.parametrize("rules", [(ALLOWED[0],), ("198.51.100.1",)])
def test_without_a_document_no_list_is_written(rules: tuple[str, ...]) -> None:
    """An intent that nobody declared changes no registry: the egress to list is advice."""
    undeclared = DesiredState(declared=False, registries=CHOSEN.registries)
    found = diagnosed(allow_list(*rules), undeclared)
    finding = next(one for one in found.findings if one.rule == "ip-rules")
    assert (kinds(found), ALLOWED[0] in finding.advice) == ([], True)


def test_private_traffic_does_not_meet_the_list() -> None:
    """An app that arrives privately needs no address in the rules."""
    builder = healthy()
    builder.get(REGISTRY)["properties"].update(
        publicNetworkAccess="Enabled", networkRuleSet={"defaultAction": "Deny", "ipRules": []}
    )
    assert judged(diagnosed(builder, CHOSEN)) == (OK, None)


DRIFTS = [
    (ALLOWED, True),
    (tuple(reversed(ALLOWED)), True),
    (tuple(f"{one}/32" for one in ALLOWED), True),
    (ALLOWED[:1], False),
    ((*ALLOWED, "203.0.113.3"), False),
    ((), False),
]


@pytest.mark.parametrize(("rules", "same"), DRIFTS)
def test_lists_are_compared_as_sets(rules: tuple[str, ...], same: bool) -> None:
    """The order of rules and a written /32 do not matter; one address more or less is a drift."""
    builder = allow_list(*rules)
    builder.drop(rid("Microsoft.App/containerApps", "orders"))
    assert [one.rule for one in diagnosed(builder, CHOSEN).findings] == ([] if same else ["ip-rules"])

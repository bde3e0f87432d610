"""Security groups: every spelling of a rule is read, and one that cannot be read makes the group Unknown."""

from __future__ import annotations

from typing import Any

import arm_surroundings as around
import pytest

from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import SecurityGroup, SecurityRule, Unknown
from remediator.facts import snapshot_from

ONE_RULE = SecurityRule(
    "no-https", 200, inbound=False, allow=False, protocol="Tcp", destinations=("VirtualNetwork",),
    destination_ports=("443",),
)  # fmt: skip


def found(*bodies: Any) -> SecurityGroup | Unknown | None:
    snapshot = snapshot_from(bodies, AZURE_CHINA)
    return snapshot.look_up(snapshot.security_groups, ResourceId(around.SECURITY))


def rules_of(*bodies: Any) -> tuple[SecurityRule, ...]:
    group = found(*bodies)
    assert isinstance(group, SecurityGroup)
    return group.rules


def test_a_groups_own_rules_are_read_and_azures_default_rules_are_not() -> None:
    """The rule inline in its group is the only one; `defaultSecurityRules` are left out."""
    assert rules_of(around.security(around.security_rule())) == (ONE_RULE,)


def test_rules_stand_alone_inline_or_both() -> None:
    """A rule of its own, inline, or both, in another case, is one rule."""
    alone = around.security_rule()
    alone["id"] = alone["id"].upper().replace("NO-HTTPS", "no-https")
    for bodies in ([around.security(), alone], [around.security(around.security_rule()), alone]):
        assert rules_of(*bodies) == (ONE_RULE,)


def test_singular_and_plural_fields_are_one_list() -> None:
    """A value in the singular field and values in the plural field all count, each once."""
    rule = around.security_rule(
        sourceAddressPrefix="10.0.0.0/8",
        sourceAddressPrefixes=["10.0.0.0/8", "192.168.0.0/16"],
        destinationAddressPrefix=None,
        destinationAddressPrefixes=["10.1.2.0/27"],
        sourcePortRange=None,
        destinationPortRange="",
        destinationPortRanges=["443", "8000-8080"],
    )
    (read,) = rules_of(around.security(rule))
    assert (read.sources, read.destinations) == (("10.0.0.0/8", "192.168.0.0/16"), ("10.1.2.0/27",))
    assert (read.source_ports, read.destination_ports) == (("*",), ("443", "8000-8080"))
    assert not read.grouped


def test_application_security_groups_stand_for_addresses_that_nobody_knows() -> None:
    """A rule that names an application security group is grouped, and that side has no addresses."""
    named = [{"id": f"{around.SECURITY.replace('networkSecurityGroups', 'applicationSecurityGroups')}"}]
    rule = around.security_rule(destinationAddressPrefix=None, destinationApplicationSecurityGroups=named)
    (read,) = rules_of(around.security(rule))
    assert (read.grouped, read.destinations, read.sources) == (True, (), ("*",))


def test_rules_come_in_the_order_in_which_azure_tries_them() -> None:
    """Inbound before outbound, and the lower priority first in each."""
    rules = [
        around.security_rule("late", priority=4096),
        around.security_rule("early", priority=100),
        around.security_rule("in", priority=300, direction="INBOUND", access="allow"),
    ]
    assert [rule.name for rule in rules_of(around.security(*rules))] == ["in", "early", "late"]


@pytest.mark.parametrize(
    "odd",
    [
        {"priority": None},
        {"priority": "100"},
        {"priority": True},
        {"direction": "Sideways"},
        {"direction": None},
        {"access": "Perhaps"},
        {"access": 1},
        {"destinationPortRanges": "443"},
        {"destinationAddressPrefixes": [443]},
        {"sourceApplicationSecurityGroups": "odd"},
    ],
)
def test_a_rule_that_makes_no_sense_makes_the_group_unknown(odd: Any) -> None:
    """A rule without a usable priority, direction or access, or with odd lists, is never left out or guessed."""
    assert isinstance(found(around.security(around.security_rule(**odd))), Unknown)


def test_a_rule_in_error_makes_the_group_unknown() -> None:
    """An unreadable rule might be the one that drops the traffic."""
    stub = {"id": around.SECURITY_RULE, "type": "x", "error": {"code": "AuthorizationFailed", "message": "no"}}
    assert isinstance(found(around.security(), stub), Unknown)


def test_a_group_that_is_referred_to_and_not_there_is_unknown() -> None:
    """What a subnet refers to and the bodies do not hold is Unknown, not without rules."""
    assert isinstance(found(), Unknown)

"""Traps of writing to Azure, and of looking at it: what is never put, what a look may cost, what stays as it was."""

from __future__ import annotations

from typing import Any

import azure_estate as est
import azure_surroundings as around
import pytest
from azure_change_cases import CASES, base

from remediator.adapters.azure.observer import AzureObserver
from remediator.core.change import Change, ChangeKind, LiveState
from remediator.core.cloud import AZURE_CHINA
from remediator.core.resource_id import ResourceId
from remediator.sandbox.azure import Azure

WHOLE = {ResourceId(one) for one in (est.VNET, est.HUB, est.SUBNET)}


def made(name: str) -> Azure:
    """The sandbox after a case's change was made."""
    case = CASES[name]
    azure = est.small_azure(case.estate(), operation_polls=0)
    applier, approved = est.applier_of(azure), est.approved(case.change)
    started = applier.start(approved, case.change)
    assert started.operation is None or applier.poll(approved, started.operation) is None
    assert applier.compare(case.change) is LiveState.DONE
    return azure


@pytest.mark.parametrize("name", list(CASES))
def test_a_network_is_never_written_as_a_whole(name: str) -> None:
    """A PUT of a network replaces its subnets and peerings: only what stands below it is written."""
    assert [path for _, path in made(name).writes if ResourceId(path) in WHOLE] == []


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.kind is ChangeKind.UPDATE_REGISTRY])
def test_a_registry_is_only_ever_patched(name: str) -> None:
    """A PUT of a body that was read with another version would drop what that version does not know."""
    assert [method for method, _ in made(name).writes] == ["PATCH"]


def test_a_patch_leaves_alone_what_it_does_not_name() -> None:
    """Fields of the firewall and fields that are newer than our version stay as they were."""
    newer: dict[str, Any] = {"endpointProtocol": "IPv4AndIPv6", "roleAssignmentMode": "AbacRepositoryPermissions"}
    firewall = {"defaultAction": "Allow", "ipRules": [{"action": "Allow", "value": "203.0.113.7"}]}
    azure = est.small_azure([est.registry(networkRuleSet=firewall, **newer)], operation_polls=0)
    before = (azure.resource(est.REGISTRY) or {})["properties"]
    change = Change(
        ChangeKind.UPDATE_REGISTRY,
        ResourceId(est.REGISTRY),
        "deny by default",
        {"defaultAction": "Allow"},
        {"defaultAction": "Deny"},
        "default-action",
    )
    est.applier_of(azure).start(est.approved(change), change)
    after = (azure.resource(est.REGISTRY) or {})["properties"]
    assert after["networkRuleSet"] == {**before["networkRuleSet"], "defaultAction": "Deny"}
    assert {key: after[key] for key in before if key != "networkRuleSet"} == {
        key: value for key, value in before.items() if key != "networkRuleSet"
    }


def test_an_endpoint_gets_addresses_that_azure_chooses() -> None:
    """Fixed addresses would hold up the registry's next replica."""
    (endpoint,) = (body for body in [made("create-private-endpoint").resource(est.ENDPOINT)] if body)
    assert endpoint["properties"]["ipConfigurations"] == []


def test_a_peering_keeps_what_a_change_does_not_name() -> None:
    """Writing a peering again carries its flags and its list of subnets along."""
    named = {"peerCompleteVnets": False, "localSubnetNames": ["snet-pe"], "remoteSubnetNames": ["snet-dns"]}
    sides = est.peering(est.PEERING, est.HUB, **named), est.peering(est.HUB_PEERING, est.VNET)
    azure = est.small_azure(base(*sides), operation_polls=0)
    change = CASES["update-peering flag"].change
    est.applier_of(azure).start(est.approved(change), change)
    after = (azure.resource(est.PEERING) or {})["properties"]
    assert {key: after[key] for key in (*named, "allowForwardedTraffic")} == {**named, "allowForwardedTraffic": True}


def test_a_look_asks_and_nothing_else() -> None:
    """Reading an estate sends GETs only: no what-if, no list action, nothing that needs a right to write."""
    azure = est.small_azure(around.surrounded())
    AzureObserver(est.arm_of(azure), AZURE_CHINA).observe()
    assert {method for method, _ in azure.requests} == {"GET"}
    assert [path for _, path in azure.requests if "deployments" in path.lower() or "whatif" in path.lower()] == []


def test_comparing_before_a_write_asks_and_nothing_else() -> None:
    """Looking at a change's target and at its undo writes nothing."""
    for name, case in CASES.items():
        azure = est.small_azure(case.estate())
        applier = est.applier_of(azure)
        applier.compare(case.change)
        applier.compare_undo(case.change)
        assert {method for method, _ in azure.requests} == {"GET"}, name

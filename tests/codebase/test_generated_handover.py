"""Two owners: to whom a folder leaves a zone group, and how it takes an endpoint out of a policy's hands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.code_home import Language
from remediator.core.desired import DesiredState
from remediator.core.plan import ordered
from remediator.core.pull_request import Task
from tests.codebase.bicep_deployment import parsed
from tests.codebase.drafting import BY_HAND, CASES, DECLARED, declined, home, task_of, written
from tests.codebase.oracles import flaws
from tests.core.breaks import BREAKS, ENDPOINT, zone_of
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder, healthy


def kept_by_policy() -> EstateBuilder:
    """A policy wrote the zone group of pe-shop, and somebody overwrote a record of it."""
    builder = healthy()
    builder.drop(f"{ENDPOINT}/privateDnsZoneGroups/default")
    builder.group(ENDPOINT, zone_of(builder), name="deployedByPolicy")
    record = builder.get(f"{zone_of(builder)}/A/shop")["properties"]
    record["aRecords"] = [{"ipv4Address": "10.20.4.99"}]
    del record["metadata"]
    return builder


@pytest.mark.parametrize("language", Language)
def test_a_policys_zone_group_is_left_to_the_policy(language: Language) -> None:
    """The plan would have the policy's group write again: no code declares it, and the text says who does it."""
    task = task_of(kept_by_policy())
    assert [change.kind.value for change in task.plan.changes] == ["update-dns-zone-group"]
    told = declined(task, home(language))
    assert told.code == "code-not-safe"
    assert "through the policy that owns the zone group of pe\\-shop, with a remediation task" in told.text


def test_terraform_ignores_the_group_that_a_policy_writes() -> None:
    """The folder declares the endpoint, then a policy takes its zone group over: Terraform looks away from it."""
    _, files = written(task_of(BREAKS["records never written"][0]()), home(Language.TERRAFORM))
    assert "private_dns_zone_group {" in files["privatelink/shop/endpoint.tf"]
    builder = kept_by_policy()
    builder.drop(f"{zone_of(builder)}/virtualNetworkLinks/to-vnet-spoke")
    drafted, after = written(task_of(builder), home(Language.TERRAFORM), files)
    text = after["privatelink/shop/endpoint.tf"]
    assert "private_dns_zone_group {" not in text
    assert "      private_dns_zone_group,\n" in text
    assert any("Two owners" in note and "deployedByPolicy" in note for note in drafted.notes)


def test_bicep_declares_no_group_that_a_policy_writes() -> None:
    """The folder declared the group, then a policy took it over: Bicep declares it no more."""
    _, files = written(task_of(BREAKS["records never written"][0]()), home())
    assert "privateDnsZoneGroups@" in files["privatelink/shop/endpoint-rg-app.bicep"]
    builder = kept_by_policy()
    builder.drop(f"{zone_of(builder)}/virtualNetworkLinks/to-vnet-spoke")
    _, after = written(task_of(builder), home(), files)
    assert not any("privateDnsZoneGroups@" in text for text in after.values())


def test_a_policy_that_would_write_elsewhere_is_exempted_in_bicep() -> None:
    """Our group writes to another zone than the policy's: an exemption waits for its assignment."""
    case = CASES["policy-elsewhere"]
    drafted, files = written(task_of(case.build(), case.desired), home())
    module = parsed(files["privatelink/shop/endpoint-rg-app.bicep"])
    (exemption,) = (one for one in module["resources"].values() if one["type"].endswith("policyExemptions"))
    assert exemption["config"]["config"]["scope"] == "endpointPeShopVnetSpoke"
    assert parsed(files["privatelink/shop/main.bicep"])["parameters"]["policyAssignmentId"]["default"] == ""
    assert any("policyAssignmentId" in note for note in drafted.notes)


def test_a_policy_that_would_write_elsewhere_is_exempted_in_terraform() -> None:
    """The same in Terraform, where the exemption is counted by a variable."""
    case = CASES["policy-elsewhere"]
    drafted, files = written(task_of(case.build(), case.desired), home(Language.TERRAFORM))
    text = files["privatelink/shop/endpoint.tf"]
    assert 'resource "azurerm_resource_policy_exemption" "pe_shop_vnet_spoke" {' in text
    assert 'count                = var.policy_assignment_id == "" ? 0 : 1' in text
    assert any("policy_assignment_id" in note for note in drafted.notes)


def test_a_policy_that_writes_to_the_same_zone_is_no_rival() -> None:
    """Without a zone of its own the registry's records go where the policy's do: no exemption, no note."""
    drafted, files = written(task_of(CASES["policy-elsewhere"].build()), home())
    assert not any("policyExemptions" in text for text in files.values())
    assert drafted.notes == ()


def test_two_writers_of_what_the_plan_writes_are_named() -> None:
    """A record by hand beside a zone group: the note says who the two are, and only about what the plan writes."""
    builder = BREAKS["login record stale"][0]()
    del builder.get(f"{zone_of(builder)}/A/shop")["properties"]["metadata"]
    live = snapshot_of(builder)
    drafted, _ = written(Task(task_of(builder).plan, live, DesiredState()), home())
    assert any("Two owners" in note and "kept by hand or by a tool" in note for note in drafted.notes)


def by_hand_then_group() -> tuple[EstateBuilder, EstateBuilder]:
    """Records that nobody keeps are missing and wanted by hand; then the same estate with the records, group wanted."""
    missing = BREAKS["records never written"][0]()
    there = BREAKS["records never written"][0]()
    there.records_of(ENDPOINT, zone_of(there), by_hand=True)
    return missing, there


@pytest.mark.parametrize("language", Language)
def test_records_leave_the_folder_when_a_zone_group_keeps_them(language: Language) -> None:
    """The folder declared two records; a zone group takes them over: one owner is left, and nothing is destroyed."""
    missing, there = by_hand_then_group()
    _, first = written(task_of(missing, BY_HAND), home(language))
    assert sum(text.count("ipv4Address") + text.count("records  ") for text in first.values()) == 2
    task = task_of(there, DECLARED)
    assert [change.kind.value for change in task.plan.changes] == ["create-dns-zone-group"]
    _, files = written(task, home(language), first)
    assert not any("/records" in path for path in files)
    removed = files.get("privatelink/shop/removed.tf", "")
    if language is Language.TERRAFORM:
        assert removed.count("from = azurerm_private_dns_a_record.shop") == removed.count("destroy = false") == 2
        assert flaws(removed, ".tf") == []
    again, _ = written(task, home(language), files)
    assert again.commits == ()


@pytest.mark.parametrize("language", Language)
def test_a_record_that_a_zone_group_of_the_plan_writes_is_not_declared(language: Language) -> None:
    """A plan holds a zone group and, for the same name, a record by hand: the folder declares one owner of it."""
    missing, _ = by_hand_then_group()
    group = task_of(missing, DECLARED)
    records = task_of(missing, BY_HAND).plan.changes
    task = replace(group, plan=ordered((*group.plan.changes, *records)))
    assert [change.kind.value for change in task.plan.changes[-2:]] == ["create-dns-record"] * 2
    drafted, files = written(task, home(language))
    assert not any("records" in path for path in files)
    assert sum("so that the record has one owner" in note for note in drafted.notes) == 2


def test_a_released_record_may_be_declared_again() -> None:
    """Wanted by hand once more, the record is a resource again and its removal is forgotten."""
    missing, there = by_hand_then_group()
    terraform = home(Language.TERRAFORM)
    _, files = written(task_of(missing, BY_HAND), terraform)
    _, files = written(task_of(there, DECLARED), terraform, files)
    _, files = written(task_of(missing, BY_HAND), terraform, files)
    assert "privatelink/shop/removed.tf" not in files
    assert files["privatelink/shop/records.tf"].count('resource "azurerm_private_dns_a_record"') == 2

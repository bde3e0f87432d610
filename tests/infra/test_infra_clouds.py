"""What differs between the clouds stands in one table, and each cloud gets what it has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from remediator.core.cloud import CLOUDS, cloud_named
from tests.infra.azure_types import needs_types
from tests.infra.deployment import HOME, INFRA, deploy
from tests.infra.stories import WHOLE, story

TABLE: dict[str, dict[str, str]] = json.loads((INFRA / "clouds.json").read_text("utf-8"))
BICEP = sorted(INFRA.rglob("*.bicep"))
OF_A_CLOUD = re.compile(
    r"core\.(?:windows|chinacloudapi|usgovcloudapi)|azurewebsites\.|chinacloudsites|vaultcore|microsoftonline\."
    r"|eventgrid\.azure|Azure(?:China)?Cloud|AzureUSGovernment|azurecr\."
)
BEGINS = {"vault": "privatelink.vault", "topic": "privatelink.eventgrid"}
EXAMPLES = {"public": "AzureCloud", "china": "AzureChinaCloud", "government": "AzureUSGovernment"}


def example(name: str) -> dict[str, Any]:
    """The parameters of an example file."""
    held = json.loads((INFRA / "parameters" / f"{name}.json").read_text("utf-8"))["parameters"]
    return {key: one["value"] for key, one in held.items()}


def test_the_table_has_every_cloud_with_every_line() -> None:
    """The clouds are those of the program, each with the same lines, and the storage names agree."""
    assert set(TABLE) == {cloud.name for cloud in CLOUDS}
    assert len({tuple(lines) for lines in TABLE.values()}) == 1
    assert all(lines["storageSuffix"] == cloud_named(name).storage_suffix for name, lines in TABLE.items())


@pytest.mark.parametrize("file", BICEP, ids=lambda path: path.name)
def test_no_template_names_a_cloud(file: Path) -> None:
    """Nothing in a template belongs to one cloud, but for an example in a description."""
    code = re.sub(r"@description\((?:'''[\s\S]*?'''|'(?:\\'|[^'\n])*')\)|//[^\n]*", "", file.read_text("utf-8"))
    assert OF_A_CLOUD.findall(code) == []


@needs_types
@pytest.mark.parametrize(
    ("name", "sku", "delegation"),
    [
        ("whole", ("FC1", "FlexConsumption"), "Microsoft.App/environments"),
        ("whole in China", ("EP1", "ElasticPremium"), "Microsoft.Web/serverFarms"),
        ("whole in Government", ("EP1", "ElasticPremium"), "Microsoft.Web/serverFarms"),
    ],
)
def test_each_cloud_gets_the_plan_that_it_has(name: str, sku: tuple[str, str], delegation: str) -> None:
    """Flex Consumption in Azure public, Elastic Premium elsewhere; the subnet is delegated to whom the plan needs."""
    plan = story(name).one("Microsoft.Web/serverfarms").body["sku"]
    network = story(name).one("Microsoft.Network/virtualNetworks").properties
    functions = next(one for one in network["subnets"] if one["name"] == "functions")
    endpoints = next(one for one in network["subnets"] if one["name"] == "endpoints")
    assert (plan["name"], plan["tier"]) == sku
    assert functions["properties"]["delegations"][0]["properties"]["serviceName"] == delegation
    policies = "Disabled" if "Government" in name else "NetworkSecurityGroupEnabled"
    assert endpoints["properties"]["privateEndpointNetworkPolicies"] == policies
    assert "delegations" not in endpoints["properties"]  # an endpoint cannot lie in a delegated subnet


@needs_types
@pytest.mark.parametrize(
    ("asked", "sku"), [({"plan": "premium"}, "EP1"), ({"plan": "flex"}, "FC1"), ({"premiumSize": "EP2"}, "FC1")]
)
def test_the_plan_can_be_chosen(asked: dict[str, str], sku: str) -> None:
    """One parameter chooses the plan in any cloud."""
    found = deploy(WHOLE | asked)
    assert found.problems == []
    assert found.one("Microsoft.Web/serverfarms").body["sku"]["name"] == sku


@needs_types
@pytest.mark.parametrize("name", ["whole", "whole in China", "whole in Government"])
def test_its_own_storage_is_private(name: str) -> None:
    """No key, no way in; for each part an endpoint, a zone with its record, and a link that hides no other name."""
    lines = TABLE[{"whole": "AzureCloud", "whole in China": "AzureChinaCloud"}.get(name, "AzureUSGovernment")]
    account = story(name).one("Microsoft.Storage/storageAccounts").properties
    assert (account["allowSharedKeyAccess"], account["networkAcls"]["defaultAction"]) == (False, "Deny")
    zones = {one.body["name"] for one in story(name).of("Microsoft.Network/privateDnsZones")}
    parts = [f"privatelink.{part}.{lines['storageSuffix']}" for part in ("blob", "queue", "table")]
    assert zones == {*parts, lines["vaultZone"], lines["topicZone"]}
    endpoints = story(name).of("Microsoft.Network/privateEndpoints")
    groups = [one.properties["privateLinkServiceConnections"][0]["properties"]["groupIds"] for one in endpoints]
    assert sorted(group for (group,) in groups) == ["blob", "queue", "table", "topic", "vault"]
    assert len(story(name).of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")) == 5
    links = story(name).of("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    assert {one.properties["resolutionPolicy"] for one in links} == {"NxDomainRedirect"}


@needs_types
def test_a_record_lies_in_the_zone_of_its_part() -> None:
    """Each endpoint keeps its record in the zone of its own name, also where the zones were there before."""
    for name in ("whole", "a network and zones that exist"):
        by_id = {one.id: one for one in story(name).of("Microsoft.Network/privateEndpoints")}
        for records in story(name).of("Microsoft.Network/privateEndpoints/privateDnsZoneGroups"):
            endpoint = by_id[records.id.partition("/privateDnsZoneGroups/")[0]]
            (part,) = endpoint.properties["privateLinkServiceConnections"][0]["properties"]["groupIds"]
            (zone,) = [one["properties"]["privateDnsZoneId"] for one in records.properties["privateDnsZoneConfigs"]]
            assert zone.rpartition("/")[2].startswith(BEGINS.get(part, f"privatelink.{part}."))


@needs_types
def test_no_public_way_in_without_an_operator() -> None:
    """The account is closed to the outside unless addresses are named, and then it is open to those alone."""
    closed, opened = (story(n).one("Microsoft.Storage/storageAccounts").properties for n in ("least", "whole"))
    assert (closed["publicNetworkAccess"], closed["networkAcls"]["ipRules"]) == ("Disabled", [])
    assert opened["publicNetworkAccess"] == "Enabled"
    assert opened["networkAcls"]["ipRules"] == [{"action": "Allow", "value": "203.0.113.7"}]


@needs_types
def test_callers_can_be_limited_without_shutting_azure_out() -> None:
    """With addresses of callers everybody else is refused, but for Event Grid and action groups."""
    config = story("whole").one("Microsoft.Web/sites").properties["siteConfig"]
    let_in = [(one.get("tag", "Default"), one["ipAddress"]) for one in config["ipSecurityRestrictions"]]
    assert config["ipSecurityRestrictionsDefaultAction"] == "Deny"
    assert let_in == [
        ("ServiceTag", "AzureEventGrid"), ("ServiceTag", "ActionGroup"), ("Default", "203.0.113.0/24"),
    ]  # fmt: skip


@needs_types
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_is_right(name: str) -> None:
    """The parameters of an example make a right deployment in their cloud, before and after the code."""
    for published in (False, True):
        found = deploy(example(name) | {"codeIsPublished": published}, EXAMPLES[name])
        assert found.problems == []
        assert found.outputs["scopesNotUnderstood"] == []
        assert HOME not in found.outputs["leavingWriting"]


@needs_types
@pytest.mark.parametrize(
    "odd",
    [
        f"/subscriptions/{HOME}",
        f"/subscriptions/{HOME}/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
        f"/subscriptions/{HOME}/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z/A/r",
        f"/subscriptions/{HOME}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
    ],
)
def test_a_scope_of_another_kind_is_named(odd: str) -> None:
    """What the list of the applier cannot take, a subscription above all, is an output and gives no role."""
    found = deploy(WHOLE | {"applierScopes": [odd]})
    assert found.problems == []
    assert (found.outputs["scopesNotUnderstood"], found.outputs["leavingWriting"]) == ([odd], [])

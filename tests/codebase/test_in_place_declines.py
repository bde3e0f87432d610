"""When nothing is written, and why: no name is guessed, and nothing that decides more than one thing is changed."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from remediator.core.private_dns import PrivateZone
from remediator.core.private_link import EndpointTarget, PrivateEndpoint
from remediator.core.pull_request import Instruction
from remediator.core.registry import Registry
from remediator.core.snapshot import Snapshot
from tests.codebase.in_place_editing import (
    change,
    declined,
    edited,
    endpoint_id,
    link,
    made,
    network_id,
    registry_id,
    switch,
    zone_id,
)

CLOSED = switch(publicNetworkAccess="Disabled")


def bicep(name: str = "'acrshop'", access: str = "'Enabled'", before: str = "") -> str:
    """A file with one registry."""
    return (
        f"{before}resource acr 'Microsoft.ContainerRegistry/registries@2023-07-01' = {{\n  name: {name}\n"
        f"  sku: {{ name: 'Premium' }}\n  properties: {{\n    publicNetworkAccess: {access}\n  }}\n}}\n"
    )


def terraform(name: str = '"acrshop"', access: str = "true", more: str = "") -> str:
    """A file with one registry."""
    return (
        f'resource "azurerm_container_registry" "acr" {{\n  name = {name}\n  sku = "Premium"\n'
        f"  public_network_access_enabled = {access}\n{more}}}\n"
    )


@pytest.mark.parametrize(
    ("code", "files"),
    [
        ("code-not-located", {"main.bicep": bicep("'other'")}),
        ("code-not-located", {"main.bicep": bicep().replace("' = {\n  name", "' existing = {\n  name")}),
        ("code-not-located", {"main.tf": terraform(more="  count = 0\n")}),
        ("code-ambiguous", {"dev/main.bicep": bicep(), "prod/main.bicep": bicep()}),
        ("code-not-parsed", {"main.bicep": bicep() + "resource x = = {\n"}),
        ("code-not-parsed", {"main.tf": terraform()[:-2]}),
        ("code-value-unknown", {"main.bicep": bicep("'acr${uniqueString(resourceGroup().id)}'")}),
        ("code-value-unknown", {"main.bicep": bicep("name", before="param name string\n")}),
        ("code-value-unknown", {"main.tf": terraform('"acr${random_string.x.result}"')}),
        ("code-value-unknown", {"main.bicep": bicep(access="access", before="param access string\n")}),
        ("code-value-unknown", {"main.tf": terraform(access="var.open", more='}\nvariable "open" {\n')}),
        ("code-elsewhere", {"main.bicep": "module a 'br:acr.example.io/reg:1' = {\n  params: { acr: 'acrshop' }\n}\n"}),
        ("code-elsewhere", {"main.tf": 'module "a" {\n  source = "acme/acr/azurerm"\n  name   = "acrshop"\n}\n'}),
        ("code-ignored", {"main.tf": terraform(more="  lifecycle {\n    ignore_changes = all\n  }\n")}),
    ],
)
def test_the_reason_is_told(code: str, files: dict[str, str]) -> None:
    """Each reason has its code, and the text says what a person would write with the resource's full id."""
    told = declined(files, CLOSED)
    assert told.code == code, told.reason
    assert registry_id().text in told.text
    assert ("publicNetworkAccess: 'Disabled'" in told.text) or ("public_network_access_enabled = false" in told.text)


def test_a_parameter_that_decides_more_is_left() -> None:
    """A default that another resource hangs on is not changed, whether the other one's value is known or not."""
    other = "\nresource store 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'st'\n  tags: { a: %s }\n}\n"
    shared = bicep(access="access", before="param access string = 'Enabled'\n")
    assert declined({"main.bicep": shared + other % "access"}, CLOSED).code == "code-shared"
    hidden = "guid(access)"
    assert declined({"main.bicep": shared + other % hidden}, CLOSED).code == "code-shared"
    assert edited({"main.bicep": shared + other % "'x'"}, CLOSED)


def test_a_module_that_makes_two_registries_is_left() -> None:
    """A line in a module that is called twice would change the other registry too."""
    call = 'module "%s" {\n  source = "./acr"\n  name   = "%s"\n}\n'
    files = {
        "main.tf": call % ("shop", "acrshop") + call % ("bank", "acrbank"),
        "acr/main.tf": 'variable "name" {}\n' + terraform("var.name"),
    }
    told = declined(files, CLOSED)
    assert told.code == "code-shared"
    assert "acrbank" in told.reason


def test_two_environments_of_one_code_are_kept_apart() -> None:
    """A declaration that two parameter files make two registries of is not edited; a value of one file is."""
    main = bicep("'acr${env}'", "access", "param env string\nparam access string = 'Enabled'\n")
    files = {
        "main.bicep": main,
        "shop.bicepparam": "using 'main.bicep'\nparam env = 'shop'\nparam access = 'Enabled'\n",
        "bank.bicepparam": "using 'main.bicep'\nparam env = 'bank'\n",
    }
    assert edited(files, CLOSED) == {"shop.bicepparam": files["shop.bicepparam"].replace("'Enabled'", "'Disabled'")}
    files["shop.bicepparam"] = "using 'main.bicep'\nparam env = 'shop'\n"
    assert declined(files, CLOSED).code == "code-shared"


def test_what_a_pipeline_passes_is_not_in_the_code() -> None:
    """A default that a pipeline seems to replace, and a placeholder that a tool fills, decide nothing."""
    main = bicep(access="access", before="param access string = 'Enabled'\n")
    pipeline = "steps:\n  - run: az deployment group create -f main.bicep -p access=Enabled\n"
    told = declined({"main.bicep": main, ".github/workflows/deploy.yml": pipeline}, CLOSED)
    assert told.code == "code-value-unknown"
    assert ".github/workflows/deploy.yml" in told.reason
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"
    filled = f'{{"$schema": "{schema}", "parameters": {{"access": {{"value": "${{ACCESS}}"}}}}}}'
    assert declined({"main.bicep": main, "main.parameters.json": filled}, CLOSED).code == "code-value-unknown"


def test_a_value_that_is_not_allowed_is_not_written() -> None:
    """A parameter that does not take the value, by its decorator or its validation, is left."""
    bound = "@allowed([\n  'Enabled'\n  'SecuredByPerimeter'\n])\nparam access string = 'Enabled'\n"
    assert declined({"main.bicep": bicep(access="access", before=bound)}, CLOSED).code == "code-value-unknown"
    rule = '}\nvariable "sku" {\n  default = "Premium"\n  validation {\n    condition = var.sku == "Premium"\n  }\n'
    files = {"main.tf": terraform(more=rule).replace('sku = "Premium"\n  public', "sku = var.sku\n  public")}
    assert declined(files, change(ChangeKind.UPGRADE_SKU, registry_id(), sku="Basic")).code == "code-value-unknown"


def test_a_field_with_a_default_in_its_type_is_not_known() -> None:
    """What an object of Terraform leaves out may have a default in its type: it is neither right nor written twice."""
    variable = 'variable "r" {\n  type    = object({ open = optional(bool, false) })\n  default = {}\n}\n'
    files = {"main.tf": variable + terraform(access="var.r.open")}
    assert declined(files, switch(publicNetworkAccess="Enabled")).code == "code-value-unknown"


def test_a_zone_without_its_group_is_certain_only_when_it_is_the_only_one() -> None:
    """A zone has the same name everywhere: with two in Azure, code that does not say the group is not edited."""
    code = "resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {\n  name: 'privatelink.azurecr.io'\n}\n"
    wanted = link(zone_id(), network_id())
    one, two = (PrivateZone(zone_id(group=group), "privatelink.azurecr.io") for group in ("rg-app", "rg-hub"))
    assert edited({"main.bicep": code}, wanted, live=Snapshot(zones={one.id: one}))
    told = declined({"main.bicep": code}, wanted, live=Snapshot(zones={one.id: one, two.id: two}))
    assert told.code == "code-ambiguous"


def test_a_module_of_two_environments_says_no_subscription() -> None:
    """A zone that two roots make in groups of one name may be two zones, in two subscriptions: neither is edited."""
    zone = 'variable "group" {}\nresource "azurerm_private_dns_zone" "acr" {\n  name = "privatelink.azurecr.io"\n'
    root = 'module "dns" {\n  source = "../dns"\n  group  = "rg-app"\n}\n'
    files = {"dns/main.tf": zone + "  resource_group_name = var.group\n}\n", "dev/main.tf": root}
    assert edited(files, link(zone_id(), network_id()))
    told = declined({**files, "prod/main.tf": root}, link(zone_id(), network_id()))
    assert told.code == "code-ambiguous"
    assert "dev" in told.reason and "prod" in told.reason
    registry = Registry(registry_id(), "westeurope", "acrshop.azurecr.io", "Premium")
    live = Snapshot(registries={registry.id: registry})
    both = {**files, "dev/main.tf": root + terraform(), "prod/main.tf": root}
    assert declined(both, link(zone_id(), network_id()), live=live).code == "code-ambiguous"
    both["prod/main.tf"] = root + terraform()
    assert edited(both, link(zone_id(), network_id()), live=live), "they have one registry, so one subscription"


@pytest.mark.parametrize(
    ("code", "name"), [("code-ambiguous", '"acrshop"'), ("code-value-unknown", "var.n"), ("", '"acrbank"')]
)
def test_a_zone_group_beside_a_declared_record_makes_two_writers(code: str, name: str) -> None:
    """A record that the code declares and a new zone group would write too is not given a second owner."""
    files = {
        "main.tf": 'resource "azurerm_private_endpoint" "pe" {\n  name = "pe-shop"\n'
        '  resource_group_name = "rg-app"\n}\n'
        f'resource "azurerm_private_dns_a_record" "r" {{\n  name = {name}\n  zone_name = "privatelink.azurecr.io"\n'
        '  resource_group_name = "rg-app"\n  ttl = 300\n  records = ["10.0.1.4"]\n}\n'
    }
    registry = Registry(registry_id(), "westeurope", "acrshop.azurecr.io", "Premium")
    target = EndpointTarget(registry_id(), "Approved")
    subnet = network_id().child("subnets", "pe")
    endpoint = PrivateEndpoint(endpoint_id(), "westeurope", subnet, (target,), ())
    live = Snapshot(registries={registry.id: registry}, endpoints={endpoint.id: endpoint})
    group = endpoint_id().child("privateDnsZoneGroups", "default")
    wanted = change(ChangeKind.CREATE_ZONE_GROUP, group, zones=[zone_id().text])
    told = made(files, wanted, live=live)
    assert (told.code if isinstance(told, Instruction) else "") == code


def test_a_link_whose_network_is_not_known_may_be_the_one() -> None:
    """A zone is linked to a network once: beside a link to who knows where no second one is written."""
    code = (
        "param vnetId string\nresource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {\n"
        "  name: 'privatelink.azurecr.io'\n}\n\n"
        "resource hub 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {\n  parent: zone\n"
        "  name: 'hub'\n  properties: {\n    virtualNetwork: { id: vnetId }\n  }\n}\n"
    )
    assert declined({"main.bicep": code}, link(zone_id(), network_id())).code == "code-value-unknown"


def test_half_a_plan_is_not_written() -> None:
    """Where one change cannot be written none is: closing what another change had to open before would break pulls."""
    told = declined({"main.bicep": bicep()}, link(zone_id(), network_id()), CLOSED)
    assert told.code == "code-not-located"
    assert "virtualNetworkLinks" in told.text and "publicNetworkAccess: 'Disabled'" in told.text


def test_what_no_code_declares_is_done_in_azure() -> None:
    """An approval stands in no code: alone it is an instruction, beside other changes a note."""
    approval = change(
        ChangeKind.APPROVE_CONNECTION,
        registry_id().child("privateEndpointConnections", endpoint_id().name),
        status="Approved",
    )
    assert declined({"main.bicep": bicep()}, approval).code == "code-not-written"
    assert edited({"main.bicep": bicep()}, approval, CLOSED)


@pytest.mark.parametrize(
    "odd",
    [
        "var base = { a: 1 }\nvar more = {\n  ...base\n  b: [ ...[1], 2 ]\n}\n",
        "import {\n  one\n  two\n} from 'types.bicep'\n",
        "param maybe string?\nvar sure = maybe!\nvar text = 'x-${maybe!}'\n",
        "param kind resourceInput<'Microsoft.Web/sites@2024-11-01'>.properties.siteConfig = {}\n",
        "type nets = ({\n  id: string\n  mode: ('a'\n    | 'b')?\n})[]\n",
        "extension 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:0.1.8-preview'\n",
        "var slashes = '// no comment'\nvar site string = '/* neither */'\n",
    ],
)
def test_newer_bicep_is_read(odd: str) -> None:
    """Syntax that the grammar does not know is covered up while it is parsed, and stays in the file as it is."""
    assert edited({"main.bicep": odd + bicep()}, CLOSED) == {"main.bicep": odd + bicep(access="'Disabled'")}


def test_a_modules_default_is_not_changed() -> None:
    """Where a module's own default decides, the call passes the value: others may call that module."""
    main = "module acr 'acr.bicep' = {\n  name: 'acr'\n  params: {\n    name: 'acrshop'\n  }\n}\n"
    module = bicep("name", "access", "param name string\nparam access string = 'Enabled'\n")
    passed = main.replace("'acrshop'\n", "'acrshop'\n    access: 'Disabled'\n")
    assert edited({"main.bicep": main, "acr.bicep": module}, CLOSED) == {"main.bicep": passed}


def test_a_branch_of_a_condition_is_not_rewritten() -> None:
    """What a condition chooses is changed by the condition's literal or not at all."""
    files = {"main.bicep": bicep(access="true ? 'Enabled' : null", before="")}
    assert declined(files, CLOSED).code == "code-value-unknown"

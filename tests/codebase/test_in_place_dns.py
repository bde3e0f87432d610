"""Links, records, zone groups and zones that are added to the code beside what they belong to."""

from __future__ import annotations

import pytest

from remediator.core.change import ChangeKind
from remediator.core.private_link import EndpointTarget, PrivateEndpoint, ZoneGroup
from remediator.core.snapshot import Snapshot
from tests.codebase.in_place_editing import (
    change,
    declined,
    edited,
    endpoint_id,
    link,
    network_id,
    registry_id,
    zone_id,
)

ZONE, SHOP, HUB = zone_id(), network_id(), network_id("vnet-hub")
BICEP = """\
param tags object = {}

resource shop 'Microsoft.Network/virtualNetworks@2024-01-01' existing = {
  name: 'vnet-shop'
}

resource zone 'Microsoft.Network/privateDnsZones@2020-06-01' = {
  name: 'privatelink.azurecr.io'
  location: 'global'
  tags: tags
} // of the shop

output zone string = zone.id
"""
TERRAFORM = """\
resource "azurerm_resource_group" "app" {
  name     = "rg-app"
  location = "westeurope"
}

resource "azurerm_private_dns_zone" "acr" {
  name                = "privatelink.azurecr.io"
  resource_group_name = azurerm_resource_group.app.name
}
"""


def test_a_link_is_added_after_its_zone() -> None:
    """It refers to the zone and the network by symbol, has the zone's tags, and nothing else is touched."""
    added = """\
} // of the shop

resource linkVnetShop 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = {
  parent: zone
  name: 'vnet-shop'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: shop.id
    }
  }
}
"""
    assert edited({"main.bicep": BICEP}, link(ZONE, SHOP))["main.bicep"] == BICEP.replace("} // of the shop\n", added)
    block = f"""
resource "azurerm_private_dns_zone_virtual_network_link" "link_vnet_hub" {{
  name                  = "vnet-hub"
  resource_group_name   = azurerm_resource_group.app.name
  private_dns_zone_name = azurerm_private_dns_zone.acr.name
  virtual_network_id    = "{HUB.text}"
}}
"""
    assert edited({"main.tf": TERRAFORM}, link(ZONE, HUB)) == {"main.tf": TERRAFORM + block}


def test_a_link_that_falls_back_has_a_version_that_knows_it() -> None:
    """`resolutionPolicy` needs API version 2024-06-01: a new link gets it, an older one is raised with its policy."""
    falls_back = link(ZONE, SHOP, "NxDomainRedirect")
    after = edited({"main.bicep": BICEP}, falls_back)["main.bicep"]
    assert "virtualNetworkLinks@2024-06-01' = {" in after and "resolutionPolicy: 'NxDomainRedirect'" in after
    linked = edited({"main.bicep": BICEP}, link(ZONE, SHOP))["main.bicep"]
    raised = edited({"main.bicep": linked}, falls_back)["main.bicep"]
    assert raised == linked.replace("Links@2020-06-01", "Links@2024-06-01").replace(
        "      id: shop.id\n    }\n", "      id: shop.id\n    }\n    resolutionPolicy: 'NxDomainRedirect'\n"
    )


@pytest.mark.parametrize(
    ("listed", "each", "more"),
    [
        (f"[\n  '{HUB.text}'\n]", "net", f"\n  '{SHOP.text}'\n]"),
        (
            f"[\n  {{ id: '{HUB.text}', on: true }}\n]",
            "net.id",
            f"\n  {{\n    id: '{SHOP.text}'\n    on: false\n  }}\n]",
        ),
    ],
)
def test_a_list_that_links_are_made_of_gets_an_element(listed: str, each: str, more: str) -> None:
    """Where a loop over a literal list makes the zone's links, one more element is the smallest edit."""
    code = (
        BICEP
        + f"\nvar nets = {listed}\n\n"
        + f"""\
resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for net in nets: {{
  parent: zone
  name: 'to-${{last(split({each}, '/'))}}'
  location: 'global'
  properties: {{
    registrationEnabled: false
    virtualNetwork: {{ id: {each} }}
  }}
}}]
"""
    )
    after = edited({"main.bicep": code}, link(ZONE, SHOP))["main.bicep"]
    assert after == code.replace(listed, listed[:-2] + more)


def test_a_map_that_links_are_made_of_gets_an_entry() -> None:
    """`for_each` over a literal map of networks gets one more, under the network's name."""
    code = (
        TERRAFORM
        + f"""
locals {{
  networks = {{
    hub = "{HUB.text}"
  }}
}}

resource "azurerm_private_dns_zone_virtual_network_link" "all" {{
  for_each              = local.networks
  name                  = "link-${{each.key}}"
  resource_group_name   = azurerm_resource_group.app.name
  private_dns_zone_name = azurerm_private_dns_zone.acr.name
  virtual_network_id    = each.value
}}
"""
    )
    after = edited({"main.tf": code}, link(ZONE, SHOP))["main.tf"]
    hub = f'    hub = "{HUB.text}"\n'
    assert after == code.replace(hub, f'{hub}    "vnet-shop" = "{SHOP.text}"\n')


def test_a_link_that_is_switched_off_is_switched_on() -> None:
    """Where a literal default alone keeps a declared link away, that default is turned over."""
    code = (
        TERRAFORM
        + f"""
variable "link_shop" {{
  type    = bool
  default = false
}}

resource "azurerm_private_dns_zone_virtual_network_link" "shop" {{
  count                 = var.link_shop ? 1 : 0
  name                  = "shop"
  resource_group_name   = azurerm_resource_group.app.name
  private_dns_zone_name = azurerm_private_dns_zone.acr.name
  virtual_network_id    = "{SHOP.text}"
}}
"""
    )
    assert edited({"main.tf": code}, link(ZONE, SHOP))["main.tf"] == code.replace("= false", "= true")
    on = code.replace("= false", "= true")
    assert declined({"main.tf": on}, link(ZONE, SHOP)).code == "code-says-so-already"


def test_a_verified_zone_gets_its_link_as_an_input() -> None:
    """The public module of zones takes links as a list of objects."""
    code = (
        "module zone 'br/public:avm/res/network/private-dns-zone:0.7.0' = {\n  name: 'zone'\n  params: {\n"
        "    name: 'privatelink.azurecr.io'\n    virtualNetworkLinks: [\n      {\n"
        f"        virtualNetworkResourceId: '{HUB.text}'\n      }}\n    ]\n  }}\n}}\n"
    )
    after = edited({"main.bicep": code}, link(ZONE, SHOP))["main.bicep"]
    more = f"      {{\n        virtualNetworkResourceId: '{SHOP.text}'\n      }}\n    ]"
    assert after == code.replace("    ]", more)


def test_a_zone_that_is_only_referred_to_can_have_children_in_terraform() -> None:
    """A data source names the zone; the link belongs to the code that refers to it."""
    code = TERRAFORM.replace('resource "azurerm_private_dns_zone"', 'data "azurerm_private_dns_zone"')
    after = edited({"main.tf": code}, link(ZONE, SHOP))["main.tf"]
    assert "private_dns_zone_name = data.azurerm_private_dns_zone.acr.name" in after


def test_a_record_gets_its_addresses() -> None:
    """A record's literal addresses are set; one that takes them from the endpoint is right by itself and is left."""
    record = change(ChangeKind.UPDATE_RECORD, ZONE.child("A", "acrshop"), addresses=["10.0.1.5"], ttl=300)
    new = edited({"main.tf": TERRAFORM}, record)["main.tf"]
    assert new.startswith(TERRAFORM) and 'records             = ["10.0.1.5"]\n' in new
    moved = change(ChangeKind.UPDATE_RECORD, ZONE.child("A", "acrshop"), addresses=["10.0.1.9"], ttl=300)
    assert edited({"main.tf": new}, moved)["main.tf"] == new.replace("10.0.1.5", "10.0.1.9")
    dynamic = new.replace('["10.0.1.5"]', "[azurerm_private_endpoint.pe.private_service_connection[0].ip]")
    assert declined({"main.tf": dynamic}, moved).code == "code-value-unknown"


ENDPOINT = """\
resource "azurerm_private_endpoint" "pe" {
  name                = "pe-shop"
  resource_group_name = azurerm_resource_group.app.name
  location            = "westeurope"

  private_service_connection {
    name = "pe-shop"
  }
}
"""


def test_a_zone_group_is_a_block_in_terraform_and_a_resource_in_bicep() -> None:
    """It names the zone by its symbol, and stands with its endpoint."""
    group = change(
        ChangeKind.CREATE_ZONE_GROUP, endpoint_id().child("privateDnsZoneGroups", "default"), zones=[ZONE.text]
    )
    files = {"main.tf": TERRAFORM, "pe.tf": ENDPOINT}
    block = '\n  private_dns_zone_group {\n    name                 = "default"\n'
    block += "    private_dns_zone_ids = [azurerm_private_dns_zone.acr.id]\n  }\n}\n"
    assert edited(files, group) == {"pe.tf": ENDPOINT[:-2] + block}
    pe = "resource pe 'Microsoft.Network/privateEndpoints@2023-11-01' = {\n  name: 'pe-shop'\n  properties: {}\n}\n"
    after = edited({"main.bicep": BICEP + pe}, group)["main.bicep"]
    assert after.startswith(BICEP + pe)
    assert "privateDnsZoneGroups@2023-11-01' = {\n  parent: pe\n" in after and "privateDnsZoneId: zone.id\n" in after
    assert declined({"main.bicep": after}, group).code == "code-says-so-already"


def test_a_group_that_a_policy_keeps_is_left_to_it() -> None:
    """Terraform is told to ignore it, beside what it ignores already; Bicep declares it no more."""
    kept = ZoneGroup(
        endpoint_id().child("privateDnsZoneGroups", "deployedByPolicy"), (("x", ZONE),), deployed_by_policy=True
    )
    target = EndpointTarget(registry_id(), "Approved")
    live = Snapshot(
        endpoints={
            endpoint_id(): PrivateEndpoint(
                endpoint_id(), "westeurope", SHOP.child("subnets", "pe"), (target,), (), zone_groups=(kept,)
            )
        }
    )
    group = change(ChangeKind.UPDATE_ZONE_GROUP, kept.id, zones=[ZONE.text], records={})
    ignored = "\n  lifecycle {\n    ignore_changes = [private_dns_zone_group]\n  }\n}\n"
    files = {"main.tf": TERRAFORM, "pe.tf": ENDPOINT}
    assert edited(files, group, live=live) == {"pe.tf": ENDPOINT[:-2] + ignored}
    tags = ENDPOINT[:-2] + "\n  lifecycle { ignore_changes = [tags] }\n}\n"
    assert edited({"main.tf": TERRAFORM, "pe.tf": tags}, group, live=live) == {
        "pe.tf": tags.replace("[tags]", "[tags, private_dns_zone_group]")
    }
    pe = "\nresource pe 'Microsoft.Network/privateEndpoints@2023-11-01' = {\n  name: 'pe-shop'\n}\n"
    owned = (
        "\nresource g 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = {\n"
        "  parent: pe\n  name: 'default'\n}\n"
    )
    after = edited({"main.bicep": BICEP + pe + owned + "\noutput e string = pe.id\n"}, group, live=live)
    assert after == {"main.bicep": BICEP + pe + "\noutput e string = pe.id\n"}


def test_a_zone_stands_beside_others_of_its_group() -> None:
    """A new zone is written after the registry whose resource group it belongs to, and names the group as it does."""
    registry = (
        '\nresource "azurerm_container_registry" "acr" {\n  name                = "acrshop"\n'
        "  resource_group_name = azurerm_resource_group.app.name\n}\n"
    )
    group = TERRAFORM.partition('\nresource "azurerm_private_dns_zone"')[0]
    after = edited({"main.tf": group + registry}, change(ChangeKind.CREATE_ZONE, ZONE, zone=ZONE.name))["main.tf"]
    assert after == group + registry + (
        '\nresource "azurerm_private_dns_zone" "privatelink_azurecr_io" {\n'
        '  name                = "privatelink.azurecr.io"\n  resource_group_name = azurerm_resource_group.app.name\n}\n'
    )


def test_what_has_no_name_in_the_code_may_be_it() -> None:
    """A link, a record or a zone group of the same parent whose name is not known may be the one that is missing."""
    named = TERRAFORM + (
        '\nresource "azurerm_private_dns_zone_virtual_network_link" "l" {\n  name = "l-${var.suffix}"\n'
        "  private_dns_zone_name = azurerm_private_dns_zone.acr.name\n"
        "  resource_group_name = azurerm_resource_group.app.name\n  virtual_network_id = var.vnet\n}\n"
        '\nresource "azurerm_private_dns_a_record" "r" {\n  name = var.registry\n'
        "  zone_name = azurerm_private_dns_zone.acr.name\n"
        '  resource_group_name = azurerm_resource_group.app.name\n  ttl = 300\n  records = ["10.0.1.4"]\n}\n'
    )
    assert declined({"main.tf": named}, link(ZONE, SHOP)).code == "code-value-unknown"
    record = change(ChangeKind.CREATE_RECORD, ZONE.child("A", "acrshop"), addresses=["10.0.1.5"], ttl=300)
    assert declined({"main.tf": named}, record).code == "code-value-unknown"
    told = named.replace("virtual_network_id = var.vnet", f'virtual_network_id = "{SHOP.text}"')
    assert declined({"main.tf": told}, link(ZONE, SHOP)).code == "code-says-so-already"
    pe = (
        "\nparam suffix string\nresource pe 'Microsoft.Network/privateEndpoints@2023-11-01' = {\n  name: 'pe-shop'\n}\n"
    )
    group = (
        "\nresource g 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2023-11-01' = {\n  parent: pe\n"
        "  name: 'g${suffix}'\n  properties: {\n    privateDnsZoneConfigs: [\n"
        "      { name: 'x', properties: { privateDnsZoneId: zone.id } }\n    ]\n  }\n}\n"
    )
    wanted = change(
        ChangeKind.CREATE_ZONE_GROUP, endpoint_id().child("privateDnsZoneGroups", "default"), zones=[ZONE.text]
    )
    assert declined({"main.bicep": BICEP + pe + group}, wanted).code == "code-says-so-already"


def test_a_link_of_the_name_is_the_link() -> None:
    """A declared link of the very name is the one that is meant, also where a pipeline passes its network."""
    code = TERRAFORM + (
        '\nresource "azurerm_private_dns_zone_virtual_network_link" "l" {\n  name                  = "vnet-shop"\n'
        "  private_dns_zone_name = azurerm_private_dns_zone.acr.name\n"
        "  resource_group_name   = azurerm_resource_group.app.name\n  virtual_network_id    = var.vnet\n}\n"
    )
    assert declined({"main.tf": code}, link(ZONE, SHOP)).code == "code-says-so-already"
    after = edited({"main.tf": code}, link(ZONE, SHOP, "NxDomainRedirect"))["main.tf"]
    assert after == code[:-2] + '  resolution_policy     = "NxDomainRedirect"\n}\n'


def test_nothing_of_a_loop_is_taken_out_of_it() -> None:
    """A link to a zone that a loop makes names its turn, and takes neither the loop's condition nor its tags along."""
    code = """\
param zones array = [
  { name: 'privatelink.vaultcore.azure.net', on: true, tags: {} }
  { name: 'privatelink.azurecr.io', on: true, tags: {} }
]

resource all 'Microsoft.Network/privateDnsZones@2020-06-01' = [for one in zones: if (one.on) {
  name: one.name
  location: 'global'
  tags: one.tags
}]
"""
    after = edited({"main.bicep": code}, link(ZONE, SHOP))["main.bicep"]
    assert after.startswith(code)
    added = after.removeprefix(code)
    assert "parent: all[1]\n" in added and "one." not in added and "if (" not in added

"""Endpoints and peerings in code."""

from __future__ import annotations

from dataclasses import replace

from remediator.core.change import Change, ChangeKind
from remediator.core.resource_id import ResourceId
from tests.codebase.in_place_editing import (
    change,
    declined,
    edited,
    endpoint_id,
    link,
    made,
    network_id,
    registry_id,
    zone_id,
)

SHOP, HUB = network_id(), network_id("vnet-hub", "rg-hub")
TERRAFORM = """\
locals {
  group = "rg-app"
}

resource "azurerm_virtual_network" "shop" {
  name                = "vnet-shop"
  resource_group_name = local.group
  location            = "westeurope"
  address_space       = ["10.0.0.0/16"]
}

resource "azurerm_container_registry" "acr" {
  name                = "acrshop"
  resource_group_name = local.group
  location            = "westeurope"
  sku                 = "Premium"
}
"""


def endpoint(target: ResourceId) -> Change:
    """A new endpoint of the registry in the shop's network."""
    subnet = SHOP.child("subnets", "snet-pe").text
    return change(
        ChangeKind.CREATE_ENDPOINT,
        target,
        location="westeurope",
        subnet=subnet,
        registry=registry_id().text,
        manual=False,
        status="Approved",
    )


def test_an_endpoint_stands_after_its_registry() -> None:
    """It names registry and group as its neighbours do, and the subnet by its id where the code has it not."""
    after = edited({"main.tf": TERRAFORM}, endpoint(endpoint_id()))["main.tf"]
    assert after == TERRAFORM + (
        f"""
resource "azurerm_private_endpoint" "pe_shop" {{
  name                = "pe-shop"
  location            = "westeurope"
  resource_group_name = local.group
  subnet_id           = "{SHOP.text}/subnets/snet-pe"

  private_service_connection {{
    name                           = "pe-shop"
    private_connection_resource_id = azurerm_container_registry.acr.id
    is_manual_connection           = false
    subresource_names              = ["registry"]
  }}
}}
"""
    )


def test_bicep_puts_an_endpoint_only_into_its_own_group() -> None:
    """Where a file is deployed is not in it: without a scope that says the group, no endpoint is written."""
    code = "resource acr 'Microsoft.ContainerRegistry/registries@2023-07-01' = {\n  name: 'acrshop'\n}\n"
    assert declined({"main.bicep": code}, endpoint(endpoint_id())).code == "code-value-unknown"
    main = "module acr 'acr.bicep' = {\n  name: 'acr'\n  scope: resourceGroup('rg-app')\n}\n"
    after = edited({"main.bicep": main, "acr.bicep": code}, endpoint(endpoint_id()))
    assert set(after) == {"acr.bicep"} and "privateLinkServiceId: acr.id" in after["acr.bicep"]


def test_a_replacement_takes_over_the_declaration() -> None:
    """An endpoint that takes a disconnected one's place gets the new name where the old one stood."""
    held = edited({"main.tf": TERRAFORM}, endpoint(endpoint_id()))
    old = replace(
        change(ChangeKind.DELETE_ENDPOINT, endpoint_id()), before={"registry": registry_id().text}, after=None
    )
    new = endpoint(endpoint_id("pe-shop-2"))
    after = edited(held, old, new)["main.tf"]
    named = 'resource "azurerm_private_endpoint" "pe_shop" {\n  name                = "pe-shop'
    assert after == held["main.tf"].replace(f'{named}"', f'{named}-2"')


def test_a_link_waits_for_what_its_zone_answers() -> None:
    """In one plan the new link depends on the zone group: a zone that is linked empty takes names away."""
    zone = zone_id()
    group = change(
        ChangeKind.CREATE_ZONE_GROUP, endpoint_id().child("privateDnsZoneGroups", "default"), zones=[zone.text]
    )
    whole = (endpoint(endpoint_id()), group, link(zone, SHOP))
    files = {
        "main.tf": TERRAFORM + '\nresource "azurerm_private_dns_zone" "acr" {\n  name = "privatelink.azurecr.io"\n'
        "  resource_group_name = local.group\n}\n"
    }
    after = edited(files, *whole)["main.tf"]
    assert "depends_on            = [azurerm_private_endpoint.pe_shop]" in after
    assert declined({"main.tf": after}, *whole).code == "code-says-so-already"


def test_a_peering_is_known_by_where_it_goes() -> None:
    """A peering of another name to the same network is the one that is meant; its flags are set."""
    flags = {"allowVirtualNetworkAccess": True, "allowForwardedTraffic": False}
    wanted = change(ChangeKind.CREATE_PEERING, SHOP.child("virtualNetworkPeerings", "to-hub"), remote=HUB.text, **flags)
    after = edited({"main.tf": TERRAFORM}, wanted)["main.tf"]
    assert "virtual_network_name         = azurerm_virtual_network.shop.name" in after
    assert f'remote_virtual_network_id    = "{HUB.text}"' in after
    other = after.replace('name                         = "to-hub"', 'name                         = "hub"')
    assert declined({"main.tf": other}, wanted).code == "code-says-so-already"
    shut = other.replace("allow_virtual_network_access = true", "allow_virtual_network_access = false")
    assert edited({"main.tf": shut}, wanted) == {"main.tf": other}


def test_what_is_deleted_by_hand_first_is_a_note() -> None:
    """A disconnected peering is deleted in Azure and made again by the code that declares it already."""
    target = SHOP.child("virtualNetworkPeerings", "to-hub")
    wanted = change(ChangeKind.CREATE_PEERING, target, remote=HUB.text, allowVirtualNetworkAccess=True)
    held = edited({"main.tf": TERRAFORM}, wanted)
    gone = replace(change(ChangeKind.DELETE_PEERING, target), after=None)
    found = made(held, gone, wanted)
    assert found.code == "code-says-so-already"  # type: ignore[union-attr]
    assert "deleted in Azure by hand" in found.text  # type: ignore[union-attr]


def test_what_the_code_declares_elsewhere_is_deployed_again() -> None:
    """No second endpoint of the registry in a network is written, and no second zone, where Azure lacks the first."""
    held = edited({"main.tf": TERRAFORM}, endpoint(endpoint_id("pe-of-ours")))
    told = declined(held, endpoint(endpoint_id()))
    assert told.code == "code-says-so-already" and "pe_of_ours in main.tf" in told.reason
    zone = '\nresource "azurerm_private_dns_zone" "z" {\n  name = "privatelink.azurecr.io"\n'
    zone += '  resource_group_name = "rg-dns"\n}\n'
    wanted = change(ChangeKind.CREATE_ZONE, zone_id(), zone="privatelink.azurecr.io")
    assert declined({"main.tf": TERRAFORM + zone}, wanted).code == "code-says-so-already"
    elsewhere = held["main.tf"].replace("vnet-shop/subnets", "vnet-bank/subnets")
    assert edited({"main.tf": elsewhere}, endpoint(endpoint_id()))
    unnamed = held["main.tf"].replace('"pe-of-ours"\n  location', "var.name\n  location")
    assert declined({"main.tf": unnamed}, endpoint(endpoint_id())).code == "code-value-unknown"

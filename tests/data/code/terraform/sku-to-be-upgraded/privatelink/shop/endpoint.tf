# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# The registry's address in the network, and the zone group that keeps its records.

# /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateEndpoints/pe-shop-vnet-spoke
resource "azurerm_private_endpoint" "pe_shop_vnet_spoke" {
  provider            = azurerm.sub_0a0a0a0a
  name                = "pe-shop-vnet-spoke"
  resource_group_name = "rg-app"
  location            = "chinanorth3"
  subnet_id           = "/subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/vnet-spoke/subnets/snet-endpoints"
  tags = {
    created-by = "remediator"
  }

  private_service_connection {
    name                           = "pe-shop-vnet-spoke"
    private_connection_resource_id = "/subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.ContainerRegistry/registries/shop"
    subresource_names              = ["registry"]
    is_manual_connection           = false
  }

  private_dns_zone_group {
    name                 = "default"
    private_dns_zone_ids = [azurerm_private_dns_zone.privatelink_azurecr_cn.id]
  }
}

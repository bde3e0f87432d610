# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# Last, the networks are led to the private answers.

# /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn/virtualNetworkLinks/vnet-spoke
resource "azurerm_private_dns_zone_virtual_network_link" "vnet_spoke" {
  provider              = azurerm.sub_0a0a0a0a
  name                  = "vnet-spoke"
  resource_group_name   = "rg-app"
  private_dns_zone_name = azurerm_private_dns_zone.privatelink_azurecr_cn.name
  virtual_network_id    = "/subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/vnet-spoke"
  registration_enabled  = false
  resolution_policy     = "Default"
  tags = {
    created-by = "remediator"
  }

  depends_on = [azurerm_private_endpoint.pe_shop_vnet_spoke]
}

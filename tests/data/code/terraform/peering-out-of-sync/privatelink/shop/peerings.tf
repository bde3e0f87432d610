# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# The networks see each other.

# adopted /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/vnet-spoke/virtualNetworkPeerings/to-vnet-hub
resource "azurerm_virtual_network_peering" "to_vnet_hub" {
  provider                     = azurerm.sub_0a0a0a0a
  name                         = "to-vnet-hub"
  resource_group_name          = "rg-app"
  virtual_network_name         = "vnet-spoke"
  remote_virtual_network_id    = "/subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub"
  allow_virtual_network_access = true
  allow_forwarded_traffic      = false
  allow_gateway_transit        = false
  use_remote_gateways          = false

  triggers = {
    remote_address_space = "10.10.0.0/16"
  }

  lifecycle {
    prevent_destroy = true
  }
}

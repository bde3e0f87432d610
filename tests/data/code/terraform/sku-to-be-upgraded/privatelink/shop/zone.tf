# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# The private zone that answers for the registry's names.

# /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn
resource "azurerm_private_dns_zone" "privatelink_azurecr_cn" {
  provider            = azurerm.sub_0a0a0a0a
  name                = "privatelink.azurecr.cn"
  resource_group_name = "rg-app"
  tags = {
    created-by = "remediator"
  }
}

# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# Records that no zone group keeps.

# /subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop
resource "azurerm_private_dns_a_record" "shop" {
  provider            = azurerm.sub_0b0b0b0b
  name                = "shop"
  resource_group_name = "rg-dns"
  zone_name           = "privatelink.azurecr.io"
  ttl                 = 300
  records             = ["10.20.4.5"]
}

# /subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop.westeurope.data
resource "azurerm_private_dns_a_record" "shop_westeurope_data" {
  provider            = azurerm.sub_0b0b0b0b
  name                = "shop.westeurope.data"
  resource_group_name = "rg-dns"
  zone_name           = "privatelink.azurecr.io"
  ttl                 = 300
  records             = ["10.20.4.4"]
}

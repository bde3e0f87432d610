# Written by remediator: the private access to the registry shop.
# Edits by hand are overwritten by its next pull request.
# Records that no zone group keeps.

# adopted /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop
resource "azurerm_private_dns_a_record" "shop" {
  provider            = azurerm.sub_0a0a0a0a
  name                = "shop"
  resource_group_name = "rg-app"
  zone_name           = "privatelink.azurecr.io"
  ttl                 = 3600
  records             = ["10.20.4.5"]

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}

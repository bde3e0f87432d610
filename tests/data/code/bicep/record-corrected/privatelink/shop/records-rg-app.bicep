// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource zonePrivatelinkAzurecrIo 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.io'
}

// adopted /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop
resource recordShop 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zonePrivatelinkAzurecrIo
  name: 'shop'
  properties: {
    ttl: 3600
    aRecords: [
      {
        ipv4Address: '10.20.4.5'
      }
    ]
  }
}

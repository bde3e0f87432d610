// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-dns of 0b0b0b0b-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource zonePrivatelinkAzurecrIo 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.io'
}

// /subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop
resource recordShop 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zonePrivatelinkAzurecrIo
  name: 'shop'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: '10.20.4.5'
      }
    ]
  }
}

// /subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-dns/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/shop.westeurope.data
resource recordShopWesteuropeData 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zonePrivatelinkAzurecrIo
  name: 'shop.westeurope.data'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: '10.20.4.4'
      }
    ]
  }
}

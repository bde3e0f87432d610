// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource endpointPeShop 'Microsoft.Network/privateEndpoints@2025-07-01' existing = {
  name: 'pe-shop'
}

resource zonePrivatelinkAzurecrIo 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.io'
}

// It writes the records of the registry's names and follows new regions.
// adopted /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateEndpoints/pe-shop/privateDnsZoneGroups/default
resource groupDefault 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = {
  parent: endpointPeShop
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'z0'
        properties: {
          privateDnsZoneId: zonePrivatelinkAzurecrIo.id
        }
      }
    ]
  }
}

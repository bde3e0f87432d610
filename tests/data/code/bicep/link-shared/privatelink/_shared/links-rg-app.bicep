// Written by remediator: what several registries share of their private access.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource zonePrivatelinkAzurecrIo 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.io'
}

resource networkVnetHub 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-hub'
}

// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/vnet-hub
resource linkVnetHub 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zonePrivatelinkAzurecrIo
  name: 'vnet-hub'
  location: 'global'
  tags: {
    'created-by': 'remediator'
  }
  properties: {
    virtualNetwork: {
      id: networkVnetHub.id
    }
    registrationEnabled: false
    resolutionPolicy: 'Default'
  }
}

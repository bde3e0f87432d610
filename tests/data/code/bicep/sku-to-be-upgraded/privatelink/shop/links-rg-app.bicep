// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource zonePrivatelinkAzurecrCn 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.cn'
}

resource networkVnetSpoke 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-spoke'
}

// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn/virtualNetworkLinks/vnet-spoke
resource linkVnetSpoke 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zonePrivatelinkAzurecrCn
  name: 'vnet-spoke'
  location: 'global'
  tags: {
    'created-by': 'remediator'
  }
  properties: {
    virtualNetwork: {
      id: networkVnetSpoke.id
    }
    registrationEnabled: false
    resolutionPolicy: 'Default'
  }
}

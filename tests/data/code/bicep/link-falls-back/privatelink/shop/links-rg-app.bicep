// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

@description('The tags that it has: it was there before, and a deployment would drop them.')
param tagsOfLinkToVnetSpoke object

// What stands elsewhere, and this file only refers to.
resource zonePrivatelinkAzurecrIo 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.io'
}

resource networkVnetSpoke 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-spoke'
}

// adopted /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/to-vnet-spoke
resource linkToVnetSpoke 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zonePrivatelinkAzurecrIo
  name: 'to-vnet-spoke'
  location: 'global'
  tags: tagsOfLinkToVnetSpoke
  properties: {
    virtualNetwork: {
      id: networkVnetSpoke.id
    }
    registrationEnabled: false
    resolutionPolicy: 'NxDomainRedirect'
  }
}

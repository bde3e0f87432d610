// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deploy the whole of it: az deployment sub create --location westeurope --template-file main.bicep
targetScope = 'subscription'

resource nowLinkToVnetSpoke 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' existing = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'privatelink.azurecr.io/to-vnet-spoke'
}

// Last, the networks are led to the private answers.
module linksRgApp 'links-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shop-links-rg-app'
  params: {
    tagsOfLinkToVnetSpoke: nowLinkToVnetSpoke.?tags ?? {}
  }
}

// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource networkVnetSpoke 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-spoke'
}

resource networkVnetHub 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  scope: resourceGroup('0b0b0b0b-1111-4222-8333-444444444444', 'rg-hub')
  name: 'vnet-hub'
}

// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/vnet-spoke/virtualNetworkPeerings/to-vnet-hub
resource peeringToVnetHub 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-07-01' = {
  parent: networkVnetSpoke
  name: 'to-vnet-hub'
  properties: {
    remoteVirtualNetwork: {
      id: networkVnetHub.id
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: false
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

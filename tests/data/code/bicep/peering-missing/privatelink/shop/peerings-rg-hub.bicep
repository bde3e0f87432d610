// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-hub of 0b0b0b0b-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource networkVnetHub 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-hub'
}

resource networkVnetSpoke 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'vnet-spoke'
}

// /subscriptions/0b0b0b0b-1111-4222-8333-444444444444/resourceGroups/rg-hub/providers/Microsoft.Network/virtualNetworks/vnet-hub/virtualNetworkPeerings/to-vnet-spoke
resource peeringToVnetSpoke 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-07-01' = {
  parent: networkVnetHub
  name: 'to-vnet-spoke'
  properties: {
    remoteVirtualNetwork: {
      id: networkVnetSpoke.id
    }
    allowVirtualNetworkAccess: true
    allowForwardedTraffic: false
    allowGatewayTransit: false
    useRemoteGateways: false
  }
}

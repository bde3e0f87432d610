// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// What stands elsewhere, and this file only refers to.
resource registryShop 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: 'shop'
}

resource networkVnetSpoke 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: 'vnet-spoke'
}

resource subnetSnetEndpoints 'Microsoft.Network/virtualNetworks/subnets@2025-07-01' existing = {
  parent: networkVnetSpoke
  name: 'snet-endpoints'
}

resource zonePrivatelinkAzurecrCn 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: 'privatelink.azurecr.cn'
}

// Its addresses are dynamic: fixed ones would keep the registry from being replicated.
// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateEndpoints/pe-shop-vnet-spoke
resource endpointPeShopVnetSpoke 'Microsoft.Network/privateEndpoints@2025-07-01' = {
  name: 'pe-shop-vnet-spoke'
  location: 'chinanorth3'
  tags: {
    'created-by': 'remediator'
  }
  properties: {
    subnet: {
      id: subnetSnetEndpoints.id
    }
    privateLinkServiceConnections: [
      {
        name: 'pe-shop-vnet-spoke'
        properties: {
          privateLinkServiceId: registryShop.id
          groupIds: [
            'registry'
          ]
        }
      }
    ]
  }
}

// It writes the records of the registry's names and follows new regions.
// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateEndpoints/pe-shop-vnet-spoke/privateDnsZoneGroups/default
resource groupDefault 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = {
  parent: endpointPeShopVnetSpoke
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'privatelink-azurecr-cn'
        properties: {
          privateDnsZoneId: zonePrivatelinkAzurecrCn.id
        }
      }
    ]
  }
}

// One private DNS zone for names of our own endpoints, linked to the network of the app.

@description('Name of the zone, e.g. `privatelink.blob.core.windows.net`.')
param name string

@description('Tags of every resource.')
param tags object

@description('Id of the network that asks.')
param networkId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: name
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: 'remediator'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    // other accounts of the same kind stay resolvable from here: a linked zone answers for all of them
    resolutionPolicy: 'NxDomainRedirect'
    virtualNetwork: {
      id: networkId
    }
  }
}

@description('Id of the zone.')
output zoneId string = zone.id

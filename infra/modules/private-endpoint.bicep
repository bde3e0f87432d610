// One private endpoint, with its records kept by a zone group.

@description('Region of the endpoint: that of its subnet.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the endpoint.')
param name string

@description('Id of the subnet.')
param subnetId string

@description('Id of what is reached.')
param targetId string

@description('Which part of it: `blob`, `queue`, `table`, `vault` or `topic`.')
@allowed([
  'blob'
  'queue'
  'table'
  'vault'
  'topic'
])
param part string

@description('Id of the private DNS zone in which the record is kept.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    customNetworkInterfaceName: '${name}-nic'
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            part
          ]
        }
      }
    ]
  }
}

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-07-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: part
        properties: {
          privateDnsZoneId: zoneId
        }
      }
    ]
  }
}

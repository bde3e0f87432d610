// The applier's role on one private DNS zone, and on nothing beside it.

@description('Name of the private DNS zone.')
param name string

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity that writes.')
param principalId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' existing = {
  name: name
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(zone.id, principalId, role)
  scope: zone
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    description: 'remediator: writes what somebody approved'
  }
}

@description('Id of the assignment.')
output assignmentId string = assignment.id

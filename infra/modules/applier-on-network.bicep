// The applier's role on one virtual network, and on nothing beside it.

@description('Name of the virtual network.')
param name string

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity that writes.')
param principalId string

resource network 'Microsoft.Network/virtualNetworks@2025-07-01' existing = {
  name: name
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(network.id, principalId, role)
  scope: network
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    description: 'remediator: writes what somebody approved'
  }
}

@description('Id of the assignment.')
output assignmentId string = assignment.id

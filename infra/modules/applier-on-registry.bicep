// The applier's role on one container registry, and on nothing beside it.

@description('Name of the container registry.')
param name string

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity that writes.')
param principalId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: name
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id, principalId, role)
  scope: registry
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    description: 'remediator: writes what somebody approved'
  }
}

@description('Id of the assignment.')
output assignmentId string = assignment.id

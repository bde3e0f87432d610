// One role of one identity on one resource group.

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity.')
param principalId string

@description('What the assignment is for, for people who read the list.')
param reason string

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, role)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    description: reason
  }
}

@description('Id of the assignment.')
output assignmentId string = assignment.id

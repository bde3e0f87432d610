// The reader's role on one log workspace: it may lie in a subscription that is not watched.

@description('Name of the log workspace.')
param name string

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity that reads.')
param principalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: name
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, principalId, role)
  scope: workspace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    description: 'remediator: asks the logs why a pull failed'
  }
}

@description('Id of the assignment.')
output assignmentId string = assignment.id

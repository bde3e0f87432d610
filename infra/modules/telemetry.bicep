// Where the host's log, our log lines, spans and measures go. Identities only: nobody writes there with a key.

@description('Region of the workspace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Begin of the names.')
param name string

@description('How many days lines are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Object id of the identity that writes.')
param readerPrincipalId string

var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: '${name}-logs'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
  }
}

resource mayPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, readerPrincipalId, metricsPublisher)
  scope: insights
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

@description('Id of the workspace.')
output workspaceId string = workspace.id

@description('Id of Application Insights.')
output insightsId string = insights.id

@description('Where telemetry is sent; no secret, since keys do not count.')
output connectionString string = insights.properties.ConnectionString

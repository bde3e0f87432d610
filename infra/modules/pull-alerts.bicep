// Alerts on pulls that fail, in one workspace: one rule for each shape that the system log of Container Apps has.

@description('Region of the rules: that of the workspace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Begin of both names.')
param name string

@description('Id of the workspace.')
param workspaceId string

@description('Id of the action group that calls the program.')
param actionGroupId string

// Every app, job and registry is an alert of its own: a rule that has fired for one app fires again for the next
var dimensions = [for column in [ 'App', 'Env', 'Job', 'Registry' ]: {
  name: column
  operator: 'Include'
  values: [
    '*'
  ]
}]
var shapes = [
  {
    name: 'log-analytics'
    table: 'ContainerAppSystemLogs_CL'
    query: loadTextContent('../queries/pulls-custom-table.kql')
  }
  {
    name: 'azure-monitor'
    table: 'ContainerAppSystemLogs'
    query: loadTextContent('../queries/pulls-azure-monitor.kql')
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for shape in shapes: {
  name: '${name}-pulls-${shape.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Image pulls that fail (${shape.table})'
    description: 'Container Apps could not pull an image. The dimensions say where; remediator looks why.'
    severity: 2
    enabled: true
    scopes: [
      workspaceId
    ]
    // rows arrive minutes late: the window is longer than the step
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    // the table is not there before its first row
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: shape.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: dimensions
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupId
      ]
    }
  }
}]

// The workbook: incidents, minutes of exposure, time to mend, rules, signals.

@description('Region of the workbook.')
param location string

@description('Tags of every resource.')
param tags object

@description('Id of the workspace that it asks.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(workspaceId, 'remediator')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'remediator'
    category: 'workbook'
    sourceId: workspaceId
    version: 'Notebook/1.0'
    serializedData: loadTextContent('../workbook/incidents.json')
  }
}

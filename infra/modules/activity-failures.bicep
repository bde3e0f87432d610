// Apps and jobs that could not be deployed: the activity log has the text of the pull that failed, and no log table has it.

@description('Tags of every resource.')
param tags object

@description('Begin of the name.')
param name string

@description('Id of the action group that calls the program.')
param actionGroupId string

var operations = loadJsonContent('../operations.json')
var deploys = [for operation in operations.deploy: {
  field: 'operationName'
  equals: operation
}]

resource alert 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: '${name}-failed-deployments'
  location: 'global'
  tags: tags
  properties: {
    description: 'An app or job could not be deployed. remediator looks whether a pull was the reason.'
    enabled: true
    scopes: [
      subscription().id
    ]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          field: 'status'
          equals: 'Failed'
        }
        {
          anyOf: deploys
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
}

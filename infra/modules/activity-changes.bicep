// Changes from the activity log, where Event Grid has no subscriptions as source: the same operations, by an alert.

@description('Tags of every resource.')
param tags object

@description('Begin of the name.')
param name string

@description('Id of the action group that calls the program.')
param actionGroupId string

var operations = loadJsonContent('../operations.json')

resource alert 'Microsoft.Insights/activityLogAlerts@2020-10-01' = [for verb in [ 'write', 'delete' ]: {
  name: '${name}-changes-${verb}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A ${verb} of something that a pull path is made of. remediator looks whether pulls still work.'
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
          equals: 'Succeeded'
        }
        {
          anyOf: [for operation in operations[verb]: {
            field: 'operationName'
            equals: operation
          }]
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
}]

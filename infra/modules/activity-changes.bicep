// Changes from the activity log, where Event Grid has no subscriptions as source: the same operations, by an alert.

@description('Tags of every resource.')
param tags object

@description('Begin of the name.')
param name string

@description('Id of the action group that calls the program.')
param actionGroupId string

var operations = loadJsonContent('../operations.json')
var writes = [for operation in operations.write: {
  field: 'operationName'
  equals: operation
}]
var deletes = [for operation in operations.delete: {
  field: 'operationName'
  equals: operation
}]
var kinds = [
  {
    name: 'write'
    operations: writes
  }
  {
    name: 'delete'
    operations: deletes
  }
]

resource alert 'Microsoft.Insights/activityLogAlerts@2020-10-01' = [for kind in kinds: {
  name: '${name}-changes-${kind.name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A ${kind.name} of something that a pull path is made of. remediator looks whether pulls still work.'
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
          anyOf: kind.operations
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

// Which events come to us: writes and deletes that succeeded, of the kinds that a pull path is made of. Two deliveries,
// because one may have 25 values in its filters.

@description('Begin of both names.')
param name string

@description('Name of the system topic.')
param topicName string

@description('Id of the function app.')
param siteId string

@description('Address of our pages.')
param publicUrl string

@description('To the function\'s own trigger, or to the webhook with a token of Entra.')
@allowed([
  'trigger'
  'webhook'
])
param delivery string

@description('Client id of the app registration that Event Grid asks a token for.')
param signInClientId string

@description('Id of a storage account with keys for events that could not be delivered; empty: they are left to the sweep.')
param deadLetterAccountId string

@description('Container in that account.')
param deadLetterContainer string

var operations = loadJsonContent('../operations.json')
var kinds = [
  {
    name: 'writes'
    type: 'Microsoft.Resources.ResourceWriteSuccess'
    operations: operations.write
  }
  {
    name: 'deletes'
    type: 'Microsoft.Resources.ResourceDeleteSuccess'
    operations: operations.delete
  }
]
var toTrigger = {
  endpointType: 'AzureFunction'
  properties: {
    resourceId: '${siteId}/functions/events'
    maxEventsPerBatch: 1
    preferredBatchSizeInKilobytes: 64
  }
}
// a subscription's topic has no identity, so this account must have keys: it is never our own, which has none
var laidDown = {
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: {
      resourceId: deadLetterAccountId
      blobContainerName: deadLetterContainer
    }
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' existing = {
  name: topicName
}

resource events 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2022-06-15' = [for kind in kinds: {
  parent: topic
  name: '${name}-${kind.name}'
  properties: union({
    destination: delivery == 'trigger' ? toTrigger : {
      endpointType: 'WebHook'
      properties: {
        endpointUrl: '${publicUrl}/api/events?code=${listKeys('${siteId}/functions/events_webhook', '2024-11-01').default}'
        azureActiveDirectoryApplicationIdOrUri: signInClientId
        azureActiveDirectoryTenantId: tenant().tenantId
        maxEventsPerBatch: 10
        preferredBatchSizeInKilobytes: 64
      }
    }
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    filter: {
      includedEventTypes: [
        kind.type
      ]
      advancedFilters: [
        {
          operatorType: 'StringBeginsWith'
          key: 'data.operationName'
          values: kind.operations
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }, empty(deadLetterAccountId) ? {} : laidDown)
}]

@description('Ids of the deliveries.')
output deliveryIds array = [for kind in kinds: '${topic.id}/eventSubscriptions/${name}-${kind.name}']

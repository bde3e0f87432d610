// What tells us of changes in one subscription. It lies in a resource group of that subscription, since a system topic and
// activity-log alerts can lie nowhere else.
targetScope = 'subscription'

@description('Name of the deployment; the resource group is called after it.')
param name string

@description('Region of the resource group.')
param location string

@description('Tags of every resource.')
param tags object

@description('How changes are heard of: `event-grid`, or `activity-log` where Event Grid has no subscriptions as source.')
@allowed([
  'event-grid'
  'activity-log'
])
param signals string

@description('Id of the subscription\'s system topic where it has one already: there can be one only. Empty: one is made.')
param existingTopicId string

@description('Id of the function app.')
param siteId string

@description('Address of our pages.')
param publicUrl string

@description('How Event Grid delivers: to the function\'s own trigger, or to the webhook with a token of Entra.')
@allowed([
  'trigger'
  'webhook'
])
param delivery string

@description('Client id of the app registration that Event Grid asks a token for, with `webhook`.')
param signInClientId string

@description('Id of a storage account with keys for events that could not be delivered; empty: they are left to the sweep.')
param deadLetterAccountId string

@description('Container in that account.')
param deadLetterContainer string

@description('Id of the action group that calls the program.')
param programGroupId string

@description('Id of the action group that writes to people.')
param operatorsGroupId string

var byEvents = signals == 'event-grid'
var topicName = empty(existingTopicId) ? '${name}-changes' : last(split(existingTopicId, '/'))
var topicGroup = empty(existingTopicId) ? 'rg-${name}-signals' : split(existingTopicId, '/')[4]

resource group 'Microsoft.Resources/resourceGroups@2025-03-01' = {
  name: 'rg-${name}-signals'
  location: location
  tags: tags
}

module topic 'system-topic.bicep' = if (byEvents && empty(existingTopicId)) {
  name: 'topic'
  scope: group
  params: {
    tags: tags
    name: topicName
  }
}

module deliveries 'event-deliveries.bicep' = if (byEvents) {
  name: '${name}-deliveries'
  scope: resourceGroup(topicGroup)
  params: {
    name: name
    topicName: topicName
    siteId: siteId
    publicUrl: publicUrl
    delivery: delivery
    signInClientId: signInClientId
    deadLetterAccountId: deadLetterAccountId
    deadLetterContainer: deadLetterContainer
  }
  dependsOn: [
    topic
  ]
}

module dropped 'dropped-events.bicep' = if (byEvents) {
  name: 'dropped-events'
  scope: group
  params: {
    tags: tags
    name: name
    topicId: resourceId(subscription().subscriptionId, topicGroup, 'Microsoft.EventGrid/systemTopics', topicName)
    actionGroupId: operatorsGroupId
  }
  dependsOn: [
    topic
  ]
}

module changes 'activity-changes.bicep' = if (!byEvents) {
  name: 'changes'
  scope: group
  params: {
    tags: tags
    name: name
    actionGroupId: programGroupId
  }
}

module failures 'activity-failures.bicep' = {
  name: 'failures'
  scope: group
  params: {
    tags: tags
    name: name
    actionGroupId: programGroupId
  }
}

@description('Id of the resource group.')
output groupId string = group.id

@description('Ids of what lies in a resource group of somebody else; none, unless a system topic was there already.')
output besideOthers array = byEvents && !empty(existingTopicId) ? deliveries.outputs.deliveryIds : []

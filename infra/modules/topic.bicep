// A topic on which other programs hear of incidents (docs/events.md).

@description('Region of the topic.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the topic.')
@minLength(3)
@maxLength(50)
param name string

@description('Object id of the identity that publishes.')
param readerPrincipalId string

@description('Id of the subnet of the private endpoint.')
param subnetId string

@description('Id of the private DNS zone of topics.')
param zoneId string

var dataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'

resource topic 'Microsoft.EventGrid/topics@2022-06-15' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    publicNetworkAccess: 'Disabled'
  }
}

resource mayPublish 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, readerPrincipalId, dataSender)
  scope: topic
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
  }
}

module endpoint 'private-endpoint.bicep' = {
  name: 'endpoint-of-topic'
  params: {
    location: location
    tags: tags
    name: '${name}-topic'
    subnetId: subnetId
    targetId: topic.id
    part: 'topic'
    zoneId: zoneId
  }
}

@description('Address to which events are published.')
output endpoint string = topic.properties.endpoint

@description('Id of the topic, for those who subscribe.')
output topicId string = topic.id

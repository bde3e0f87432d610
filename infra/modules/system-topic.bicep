// The one system topic that a subscription can have. It can have no identity, since its source is global: so it delivers to
// the function or a webhook, and lays nothing down in storage with an identity.

@description('Tags of every resource.')
param tags object

@description('Name of the topic.')
@minLength(3)
@maxLength(50)
param name string

resource topic 'Microsoft.EventGrid/systemTopics@2022-06-15' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    source: subscription().id
    topicType: 'Microsoft.Resources.Subscriptions'
  }
}

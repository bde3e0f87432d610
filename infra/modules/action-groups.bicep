// Who is called by alerts: the program itself, and the people who keep it running.

@description('Tags of every resource.')
param tags object

@description('Begin of both names.')
param name string

@description('Id of the function app.')
param siteId string

@description('Address of our pages.')
param publicUrl string

@description('Client id of the app registration.')
param signInClientId string

@description('Object id of the app registration.')
param signInObjectId string

@description('Should the program\'s group show a token of Entra beside the key? Its application needs a role of the registration.')
param showsToken bool

@description('Mail addresses of the people who are told when the program itself is not well.')
param operatorMails array

// The door asks for its key at the host; with Entra the caller shows a token of the platform besides.
var door = {
  name: 'alerts'
  serviceUri: '${publicUrl}/api/alerts?code=${listKeys('${siteId}/functions/alerts', '2024-11-01').default}'
  useCommonAlertSchema: true
}
var entra = {
  useAadAuth: true
  objectId: signInObjectId
  identifierUri: 'api://${signInClientId}'
  tenantId: tenant().tenantId
}

resource programs 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-program'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'remediator'
    enabled: true
    webhookReceivers: [
      showsToken ? union(door, entra) : door
    ]
  }
}

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'remed-ops'
    enabled: true
    emailReceivers: [for mail in operatorMails: {
      name: mail
      emailAddress: mail
      useCommonAlertSchema: true
    }]
  }
}

@description('Id of the group that calls the program.')
output programId string = programs.id

@description('Id of the group that writes to people.')
output operatorsId string = operators.id

// A vault for what is as good as a password: the key that signs approval links, addresses of Teams workflows, tokens.

@description('Region of the vault.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the vault.')
@minLength(3)
@maxLength(24)
param name string

@description('Object id of the identity with which the app reads its settings.')
param readerPrincipalId string

@description('Id of the subnet of the private endpoint.')
param subnetId string

@description('Id of the private DNS zone of vaults.')
param zoneId string

@description('Secrets to write, by name; an empty value leaves what the vault has.')
@secure()
param secrets object

var names = [
  'approval-key'
  'teams-webhooks'
  'smtp-password'
  'github-token'
  'github-private-key'
  'github-webhook-secret'
  'azure-devops-token'
  'azure-devops-hook-secret'
]
var given = filter(names, one => contains(secrets, one) && !empty(secrets[one]))
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
    }
  }
}

// Secrets come in through Resource Manager, so that the vault needs no way in from outside.
resource secret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = [for one in given: {
  // checkov:skip=CKV_AZURE_41:none has a day on which it ends by itself: who gives it decides, and a link that was signed stays good
  parent: vault
  name: one
  properties: {
    contentType: 'text/plain'
    value: secrets[one]
  }
}]

resource mayRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, readerPrincipalId, secretsUser)
  scope: vault
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
  }
}

module endpoint 'private-endpoint.bicep' = {
  name: 'endpoint-of-vault'
  params: {
    location: location
    tags: tags
    name: '${name}-vault'
    subnetId: subnetId
    targetId: vault.id
    part: 'vault'
    zoneId: zoneId
  }
}

@description('Name of the vault.')
output vaultName string = vault.name

@description('Address of the vault, with the slash at the end.')
output vaultUri string = vault.properties.vaultUri

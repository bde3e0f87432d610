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

@description('Key that signs approval links (32 characters or more); empty: the vault has it already.')
@secure()
param approvalKey string

@description('Addresses of Teams workflows, `operations=https://…` with blanks between; empty: none, or the vault has them already.')
@secure()
param teamsWebhooks string

@description('Password at the mail server; empty: none, or the vault has it already.')
@secure()
param smtpPassword string

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
resource approvalSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(approvalKey)) {
  // checkov:skip=CKV_AZURE_114:the content type is set; the check does not look into a resource with a condition
  // checkov:skip=CKV_AZURE_41:whoever changes this key makes every open approval link void; the runbook says when to do so
  parent: vault
  name: 'approval-key'
  properties: {
    contentType: 'text/plain'
    value: approvalKey
  }
}

resource webhookSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(teamsWebhooks)) {
  // checkov:skip=CKV_AZURE_114:the content type is set; the check does not look into a resource with a condition
  // checkov:skip=CKV_AZURE_41:the address of a workflow does not expire; it is made again when its owner leaves
  parent: vault
  name: 'teams-webhooks'
  properties: {
    contentType: 'text/plain'
    value: teamsWebhooks
  }
}

resource passwordSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(smtpPassword)) {
  // checkov:skip=CKV_AZURE_114:the content type is set; the check does not look into a resource with a condition
  // checkov:skip=CKV_AZURE_41:how long the password lives is decided at the mail server
  parent: vault
  name: 'smtp-password'
  properties: {
    contentType: 'text/plain'
    value: smtpPassword
  }
}

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

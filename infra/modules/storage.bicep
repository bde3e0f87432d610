// The storage account of the app: case files, wake-ups, the host's own blobs, and the code. Identities only, no keys.

@description('Region of the account.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('How often the data is kept. Zones are not offered in every region: `az storage account list-skus`.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param redundancy string

@description('Object id of the identity that the app and its host use.')
param readerPrincipalId string

@description('Public IPv4 addresses or ranges that may reach the account while somebody uploads a package; none: the private endpoints alone.')
param operatorAddresses array

@description('Id of the subnet of the private endpoints.')
param subnetId string

@description('Private DNS zones by the part that they answer for: `blob`, `queue` and `table`.')
param zoneIds object

var parts = [
  'blob'
  'queue'
  'table'
]
// The host keeps keys and leases in blobs and takes messages; the app keeps its case files in tables (docs/settings.md).
var dataRoles = {
  blobOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  // checkov:skip=CKV_AZURE_36:nothing of Azure needs a way past the network rules; the app comes through its endpoints
  // checkov:skip=CKV_AZURE_206:how often data is kept is a parameter, zones by default, since regions differ
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: empty(operatorAddresses) ? 'Disabled' : 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
      ipRules: [for address in operatorAddresses: {
        action: 'Allow'
        value: address
      }]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {}
}

// The queues are there before the first message, so that the triggers find what they listen to.
resource work 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = {
  parent: queues
  name: 'remediator-work'
}

resource poison 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = {
  parent: queues
  name: 'remediator-work-poison'
}

resource sweep 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = {
  parent: queues
  name: 'remediator-sweep'
}

resource dataRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(dataRoles): {
  name: guid(account.id, readerPrincipalId, role.value)
  scope: account
  properties: {
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
  }
}]

module endpoint 'private-endpoint.bicep' = [for part in parts: {
  name: 'endpoint-of-${part}'
  params: {
    location: location
    tags: tags
    name: '${name}-${part}'
    subnetId: subnetId
    targetId: account.id
    part: part
    zoneId: zoneIds[part]
  }
}]

@description('Name of the account.')
output accountName string = account.name

@description('Address of its blobs, with the slash at the end.')
output blobEndpoint string = account.properties.primaryEndpoints.blob

@description('Address of its queues.')
output queueEndpoint string = account.properties.primaryEndpoints.queue

@description('Address of its tables.')
output tableEndpoint string = account.properties.primaryEndpoints.table

@description('Name of the container that the code lies in.')
output packagesContainer string = packages.name

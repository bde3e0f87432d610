// Two identities: one that reads all the time and cannot write, one that writes what somebody approved.

@description('Region of the identities.')
param location string

@description('Tags of every resource.')
param tags object

@description('Begin of both names.')
param name string

resource reader 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-reader'
  location: location
  tags: tags
}

resource applier 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-applier'
  location: location
  tags: tags
}

@description('Id of the identity that reads.')
output readerId string = reader.id

@description('Client id of the identity that reads.')
output readerClientId string = reader.properties.clientId

@description('Object id of the identity that reads.')
output readerPrincipalId string = reader.properties.principalId

@description('Id of the identity that writes.')
output applierId string = applier.id

@description('Client id of the identity that writes.')
output applierClientId string = applier.properties.clientId

@description('Object id of the identity that writes.')
output applierPrincipalId string = applier.properties.principalId

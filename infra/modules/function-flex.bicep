// The function app on Flex Consumption: nothing runs, and nothing is paid, while nothing happens.

@description('Region of the app.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the app.')
@minLength(2)
@maxLength(60)
param name string

@description('Id of the identity that reads; the app fetches its code, its settings and its wake-ups with it.')
param readerId string

@description('Id of the identity that writes.')
param applierId string

@description('Id of the subnet that the app goes out from, delegated to `Microsoft.App/environments`.')
param subnetId string

@description('Address of the container that the code lies in.')
param packagesUrl string

@description('The settings by name.')
param settings object

@description('Who may call, as the platform reads it; empty: everybody, and our own code asks who it is.')
param accessRules array

@description('Most instances of one function, or of the HTTP doors together.')
@minValue(1)
@maxValue(1000)
param maximumInstances int

@description('Memory of an instance in MiB.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int

@description('Instances of the HTTP doors and of `work` that are always there; 0: the first alert after a quiet time waits for a cold start.')
@minValue(0)
@maxValue(20)
param alwaysReady int

var ready = [
  {
    name: 'http'
    instanceCount: alwaysReady
  }
  {
    name: 'function:work'
    instanceCount: alwaysReady
  }
]

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  // checkov:skip=CKV_AZURE_212:a Flex plan has no instances of its own to set a least number of
  // checkov:skip=CKV_AZURE_225:zones are chosen by region; what is lost with one is a wake-up, and the store brings it back
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  // checkov:skip=CKV_AZURE_222:Event Grid and action groups call from outside, and people open links; addresses can be limited by a parameter
  // checkov:skip=CKV_AZURE_17:callers show a key, a token of Entra or a cookie; Event Grid and action groups have no certificate
  // checkov:skip=CKV_AZURE_212:a Flex app has instances that are always ready instead, a parameter
  // checkov:skip=CKV_AZURE_213:Flex Consumption has no health check of its own; the alert on the silent clock stands for it
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'remediator'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${readerId}': {}
      '${applierId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    keyVaultReferenceIdentity: readerId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: readerId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        alwaysReady: alwaysReady > 0 ? ready : []
        instanceMemoryMB: instanceMemory
        maximumInstanceCount: maximumInstances
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      ipSecurityRestrictions: accessRules
      ipSecurityRestrictionsDefaultAction: empty(accessRules) ? 'Allow' : 'Deny'
      appSettings: [for setting in items(settings): {
        name: setting.key
        value: setting.value
      }]
    }
  }
}

@description('Id of the app.')
output siteId string = app.id

@description('Name of the app.')
output siteName string = app.name

@description('Host name of the app.')
output hostName string = app.properties.defaultHostName

// The function app on Elastic Premium, for clouds that have no Flex Consumption. The code is a package in our own storage:
// a content share would need an account key.

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

@description('Id of the subnet that the app goes out from, delegated to `Microsoft.Web/serverFarms`.')
param subnetId string

@description('Address of the package, a zip that brings its libraries along.')
param packageUrl string

@description('The settings by name.')
param settings object

@description('Who may call, as the platform reads it; empty: everybody, and our own code asks who it is.')
param accessRules array

@description('Most instances of the app.')
@minValue(1)
@maxValue(100)
param maximumInstances int

@description('Size of an instance.')
@allowed([
  'EP1'
  'EP2'
  'EP3'
])
param size string

@description('Instances that are always there; a Premium plan has one at the least.')
@minValue(1)
@maxValue(20)
param alwaysReady int

var platform = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'python'
  WEBSITE_RUN_FROM_PACKAGE: packageUrl
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: readerId
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  // checkov:skip=CKV_AZURE_225:zones are not offered in every region; what is lost with one is a wake-up, and the store brings it back
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'elastic'
  sku: {
    name: size
    tier: 'ElasticPremium'
    capacity: alwaysReady
  }
  properties: {
    reserved: true
    maximumElasticWorkerCount: maximumInstances
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  // checkov:skip=CKV_AZURE_222:Event Grid and action groups call from outside, and people open links; addresses can be limited by a parameter
  // checkov:skip=CKV_AZURE_17:callers show a key, a token of Entra or a cookie; Event Grid and action groups have no certificate
  // checkov:skip=CKV_AZURE_212:minimumElasticInstanceCount is what counts for Elastic Premium
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
    outboundVnetRouting: {
      allTraffic: true
    }
    siteConfig: {
      linuxFxVersion: 'PYTHON|3.13'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      healthCheckPath: '/healthz'
      minimumElasticInstanceCount: alwaysReady
      // triggers inside the network are only seen by the platform with this
      functionsRuntimeScaleMonitoringEnabled: true
      ipSecurityRestrictions: accessRules
      ipSecurityRestrictionsDefaultAction: empty(accessRules) ? 'Allow' : 'Deny'
      appSettings: [for setting in items(union(settings, platform)): {
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

// remediator in one subscription, watching one or a hundred: what there is before the code, and, once the code is there,
// what calls it. `azd up` and `az deployment sub create` both take this file; docs/deploy says how, cloud by cloud.
targetScope = 'subscription'

// What it is called and where it lies

@description('Name of this deployment, of letters, digits and hyphens: begin of the names of its resources, and part of the names of its roles, which are unique in a tenant.')
@minLength(2)
@maxLength(20)
param name string

@description('Region of the resources.')
@minLength(1)
param location string

@description('Tags of every resource.')
param tags object = {}

@description('Is the code published? Before that no function can be named as a receiver: run once with `false`, publish, run again with `true`.')
param codeIsPublished bool = false

// What it looks at

@description('Ids of the subscriptions that are watched: the reader gets its role there, and changes are heard of. Empty, with no management group either: this subscription.')
param watchedSubscriptions array = []

@description('Name of a management group whose subscriptions may all be read. Changes are heard of in `watchedSubscriptions` alone; the rest is found by the sweep. Needs rights to deploy at the tenant.')
@maxLength(1)
param watchedManagementGroups array = []

@description('Log Analytics workspaces that Container Apps environments log to, as objects: `id`, and `location` where it is not that of this deployment.')
param logWorkspaces array = []

@description('System topics that watched subscriptions have already, by subscription id: there can be one only, and it is used and left as it is.')
param existingSystemTopics object = {}

// What it may change

@description('Where approved plans may write: ids of resource groups, registries, networks and private DNS zones. Empty: nowhere, remediator only says what is wrong.')
param applierScopes array = []

@description('May it start probes that the desired state names?')
param probes bool = false

@description('May it restart revisions that still wait after a plan has been applied?')
param restarts bool = false

@description('May `remediator doctor` look at the wiring: topics, alert rules, the app itself?')
param doctor bool = true

@description('What becomes of the alert that opened an incident: nothing, acknowledged with the approval, or closed at the end besides.')
@allowed([
  'off'
  'acknowledge'
  'close'
])
param alertsFollow string = 'off'

@description('How plans reach Azure where there is no desired-state document.')
@allowed([
  'direct'
  'pull-request'
  'report'
])
param way string = 'direct'

@description('Minutes from one sweep over everything to the next, from 15 to 10080, or `off`.')
param sweep string = '60'

@description('A reason here stops every write to Azure until it is removed.')
param stopped string = ''

@description('Path of the desired-state document within the package, e.g. `desired.yaml`; empty: the defaults stand.')
param desiredState string = ''

// Who may do what, and who is told

@description('Client id of the app registration that people sign in with; empty: nobody can decide.')
param signInClientId string = ''

@description('Object id of that app registration.')
param signInObjectId string = ''

@description('Object id of the application AzNS AAD Webhook, once it has its role (infra/hooks/callers.sh): action groups then show a token of Entra beside the key. Empty: the key alone.')
param alertsCallerId string = ''

@description('Object id of the application Microsoft.EventGrid, once it has its role (infra/hooks/callers.sh); needed with `delivery=webhook`.')
param eventsCallerId string = ''

@description('Object ids, groups or app roles that may read incidents; empty: whoever is signed in.')
param readers array = []

@description('Object ids or app roles that may send signals with a token of Entra, beside the two above.')
param callers array = []

@description('Object ids of people who may decide where no document says who.')
param approverUsers array = []

@description('Object ids of groups who may decide where no document says who.')
param approverGroups array = []

@description('App roles that may decide where no document says who.')
param approverRoles array = []

@description('Mail addresses and teams (`teams:NAME`) of those who are asked and told.')
param notify array = []

@description('Mail addresses of the people who are told when the program itself is not well.')
param operatorMails array = []

@description('Mail server; empty: none.')
param smtpHost string = ''

@description('Port of the mail server.')
@minValue(1)
@maxValue(65535)
param smtpPort int = 587

@description('How mail is protected on its way.')
@allowed([
  'starttls'
  'tls'
])
param smtpTls string = 'starttls'

@description('Account at the mail server.')
param smtpUser string = ''

@description('Sender of mails.')
param smtpFrom string = ''

@description('Endpoint of Azure Communication Services where that carries mails instead of a server.')
param acsEndpoint string = ''

// Where pull requests go

@description('Address of GitHub, or of a server of your own.')
param gitHubUrl string = 'https://github.com'

@description('Id of the GitHub App that makes pull requests; its key is the secret `github-private-key`.')
param gitHubAppId string = ''

@description('Id of that App\'s installation.')
param gitHubInstallationId string = ''

@description('Address of Azure DevOps, or of a server of your own.')
param azureDevOpsUrl string = 'https://dev.azure.com'

// Secrets: written into the vault when they are given, left as they are when not

@description('Values for the vault, by name. `approval-key` (32 characters or more) is needed the first time; given again, it makes every open link void. The other names are those of `secretNames`. An empty value counts as not given.')
@secure()
param secrets object = {}

@description('Which secrets the vault holds beside `approval-key`, also while their values are not given: `teams-webhooks`, `smtp-password`, `github-token`, `github-private-key`, `github-webhook-secret`, `azure-devops-token`, `azure-devops-hook-secret`.')
param secretNames array = []

// How it is built

@description('Plan of the function app: `auto` is Flex Consumption where the cloud has it, else Elastic Premium (infra/clouds.json).')
@allowed([
  'auto'
  'flex'
  'premium'
])
param plan string = 'auto'

@description('How changes are heard of: `auto` is Event Grid where the cloud has subscriptions as source, else the activity log (infra/clouds.json).')
@allowed([
  'auto'
  'event-grid'
  'activity-log'
])
param signals string = 'auto'

@description('How Event Grid delivers: to the function\'s own trigger, or to the webhook with a token of Entra (needs `signInClientId` and `eventsCallerId`).')
@allowed([
  'trigger'
  'webhook'
])
param delivery string = 'trigger'

@description('Id of a storage account with keys for events that could not be delivered. Off: a subscription\'s topic has no identity, an account with keys is a way in that is not worth it, and the sweep finds what an event would have told.')
param deadLetterAccountId string = ''

@description('Container in that account.')
param deadLetterContainer string = 'remediator-dead-letters'

@description('Most instances: of one function on Flex Consumption, of the app on Elastic Premium.')
@minValue(1)
@maxValue(100)
param maximumInstances int = 40

@description('Instances that are always there. 0 is for Flex Consumption alone; Elastic Premium has one at the least.')
@minValue(0)
@maxValue(20)
param alwaysReady int = 0

@description('Memory of a Flex instance in MiB.')
@allowed([
  512
  2048
  4096
])
param instanceMemory int = 2048

@description('Size of a Premium instance.')
@allowed([
  'EP1'
  'EP2'
  'EP3'
])
param premiumSize string = 'EP1'

@description('Name of the package in the container `packages`, on Elastic Premium.')
param packageName string = 'remediator.zip'

@description('How often the data of the storage account is kept.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param redundancy string = 'Standard_ZRS'

@description('How many days telemetry is kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Should other programs hear of incidents, on a topic of our own?')
param publishesEvents bool = true

@description('Address of our pages where the app has a domain of its own; empty: the host name of the app.')
param customUrl string = ''

@description('Public IPv4 ranges of people and pipelines that may call the app; empty: everybody, and the code asks who it is. Event Grid and action groups may always.')
param callerAddresses array = []

@description('Public IPv4 addresses or ranges that may reach the storage account while somebody uploads a package; empty: nobody from outside.')
param operatorAddresses array = []

@description('Address space of the network of our own.')
param addressPrefix string = '10.251.0.0/24'

@description('Addresses of the subnet that the app goes out from.')
param functionsPrefix string = '10.251.0.0/26'

@description('Addresses of the subnet of the private endpoints.')
param endpointsPrefix string = '10.251.0.64/27'

@description('Id of a subnet that exists, delegated as the plan asks; with `endpointsSubnetId`, no network is made.')
param functionsSubnetId string = ''

@description('Id of a subnet of the same network for the private endpoints.')
param endpointsSubnetId string = ''

@description('Ids of private DNS zones that exist already, by part: `blob`, `queue`, `table`, `vault`, `topic`. A network can be linked to one zone of a name only.')
param existingZones object = {}

@description('Further variables of docs/settings.md by their full name.')
param moreSettings object = {}

var clouds = loadJsonContent('clouds.json')
var cloud = clouds[environment().name]
var flex = (plan == 'auto' ? cloud.plan : plan) == 'flex'
var heardBy = signals == 'auto' ? cloud.signals : signals
var unique = uniqueString(subscription().id, name)
var groupName = 'rg-${name}'
var appName = 'func-${name}-${unique}'
var storageName = 'st${unique}'
var vaultName = 'kv-${unique}'
var publicUrl = empty(customUrl) ? 'https://${appName}.${cloud.sitesSuffix}' : customUrl
var allTags = union(tags, {
  'azd-env-name': name
  application: 'remediator'
})

var here = subscription().subscriptionId
var watched = empty(watchedSubscriptions) && empty(watchedManagementGroups) ? [ here ] : watchedSubscriptions
var heard = codeIsPublished ? watched : []
var workspacesHeard = codeIsPublished ? logWorkspaces : []

var ownNetwork = empty(functionsSubnetId)
var parts = publishesEvents ? [ 'blob', 'queue', 'table', 'vault', 'topic' ] : [ 'blob', 'queue', 'table', 'vault' ]
var partsWithoutZone = filter(parts, part => !contains(existingZones, part))
var zoneNames = {
  blob: 'privatelink.blob.${cloud.storageSuffix}'
  queue: 'privatelink.queue.${cloud.storageSuffix}'
  table: 'privatelink.table.${cloud.storageSuffix}'
  vault: cloud.vaultZone
  topic: cloud.topicZone
}
var ownZoneGroup = '/subscriptions/${here}/resourceGroups/${groupName}'
var zoneIds = {
  blob: contains(existingZones, 'blob') ? existingZones.blob : '${ownZoneGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNames.blob}'
  queue: contains(existingZones, 'queue') ? existingZones.queue : '${ownZoneGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNames.queue}'
  table: contains(existingZones, 'table') ? existingZones.table : '${ownZoneGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNames.table}'
  vault: contains(existingZones, 'vault') ? existingZones.vault : '${ownZoneGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNames.vault}'
  topic: contains(existingZones, 'topic') ? existingZones.topic : '${ownZoneGroup}/providers/Microsoft.Network/privateDnsZones/${zoneNames.topic}'
}

var workspaceIds = [for workspace in logWorkspaces: workspace.id]

var platformCallers = [
  {
    name: 'event-grid'
    action: 'Allow'
    priority: 100
    tag: 'ServiceTag'
    ipAddress: 'AzureEventGrid'
  }
  {
    name: 'action-groups'
    action: 'Allow'
    priority: 110
    tag: 'ServiceTag'
    ipAddress: 'ActionGroup'
  }
]
var otherCallers = [for (address, i) in callerAddresses: {
  name: 'callers-${i}'
  action: 'Allow'
  priority: 200 + i
  ipAddress: address
}]

resource group 'Microsoft.Resources/resourceGroups@2025-03-01' = {
  name: groupName
  location: location
  tags: allTags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'id-${name}'
  }
}

module network 'modules/network.bicep' = if (ownNetwork) {
  name: 'network'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'vnet-${name}'
    addressPrefix: addressPrefix
    functionsPrefix: functionsPrefix
    endpointsPrefix: endpointsPrefix
    endpointPolicies: cloud.endpointPolicies
    delegation: flex ? 'Microsoft.App/environments' : 'Microsoft.Web/serverFarms'
  }
}

module zones 'modules/private-zone.bicep' = [for part in partsWithoutZone: {
  name: 'zone-of-${part}'
  scope: group
  params: {
    name: zoneNames[part]
    tags: allTags
    networkId: ownNetwork ? network.outputs.networkId : split(functionsSubnetId, '/subnets/')[0]
  }
}]

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    tags: allTags
    name: storageName
    redundancy: redundancy
    readerPrincipalId: identities.outputs.readerPrincipalId
    operatorAddresses: operatorAddresses
    subnetId: ownNetwork ? network.outputs.endpointsSubnetId : endpointsSubnetId
    zoneIds: zoneIds
  }
  dependsOn: [
    zones
  ]
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    location: location
    tags: allTags
    name: vaultName
    readerPrincipalId: identities.outputs.readerPrincipalId
    subnetId: ownNetwork ? network.outputs.endpointsSubnetId : endpointsSubnetId
    zoneId: zoneIds.vault
    secrets: secrets
  }
  dependsOn: [
    zones
  ]
}

module telemetry 'modules/telemetry.bicep' = {
  name: 'telemetry'
  scope: group
  params: {
    location: location
    tags: allTags
    name: name
    retentionDays: retentionDays
    readerPrincipalId: identities.outputs.readerPrincipalId
  }
}

module topic 'modules/topic.bicep' = if (publishesEvents) {
  name: 'topic'
  scope: group
  params: {
    location: location
    tags: allTags
    name: 'evgt-${name}-${unique}'
    readerPrincipalId: identities.outputs.readerPrincipalId
    subnetId: ownNetwork ? network.outputs.endpointsSubnetId : endpointsSubnetId
    zoneId: zoneIds.topic
  }
  dependsOn: [
    zones
  ]
}

module settings 'modules/settings.bicep' = {
  name: 'settings'
  scope: group
  params: {
    storage: {
      blob: storage.outputs.blobEndpoint
      queue: storage.outputs.queueEndpoint
      table: storage.outputs.tableEndpoint
    }
    clientIds: {
      reader: identities.outputs.readerClientId
      applier: identities.outputs.applierClientId
    }
    insightsConnection: telemetry.outputs.connectionString
    vaultUri: vault.outputs.vaultUri
    secretNames: secretNames
    publicUrl: publicUrl
    subscriptions: watched
    desiredState: desiredState
    signInClientId: signInClientId
    people: {
      readers: readers
      callers: union(callers, empty(alertsCallerId) ? [] : [ alertsCallerId ], empty(eventsCallerId) ? [] : [ eventsCallerId ])
      approverUsers: approverUsers
      approverGroups: approverGroups
      approverRoles: approverRoles
      notify: notify
    }
    mail: {
      smtpHost: smtpHost
      smtpPort: smtpPort
      smtpTls: smtpTls
      smtpUser: smtpUser
      smtpFrom: smtpFrom
      acsEndpoint: acsEndpoint
    }
    code: {
      gitHubUrl: gitHubUrl
      gitHubAppId: gitHubAppId
      gitHubInstallationId: gitHubInstallationId
      azureDevOpsUrl: azureDevOpsUrl
    }
    eventEndpoint: publishesEvents ? topic.outputs.endpoint : ''
    alertsFollow: alertsFollow
    way: way
    stopped: stopped
    sweep: sweep
    more: moreSettings
  }
}

module appOnFlex 'modules/function-flex.bicep' = if (flex) {
  name: 'app-on-flex'
  scope: group
  params: {
    location: location
    tags: allTags
    name: appName
    readerId: identities.outputs.readerId
    applierId: identities.outputs.applierId
    subnetId: ownNetwork ? network.outputs.functionsSubnetId : functionsSubnetId
    packagesUrl: '${storage.outputs.blobEndpoint}${storage.outputs.packagesContainer}'
    settings: settings.outputs.variables
    accessRules: empty(callerAddresses) ? [] : concat(platformCallers, otherCallers)
    maximumInstances: maximumInstances
    instanceMemory: instanceMemory
    alwaysReady: alwaysReady
  }
}

module appOnPremium 'modules/function-premium.bicep' = if (!flex) {
  name: 'app-on-premium'
  scope: group
  params: {
    location: location
    tags: allTags
    name: appName
    readerId: identities.outputs.readerId
    applierId: identities.outputs.applierId
    subnetId: ownNetwork ? network.outputs.functionsSubnetId : functionsSubnetId
    packageUrl: '${storage.outputs.blobEndpoint}${storage.outputs.packagesContainer}/${packageName}'
    settings: settings.outputs.variables
    accessRules: empty(callerAddresses) ? [] : concat(platformCallers, otherCallers)
    maximumInstances: maximumInstances
    size: premiumSize
    alwaysReady: max(alwaysReady, 1)
  }
}

module noPasswords 'modules/no-passwords.bicep' = {
  name: 'no-passwords'
  scope: group
  params: {
    siteName: flex ? appOnFlex.outputs.siteName : appOnPremium.outputs.siteName
  }
}

// Without a registration nobody can sign in, and the deciding pages do not start.
module signIn 'modules/sign-in.bicep' = if (!empty(signInClientId)) {
  name: 'sign-in'
  scope: group
  params: {
    siteName: flex ? appOnFlex.outputs.siteName : appOnPremium.outputs.siteName
    clientId: signInClientId
    signIn: cloud.signIn
  }
}

// The roles, and where the two identities have them

module access 'modules/access.bicep' = {
  name: '${name}-access'
  params: {
    name: name
    group: group.name
    watchedSubscriptions: watched
    watchedManagementGroups: watchedManagementGroups
    workspaceIds: workspaceIds
    applierScopes: applierScopes
    probes: probes
    restarts: restarts
    followsAlerts: alertsFollow != 'off'
    doctor: doctor
    readerPrincipalId: identities.outputs.readerPrincipalId
    applierPrincipalId: identities.outputs.applierPrincipalId
  }
}

// What calls the program: once there is a program

module actionGroups 'modules/action-groups.bicep' = if (codeIsPublished) {
  name: 'action-groups'
  scope: group
  params: {
    tags: allTags
    name: name
    siteId: flex ? appOnFlex.outputs.siteId : appOnPremium.outputs.siteId
    publicUrl: publicUrl
    signInClientId: signInClientId
    signInObjectId: signInObjectId
    showsToken: !empty(alertsCallerId)
    operatorMails: operatorMails
  }
}

module listening 'modules/watched-subscription.bicep' = [for id in heard: {
  name: '${name}-listening-${uniqueString(id)}'
  scope: subscription(id)
  params: {
    name: name
    location: location
    tags: allTags
    signals: heardBy
    existingTopicId: contains(existingSystemTopics, id) ? existingSystemTopics[id] : ''
    siteId: flex ? appOnFlex.outputs.siteId : appOnPremium.outputs.siteId
    publicUrl: publicUrl
    delivery: delivery
    signInClientId: signInClientId
    deadLetterAccountId: deadLetterAccountId
    deadLetterContainer: deadLetterContainer
    programGroupId: codeIsPublished ? actionGroups.outputs.programId : ''
    operatorsGroupId: codeIsPublished ? actionGroups.outputs.operatorsId : ''
  }
}]

module pullAlerts 'modules/pull-alerts.bicep' = [for (workspace, i) in workspacesHeard: {
  name: 'pull-alerts-${i}'
  scope: group
  params: {
    location: contains(workspace, 'location') ? workspace.location : location
    tags: allTags
    name: '${name}-${take(last(split(workspace.id, '/')), 40)}-${take(uniqueString(workspace.id), 4)}'
    workspaceId: workspace.id
    actionGroupId: codeIsPublished ? actionGroups.outputs.programId : ''
  }
}]

module ownAlerts 'modules/own-alerts.bicep' = if (codeIsPublished) {
  name: 'own-alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    name: name
    workspaceId: telemetry.outputs.workspaceId
    actionGroupId: codeIsPublished ? actionGroups.outputs.operatorsId : ''
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    location: location
    tags: allTags
    workspaceId: telemetry.outputs.workspaceId
  }
}

@description('Name of the resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Name of the function app.')
output DEPLOYED_APP string = appName

@description('Address of the pages.')
output DEPLOYED_URL string = publicUrl

@description('Where Entra sends people back to: a redirect address of the app registration.')
output DEPLOYED_SIGN_IN_REDIRECT string = '${publicUrl}/.auth/login/aad/callback'

@description('Name of the storage account.')
output DEPLOYED_STORAGE string = storageName

@description('Name of the vault.')
output DEPLOYED_VAULT string = vaultName

@description('Client id of the identity that reads.')
output DEPLOYED_READER string = identities.outputs.readerClientId

@description('Client id of the identity that writes.')
output DEPLOYED_APPLIER string = identities.outputs.applierClientId

@description('Plan and source of signals, as the parameters and the cloud have it.')
output DEPLOYED_BUILT string = '${flex ? 'flex' : 'premium'}, ${heardBy}'

@description('Entries of `applierScopes` that are none of the four kinds: nothing may be written there.')
output scopesNotUnderstood array = access.outputs.notUnderstood

// For those who take it away again (docs/leaving.md): what does not lie in the resource group

@description('Custom roles.')
output leavingRoles array = access.outputs.roles

@description('Role assignments of the reader, one on each watched subscription.')
output leavingReading array = access.outputs.reading

@description('Role assignments of the applier that follow, one on each subscription that it writes in.')
output leavingFollowing array = access.outputs.following

@description('Role assignments of the applier for the state of alerts.')
output leavingAlerts array = access.outputs.alerts

@description('Role assignments of the reader on log workspaces.')
output leavingLogs array = access.outputs.logs

@description('Scopes on which the applier has its role.')
output leavingWriting array = access.outputs.writing

@description('Management groups on which the reader has its role.')
output leavingManagementGroups array = watchedManagementGroups

@description('Resource groups with what tells of changes, one in each watched subscription.')
output leavingSignals array = [for (id, i) in heard: listening[i].outputs.groupId]

@description('Event deliveries on system topics that were there before.')
output leavingDeliveries array = [for (id, i) in heard: listening[i].outputs.besideOthers]

@description('Network that our private DNS zones are linked to, where it is not our own.')
output leavingNetwork string = ownNetwork ? '' : split(functionsSubnetId, '/subnets/')[0]

// The roles, and where the two identities have them: the reader on what is looked at, the applier on what plans may change.
targetScope = 'subscription'

@description('Name of the deployment.')
param name string

@description('Name of the resource group of the deployment.')
param group string

@description('Ids of the subscriptions that are read.')
param watchedSubscriptions array

@description('Names of the management groups that are read.')
param watchedManagementGroups array

@description('Ids of the workspaces whose logs are asked.')
param workspaceIds array

@description('Ids of the resource groups, registries, networks and zones where plans may write.')
param applierScopes array

@description('May probes be started?')
param probes bool

@description('May revisions be restarted?')
param restarts bool

@description('May alerts be acknowledged and closed?')
param followsAlerts bool

@description('May `remediator doctor` look at the wiring?')
param doctor bool

@description('Object id of the identity that reads.')
param readerPrincipalId string

@description('Object id of the identity that writes.')
param applierPrincipalId string

var applierGroups = filter(applierScopes, id => length(split(id, '/')) == 5)
var applierRegistries = filter(applierScopes, id => length(split(id, '/')) == 9 && contains(toLower(id), '/microsoft.containerregistry/registries/'))
var applierNetworks = filter(applierScopes, id => length(split(id, '/')) == 9 && contains(toLower(id), '/microsoft.network/virtualnetworks/'))
var applierZones = filter(applierScopes, id => length(split(id, '/')) == 9 && contains(toLower(id), '/microsoft.network/privatednszones/'))
var applierSubscriptionOfEach = [for id in applierScopes: toLower(split(id, '/')[2])]
var applierSubscriptions = union(applierSubscriptionOfEach, [])

var workspaceSubscriptionOfEach = [for id in workspaceIds: toLower(split(id, '/')[2])]
var workspaceSubscriptions = union(workspaceSubscriptionOfEach, [])
var alertSubscriptions = followsAlerts ? union(watchedSubscriptions, workspaceSubscriptions) : []
var homeGroups = contains(watchedSubscriptions, subscription().subscriptionId) ? [] : [ group ]

// a role may be assigned within the scopes that it names; the one it is made in is always among them
var watchedScopes = [for id in watchedSubscriptions: '/subscriptions/${id}']
var workspaceScopes = [for id in workspaceSubscriptions: '/subscriptions/${id}']
var groupScopes = [for one in watchedManagementGroups: '/providers/Microsoft.Management/managementGroups/${one}']
var readerScopes = union([ subscription().id ], watchedScopes, workspaceScopes, groupScopes)
var appliedScopes = [for id in applierSubscriptions: '/subscriptions/${id}']
var roleScopes = union([ subscription().id ], appliedScopes)
var heardScopes = [for id in alertSubscriptions: '/subscriptions/${id}']
var alertScopes = union([ subscription().id ], heardScopes)

module roles 'roles.bicep' = {
  name: '${name}-roles'
  params: {
    name: name
    readerScopes: readerScopes
    applierScopes: roleScopes
    alertScopes: alertScopes
    probes: probes
    restarts: restarts
    followsAlerts: followsAlerts
    doctor: doctor
  }
}

module reading 'role-on-subscription.bicep' = [for id in watchedSubscriptions: {
  name: '${name}-reading-${uniqueString(id)}'
  scope: subscription(id)
  params: {
    role: roles.outputs.readerRole
    principalId: readerPrincipalId
    reason: 'remediator: reads what a diagnosis needs'
  }
}]

module readingGroups 'role-on-management-groups.bicep' = if (!empty(watchedManagementGroups)) {
  name: '${name}-reading-groups'
  scope: tenant()
  params: {
    managementGroups: watchedManagementGroups
    role: roles.outputs.readerRole
    principalId: readerPrincipalId
    reason: 'remediator: reads what a diagnosis needs'
  }
}

module readingHome 'role-on-group.bicep' = [for home in homeGroups: {
  name: 'reading-${home}'
  scope: resourceGroup(home)
  params: {
    role: roles.outputs.readerRole
    principalId: readerPrincipalId
    reason: 'remediator: sees its own app and the identity that writes'
  }
}]

module readingLogs 'reader-on-workspace.bicep' = [for id in workspaceIds: {
  name: '${name}-logs-${uniqueString(id)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    name: last(split(id, '/'))
    role: roles.outputs.readerRole
    principalId: readerPrincipalId
  }
}]

module followingAlerts 'role-on-subscription.bicep' = [for id in alertSubscriptions: {
  name: '${name}-alerts-${uniqueString(id)}'
  scope: subscription(id)
  params: {
    role: roles.outputs.alertsRole
    principalId: applierPrincipalId
    reason: 'remediator: acknowledges and closes the alert behind an incident'
  }
}]

module following 'role-on-subscription.bicep' = [for id in applierSubscriptions: {
  name: '${name}-following-${uniqueString(id)}'
  scope: subscription(id)
  params: {
    role: roles.outputs.followingRole
    principalId: applierPrincipalId
    reason: 'remediator: follows what it has started, writes nothing'
  }
}]

module writingInGroup 'role-on-group.bicep' = [for id in applierGroups: {
  name: '${name}-applier-${uniqueString(id)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    role: roles.outputs.applierRole
    principalId: applierPrincipalId
    reason: 'remediator: writes what somebody approved'
  }
}]

module writingRegistry 'applier-on-registry.bicep' = [for id in applierRegistries: {
  name: '${name}-applier-${uniqueString(id)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    name: last(split(id, '/'))
    role: roles.outputs.applierRole
    principalId: applierPrincipalId
  }
}]

module writingNetwork 'applier-on-network.bicep' = [for id in applierNetworks: {
  name: '${name}-applier-${uniqueString(id)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    name: last(split(id, '/'))
    role: roles.outputs.applierRole
    principalId: applierPrincipalId
  }
}]

module writingZone 'applier-on-zone.bicep' = [for id in applierZones: {
  name: '${name}-applier-${uniqueString(id)}'
  scope: resourceGroup(split(id, '/')[2], split(id, '/')[4])
  params: {
    name: last(split(id, '/'))
    role: roles.outputs.applierRole
    principalId: applierPrincipalId
  }
}]

@description('Ids of the custom roles.')
output roles array = roles.outputs.roleIds

@description('Ids of the reader\'s assignments on subscriptions.')
output reading array = [for (id, i) in watchedSubscriptions: reading[i].outputs.assignmentId]

@description('Ids of the applier\'s assignments that follow.')
output following array = [for (id, i) in applierSubscriptions: following[i].outputs.assignmentId]

@description('Ids of the applier\'s assignments for the state of alerts.')
output alerts array = [for (id, i) in alertSubscriptions: followingAlerts[i].outputs.assignmentId]

@description('Ids of the reader\'s assignments on log workspaces.')
output logs array = [for (id, i) in workspaceIds: readingLogs[i].outputs.assignmentId]

@description('Scopes on which the applier has its role.')
output writing array = concat(applierGroups, applierRegistries, applierNetworks, applierZones)

@description('Entries of `applierScopes` that are none of the four kinds: nothing may be written there.')
output notUnderstood array = filter(applierScopes, id => !contains(concat(applierGroups, applierRegistries, applierNetworks, applierZones), id))

// The custom roles of the two identities, made of what `remediator permissions` prints (`make roles` writes the files).
targetScope = 'subscription'

@description('Name of the deployment: role names are unique in a tenant.')
param name string

@description('Scopes in which the reader\'s role may be assigned; this subscription is one of them.')
param readerScopes array

@description('Scopes in which the applier\'s roles may be assigned; this subscription is one of them.')
param applierScopes array

@description('Scopes in which the role for the state of alerts may be assigned; this subscription is one of them.')
param alertScopes array

@description('May probes be started that the desired state names?')
param probes bool

@description('May revisions be restarted that still wait after a plan has been applied?')
param restarts bool

@description('May alerts be acknowledged and closed?')
param followsAlerts bool

@description('May `remediator doctor` look at the wiring: topics, alert rules, the app itself?')
param doctor bool

var reader = loadJsonContent('../roles/reader.json')
var readerBeside = loadJsonContent('../roles/reader-beside.json')
var applier = loadJsonContent('../roles/applier.json')
var applierBeside = loadJsonContent('../roles/applier-beside.json')
var following = loadJsonContent('../roles/applier-following.json')

var readerActions = union(reader.Actions, probes ? readerBeside.probe : [], restarts ? readerBeside.restart : [], followsAlerts ? readerBeside.alerts : [], doctor ? readerBeside.doctor : [])
var applierActions = union(applier.Actions, probes ? applierBeside.probe : [], restarts ? applierBeside.restart : [])

resource readerRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'reader')
  properties: {
    roleName: '${reader.Name} (${name})'
    description: reader.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: readerActions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: readerScopes
  }
}

resource applierRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'applier')
  properties: {
    roleName: '${applier.Name} (${name})'
    description: applier.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: applierActions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: applierScopes
  }
}

resource followingRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'applier-following')
  properties: {
    roleName: '${following.Name} (${name})'
    description: following.Description
    type: 'CustomRole'
    permissions: [
      {
        actions: following.Actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: applierScopes
  }
}

resource alertsRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (followsAlerts) {
  name: guid(subscription().id, name, 'applier-alerts')
  properties: {
    roleName: 'remediator applier alerts (${name})'
    description: 'Acknowledges and closes the alert behind an incident.'
    type: 'CustomRole'
    permissions: [
      {
        actions: applierBeside.alerts
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: alertScopes
  }
}

@description('Name (a GUID) of the reader\'s role.')
output readerRole string = readerRole.name

@description('Name (a GUID) of the applier\'s role.')
output applierRole string = applierRole.name

@description('Name (a GUID) of the role that follows what the applier has started.')
output followingRole string = followingRole.name

@description('Name (a GUID) of the role for the state of alerts; there is one only where alerts are followed.')
output alertsRole string = guid(subscription().id, name, 'applier-alerts')

@description('Ids of the roles.')
output roleIds array = concat([
  readerRole.id
  applierRole.id
  followingRole.id
], followsAlerts ? [ alertsRole.id ] : [])

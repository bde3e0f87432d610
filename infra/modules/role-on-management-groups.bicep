// A way from a subscription to management groups: only a deployment at the tenant may go there.
targetScope = 'tenant'

@description('Names of the management groups.')
param managementGroups array

@description('Name (a GUID) of the role.')
param role string

@description('Object id of the identity.')
param principalId string

@description('What the assignment is for, for people who read the list.')
param reason string

module assignment 'role-on-management-group.bicep' = [for group in managementGroups: {
  name: 'remediator-${uniqueString(group, principalId, role)}'
  scope: managementGroup(group)
  params: {
    role: role
    principalId: principalId
    reason: reason
  }
}]

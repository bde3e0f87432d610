// A network of the program's own: one subnet that the app goes out from, one for the endpoints of its storage and vault.

@description('Region of the network.')
param location string

@description('Tags of every resource.')
param tags object

@description('Name of the network; the subnets are called `functions` and `endpoints`.')
@minLength(2)
@maxLength(64)
param name string

@description('Address space of the network, a /24 or larger that meets no other network it will be peered with.')
param addressPrefix string

@description('Addresses of the subnet that the app goes out from: /26 gives a Flex app its 40 instances, /27 is the least.')
param functionsPrefix string

@description('Addresses of the subnet of the private endpoints: five are used.')
param endpointsPrefix string

@description('Who takes the subnet over: `Microsoft.App/environments` for Flex Consumption, `Microsoft.Web/serverFarms` for Elastic Premium.')
@allowed([
  'Microsoft.App/environments'
  'Microsoft.Web/serverFarms'
])
param delegation string

@description('Whether security rules count for private endpoints: where the cloud refuses endpoints in a subnet with policies, they do not.')
@allowed([
  'NetworkSecurityGroupEnabled'
  'Disabled'
])
param endpointPolicies string

resource functionsRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: '${name}-functions'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nobody-comes-in'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource endpointsRules 'Microsoft.Network/networkSecurityGroups@2025-07-01' = {
  name: '${name}-endpoints'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'the-app-by-https'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: functionsPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'an-operator-inside-by-https'
        properties: {
          priority: 110
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: endpointsPrefix
          destinationPortRange: '443'
        }
      }
      {
        name: 'nothing-else'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'functions'
        properties: {
          addressPrefix: functionsPrefix
          // the app asks Resource Manager and Entra, which have public addresses only
          defaultOutboundAccess: true
          networkSecurityGroup: {
            id: functionsRules.id
          }
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: delegation
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsPrefix
          defaultOutboundAccess: false
          privateEndpointNetworkPolicies: endpointPolicies
          networkSecurityGroup: {
            id: endpointsRules.id
          }
        }
      }
    ]
  }
}

@description('Id of the network.')
output networkId string = network.id

@description('Id of the subnet that the app goes out from.')
output functionsSubnetId string = '${network.id}/subnets/functions'

@description('Id of the subnet of the private endpoints.')
output endpointsSubnetId string = '${network.id}/subnets/endpoints'

// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deploy the whole of it: az deployment sub create --location chinanorth3 --template-file main.bicep
targetScope = 'subscription'

// The private zone that answers for the registry's names.
module zoneRgApp 'zone-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shop-zone-rg-app'
}

// The registry's address in the network, and who keeps its records.
module endpointRgApp 'endpoint-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shop-endpoint-rg-app'
  dependsOn: [
    zoneRgApp
  ]
}

// Last, the networks are led to the private answers.
module linksRgApp 'links-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shop-links-rg-app'
  dependsOn: [
    zoneRgApp
    endpointRgApp
  ]
}

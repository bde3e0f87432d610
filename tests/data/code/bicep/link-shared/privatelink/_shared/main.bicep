// Written by remediator: what several registries share of their private access.
// Edits by hand are overwritten by its next pull request.
// Deploy the whole of it: az deployment sub create --location westeurope --template-file main.bicep
targetScope = 'subscription'

// Last, the networks are led to the private answers.
module linksRgApp 'links-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shared-links-rg-app'
}

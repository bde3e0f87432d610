// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deploy the whole of it: az deployment sub create --location westeurope --template-file main.bicep
targetScope = 'subscription'

// Records that no zone group keeps.
module recordsRgApp 'records-rg-app.bicep' = {
  scope: resourceGroup('0a0a0a0a-1111-4222-8333-444444444444', 'rg-app')
  name: 'shop-records-rg-app'
}

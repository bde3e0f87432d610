// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deploy the whole of it: az deployment sub create --location westeurope --template-file main.bicep
targetScope = 'subscription'

// Records that no zone group keeps.
module recordsRgDns 'records-rg-dns.bicep' = {
  scope: resourceGroup('0b0b0b0b-1111-4222-8333-444444444444', 'rg-dns')
  name: 'shop-records-rg-dns'
}

// Written by remediator: the private access to the registry shop.
// Edits by hand are overwritten by its next pull request.
// Deployed by main.bicep into the resource group rg-app of 0a0a0a0a-1111-4222-8333-444444444444.

// /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.cn
resource zonePrivatelinkAzurecrCn 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.azurecr.cn'
  location: 'global'
  tags: {
    'created-by': 'remediator'
  }
}

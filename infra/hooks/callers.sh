#!/bin/sh
# Lets Azure Monitor and Event Grid ask Entra for tokens of the app registration: a role for each. Whoever runs this gets the
# second one, too, since Event Grid wants it of who makes a delivery. Prints the object id of both callers, one a line.
# Use: callers.sh CLIENT-ID
set -eu
client="$1"
alerts=6b2a4a5e-3c0f-4a0e-9d7e-2d1c5f0f7a11
events=0d6c1c1e-8f4b-4f0a-8a39-5b7f2a8f6c22

role() { # id, name, what for
  printf '{"id":"%s","value":"%s","displayName":"%s","description":"%s","allowedMemberTypes":["Application","User"],"isEnabled":true}' "$1" "$2" "$2" "$3"
}

az ad app update --id "$client" --output none --app-roles "[$(role "$alerts" ActionGroupsSecureWebhook "Calls /api/alerts"),$(role "$events" AzureEventGridSecureWebhookSubscriber "Calls /api/events")]"
graph="$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)"
assigned="${graph%/}/v1.0/servicePrincipals/$(az ad sp show --id "$client" --query id --output tsv)/appRoleAssignedTo"

grant() { # object id, role
  if [ -z "$(az rest --method get --url "$assigned" --query "value[?principalId=='$1' && appRoleId=='$2'].id" --output tsv)" ]; then
    resource="${assigned%/appRoleAssignedTo}"
    az rest --method post --url "$assigned" --output none --body "{\"principalId\":\"$1\",\"resourceId\":\"${resource##*/}\",\"appRoleId\":\"$2\"}"
  fi
}

monitor="$(az ad sp list --display-name "AzNS AAD Webhook" --query "[0].id" --output tsv)"
grid="$(az ad sp list --display-name "Microsoft.EventGrid" --query "[0].id" --output tsv)"
grant "$monitor" "$alerts"
grant "$grid" "$events"
grant "$(az ad signed-in-user show --query id --output tsv)" "$events"
printf '%s\n%s\n' "$monitor" "$grid"

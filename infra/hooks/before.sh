#!/bin/sh
# Before provisioning: makes the key that signs approval links and the app registration that people sign in with, once.
# azd hands the values of its environment over as variables.
set -eu

if [ -z "${DEPLOYED_VAULT:-}" ] && [ -z "${SECRET_APPROVAL_KEY:-}" ]; then
  azd env set SECRET_APPROVAL_KEY "$(openssl rand -base64 48)"
fi

if [ -z "${SIGN_IN_CLIENT_ID:-}" ]; then
  client="$(az ad app create --display-name "remediator-$AZURE_ENV_NAME" --sign-in-audience AzureADMyOrg \
    --enable-id-token-issuance true --query appId --output tsv)"
  az ad app update --id "$client" --identifier-uris "api://$client" --set groupMembershipClaims=ApplicationGroup
  az ad sp create --id "$client" --output none
  azd env set SIGN_IN_CLIENT_ID "$client"
  azd env set SIGN_IN_OBJECT_ID "$(az ad app show --id "$client" --query id --output tsv)"
  # who may not give roles goes on with the key alone
  if callers="$("$(dirname "$0")/callers.sh" "$client")"; then
    azd env set ALERTS_CALLER_ID "$(echo "$callers" | sed -n 1p)"
    azd env set EVENTS_CALLER_ID "$(echo "$callers" | sed -n 2p)"
  fi
fi

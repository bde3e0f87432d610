#!/bin/sh
# After provisioning: Entra learns where it sends people back to, and the approval key leaves this machine.
set -eu

az ad app update --id "$SIGN_IN_CLIENT_ID" --web-redirect-uris "$DEPLOYED_SIGN_IN_REDIRECT"
azd env set SECRET_APPROVAL_KEY ""

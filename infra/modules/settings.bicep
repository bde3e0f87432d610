// The app settings: every variable of docs/settings.md that a deployment decides, and what the host itself reads.
// An empty variable counts as not set.

@description('Addresses of the services of the storage account: `blob`, `queue` and `table`.')
param storage object

@description('Client ids of the two identities: `reader` and `applier`.')
param clientIds object

@description('Where telemetry is sent.')
param insightsConnection string

@description('Address of the vault, with the slash at the end.')
param vaultUri string

@description('Which secrets the vault holds beside `approval-key`.')
param secretNames array

@description('Address of our pages.')
param publicUrl string

@description('Ids of the subscriptions that are looked at.')
param subscriptions array

@description('Path of the desired-state document within the package.')
param desiredState string

@description('Client id of the app registration that people sign in with; empty: nobody can decide.')
param signInClientId string

@description('Who may do what: lists `readers`, `callers`, `approverUsers`, `approverGroups` and `approverRoles`, and `notify`.')
param people object

@description('The mail server or service: `smtpHost`, `smtpPort`, `smtpTls`, `smtpUser`, `smtpFrom` and `acsEndpoint`.')
param mail object

@description('Where pull requests go: `gitHubUrl`, `gitHubAppId`, `gitHubInstallationId` and `azureDevOpsUrl`.')
param code object

@description('Address of the topic to which incidents are published; empty: nothing is published.')
param eventEndpoint string

@description('What becomes of the alert that opened an incident.')
param alertsFollow string

@description('How plans reach Azure where there is no document.')
param way string

@description('A reason here stops every write to Azure.')
param stopped string

@description('Minutes from one sweep to the next, or `off`.')
param sweep string

@description('Further variables of docs/settings.md by their full name; they outrank the others.')
param more object

var secret = {
  approvalKey: '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/approval-key)'
  teamsWebhooks: contains(secretNames, 'teams-webhooks') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/teams-webhooks)' : ''
  smtpPassword: contains(secretNames, 'smtp-password') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/smtp-password)' : ''
  gitHubToken: contains(secretNames, 'github-token') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/github-token)' : ''
  gitHubPrivateKey: contains(secretNames, 'github-private-key') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/github-private-key)' : ''
  gitHubWebhookSecret: contains(secretNames, 'github-webhook-secret') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/github-webhook-secret)' : ''
  azureDevOpsToken: contains(secretNames, 'azure-devops-token') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/azure-devops-token)' : ''
  azureDevOpsHookSecret: contains(secretNames, 'azure-devops-hook-secret') ? '@Microsoft.KeyVault(SecretUri=${vaultUri}secrets/azure-devops-hook-secret)' : ''
}

var ours = {
  REMEDIATOR_MODE: 'azure'
  REMEDIATOR_CLOUD: environment().name
  REMEDIATOR_SUBSCRIPTIONS: join(subscriptions, ',')
  REMEDIATOR_STORAGE_CLIENT_ID: clientIds.reader
  REMEDIATOR_DESIRED_STATE: desiredState
  REMEDIATOR_PUBLIC_URL: publicUrl
  REMEDIATOR_APPROVAL_KEY: secret.approvalKey
  REMEDIATOR_PLATFORM_CHECKS_KEYS: 'true'
  REMEDIATOR_IDENTITY_PROVIDER: empty(signInClientId) ? 'none' : 'easyauth'
  REMEDIATOR_TRUST_PLATFORM_HEADERS: empty(signInClientId) ? 'false' : 'true'
  REMEDIATOR_TENANT_ID: tenant().tenantId
  REMEDIATOR_READERS: join(people.readers, ',')
  REMEDIATOR_CALLERS: join(people.callers, ',')
  REMEDIATOR_API_SCOPE: empty(signInClientId) ? '' : 'api://${signInClientId}/.default'
  REMEDIATOR_APPROVER_USERS: join(people.approverUsers, ',')
  REMEDIATOR_APPROVER_GROUPS: join(people.approverGroups, ',')
  REMEDIATOR_APPROVER_ROLES: join(people.approverRoles, ',')
  REMEDIATOR_NOTIFY: join(people.notify, ',')
  REMEDIATOR_SMTP_HOST: mail.smtpHost
  REMEDIATOR_SMTP_PORT: string(mail.smtpPort)
  REMEDIATOR_SMTP_TLS: mail.smtpTls
  REMEDIATOR_SMTP_USER: mail.smtpUser
  REMEDIATOR_SMTP_PASSWORD: secret.smtpPassword
  REMEDIATOR_SMTP_FROM: mail.smtpFrom
  REMEDIATOR_ACS_ENDPOINT: mail.acsEndpoint
  REMEDIATOR_TEAMS_WEBHOOKS: secret.teamsWebhooks
  REMEDIATOR_GITHUB_URL: code.gitHubUrl
  REMEDIATOR_GITHUB_TOKEN: secret.gitHubToken
  REMEDIATOR_GITHUB_APP_ID: code.gitHubAppId
  REMEDIATOR_GITHUB_INSTALLATION_ID: code.gitHubInstallationId
  REMEDIATOR_GITHUB_PRIVATE_KEY: secret.gitHubPrivateKey
  REMEDIATOR_GITHUB_WEBHOOK_SECRET: secret.gitHubWebhookSecret
  REMEDIATOR_AZURE_DEVOPS_URL: code.azureDevOpsUrl
  REMEDIATOR_AZURE_DEVOPS_TOKEN: secret.azureDevOpsToken
  REMEDIATOR_AZURE_DEVOPS_HOOK_SECRET: secret.azureDevOpsHookSecret
  REMEDIATOR_CODE_CLIENT_ID: clientIds.reader
  REMEDIATOR_READER_CLIENT_ID: clientIds.reader
  REMEDIATOR_APPLIER_CLIENT_ID: clientIds.applier
  REMEDIATOR_EVENT_ENDPOINT: eventEndpoint
  REMEDIATOR_ALERTS: alertsFollow
  REMEDIATOR_TELEMETRY: 'auto'
  REMEDIATOR_STOPPED: stopped
  REMEDIATOR_WAY: way
  REMEDIATOR_SWEEP: sweep
}

var host = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientIds.reader
  AzureWebJobsStorage__blobServiceUri: storage.blob
  AzureWebJobsStorage__queueServiceUri: storage.queue
  AzureWebJobsStorage__tableServiceUri: storage.table
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnection
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientIds.reader};Authorization=AAD'
}

@description('The settings by name.')
output variables object = union(host, ours, more)

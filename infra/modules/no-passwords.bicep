// No way to publish code with a user name and a password: only with a token.

@description('Name of the app.')
param siteName string

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: siteName
}

resource noPasswordAtScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource noPasswordAtFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

// Who signs in: Entra in front of the app.

@description('Name of the app.')
param siteName string

@description('Client id of the app registration.')
@minLength(36)
param clientId string

@description('Address of the cloud\'s sign-in, e.g. `https://login.microsoftonline.com`.')
param signIn string

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: siteName
}

// Action groups and Event Grid come with a key or a token, people with a cookie, the health probe with nothing: the platform
// turns what it knows into headers and strips forged ones, and our own code decides at every route who may come in.
resource settings 'Microsoft.Web/sites/config@2024-11-01' = {
  // checkov:skip=CKV_AZURE_13:this resource is the authentication; the check knows another form of it
  // checkov:skip=CKV_AZURE_63:these are the settings of sign-in; requests are logged in Application Insights
  // checkov:skip=CKV_AZURE_65:these are the settings of sign-in; error texts are for logs, not for callers
  // checkov:skip=CKV_AZURE_66:these are the settings of sign-in; failed requests are in Application Insights
  // checkov:skip=CKV_AZURE_80:these are the settings of sign-in; there is no .NET Framework in a Python app
  // checkov:skip=CKV_AZURE_88:these are the settings of sign-in; a content share would need an account key
  // checkov:skip=CKV_AZURE_222:these are the settings of sign-in; public access is a property of the app
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${signIn}/${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            clientId
            'api://${clientId}'
          ]
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
      cookieExpiration: {
        convention: 'FixedTime'
        timeToExpiration: '08:00:00'
      }
      preserveUrlFragmentsForLogins: false
    }
  }
}

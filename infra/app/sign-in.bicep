metadata description = 'Microsoft Entra sign-in in front of every HTTP function (App Service authentication), or none.'

@description('Required. The function app.')
param appName string

@description('Required. Whether callers must sign in.')
param enabled bool

@description('Required. The client id of the app registration that tokens are made out to; empty where nobody signs in.')
param clientId string

@description('Required. Object ids of the users and service principals that may call; 500 characters in all at most.')
param callerObjectIds array

resource app 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: enabled
      runtimeVersion: '~1'
    }
    globalValidation: {
      requireAuthentication: enabled
      unauthenticatedClientAction: 'Return401'
    }
    httpSettings: {
      requireHttps: true
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
    identityProviders: enabled ? {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [clientId, 'api://${clientId}']
          // Without a list, everybody in the tenant would be let in (documented:
          // configure-authentication-provider-aad.md, built-in authorization policy).
          defaultAuthorizationPolicy: {
            allowedPrincipals: {
              identities: callerObjectIds
            }
          }
        }
      }
    } : {}
  }
}

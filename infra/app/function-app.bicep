metadata description = 'The function app on its Flex Consumption plan, with all its settings.'

@description('Required. The name of the app.')
param name string

@description('Required. The name of the plan.')
param planName string

@description('Required. The region.')
param location string

@description('Required. Tags of the app and its plan.')
param tags object

@description('Required. The service in azure.yaml that this app runs.')
param serviceName string

@description('Required. The resource id of the identity.')
param identityId string

@description('Required. The client id of the identity.')
param identityClientId string

@description('Required. The storage account.')
param storageAccountName string

@description('Required. The container of the deployment package.')
param packageContainer string

@description('Required. Application Insights.')
param insightsName string

@description('Required. The Key Vault, empty for none.')
param vaultName string

@description('Required. The settings whose values are secrets of the Key Vault.')
param vaultSettings array

@description('Required. The subnet that the app sends from, empty for none.')
param subnetId string

@description('Required. Memory of an instance, MB.')
param instanceMemoryMB int

@description('Required. The most instances of one function.')
param maximumInstanceCount int

@description('Required. Who gets in over HTTP: entra, keys or nobody.')
@allowed(['entra', 'keys', 'closed'])
param httpAccess string

@description('Required. The client id of the app registration that callers\' tokens are made out to.')
param entraClientId string

@description('Required. Object ids of the users and service principals that may call.')
param callerObjectIds array

@description('Required. The app\'s own settings by name, without secrets.')
param settings object

var storagePrefix = 'AzureWebJobsStorage'

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      // Closed to callers, open to deployments, which sign in for themselves.
      ipSecurityRestrictionsDefaultAction: httpAccess == 'closed' ? 'Deny' : 'Allow'
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
      scmIpSecurityRestrictionsUseMain: false
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: '3.13'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }
}

// A name and a password for deployments would be a stored secret.
resource scmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource ftpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

// Sign-in is switched on before the setting that stops asking for keys, and switched
// off after it: at no moment does the API ask for neither.
module signIn 'sign-in.bicep' = if (httpAccess == 'entra') {
  name: 'sign-in-on'
  params: {
    appName: app.name
    enabled: true
    clientId: entraClientId
    callerObjectIds: callerObjectIds
  }
}

var vaultReferences = [for setting in vaultSettings: {
  name: setting
  value: '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${toLower(replace(setting, '_', '-'))})'
}]

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  dependsOn: [signIn]
  properties: union(
    {
      '${storagePrefix}__blobServiceUri': storage.properties.primaryEndpoints.blob
      '${storagePrefix}__queueServiceUri': storage.properties.primaryEndpoints.queue
      '${storagePrefix}__tableServiceUri': storage.properties.primaryEndpoints.table
      '${storagePrefix}__credential': 'managedidentity'
      '${storagePrefix}__clientId': identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      // The worker sends the app's telemetry itself. With telemetryMode in host.json, or
      // neither (documented: functions-opentelemetry-howto.md).
      PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
      AZURE_CLIENT_ID: identityClientId
      HTTP_ACCESS: httpAccess == 'entra' ? 'entra' : 'keys'
    },
    settings,
    toObject(vaultReferences, secret => secret.name, secret => secret.value)
  )
}

module noSignIn 'sign-in.bicep' = if (httpAccess != 'entra') {
  name: 'sign-in-off'
  dependsOn: [appSettings]
  params: {
    appName: app.name
    enabled: false
    clientId: ''
    callerObjectIds: []
  }
}

@description('The app\'s name.')
output name string = app.name

@description('The app\'s address.')
output uri string = 'https://${app.properties.defaultHostName}'

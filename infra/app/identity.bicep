metadata description = 'The identity that the app signs in with, everywhere: storage, telemetry, Key Vault, Databricks, Azure DevOps.'

@description('Required. The name of the identity; Azure DevOps and Databricks show it.')
param name string

@description('Required. The region.')
param location string

@description('Required. Tags of the identity.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

@description('The resource id, which the function app names.')
output id string = identity.id

@description('The object id, which role assignments and Azure DevOps name.')
output principalId string = identity.properties.principalId

@description('The client id, which tokens are asked with and Databricks names.')
output clientId string = identity.properties.clientId

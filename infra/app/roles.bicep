metadata description = 'What the app\'s identity may do, on which resource, and nothing more.'

@description('Required. The object id of the identity.')
param principalId string

@description('Required. The storage account.')
param storageAccountName string

@description('Required. Application Insights.')
param insightsName string

@description('Required. The Key Vault, empty for none.')
param vaultName string

// Ids: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
// What the host needs of storage: functions-reference.md, "Connecting to host storage
// with an identity".
var storageRoles = [
  {
    name: 'Storage Blob Data Owner'
    id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  }
  {
    name: 'Storage Queue Data Contributor'
    id: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  }
  {
    name: 'Storage Table Data Contributor'
    id: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  }
]
var insightsRoles = [
  {
    name: 'Monitoring Metrics Publisher'
    id: '3913510d-42f4-4e42-8a64-420c390055eb'
  }
]
var vaultRoles = [
  {
    name: 'Key Vault Secrets User'
    id: '4633458b-17de-408a-b874-0445c86b69e6'
  }
]

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: empty(vaultName) ? 'none' : vaultName
}

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in storageRoles: {
  scope: storage
  name: guid(storage.id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    description: role.name
  }
}]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in insightsRoles: {
  scope: insights
  name: guid(insights.id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    description: role.name
  }
}]

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in vaultRoles: if (!empty(vaultName)) {
  scope: vault
  name: guid(vault.id, principalId, role.id)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.id)
    description: role.name
  }
}]

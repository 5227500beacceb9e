metadata description = 'A Key Vault for the secrets that somebody chose to keep. Their values are put in by a person, never by a deployment.'

@description('Required. The name of the vault: 3 to 24 letters, digits and hyphens.')
param name string

@description('Required. The region.')
param location string

@description('Required. Tags of the vault.')
param tags object

// Open to networks, closed to callers: on Flex Consumption, Key Vault references do not
// work where the vault is network-restricted (documented: flex-consumption-plan.md).
resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Enabled'
  }
}

@description('The vault\'s name.')
output name string = vault.name

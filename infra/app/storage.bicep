metadata description = 'The storage account: the host\'s locks, the package, and the queues, tables and blobs that the app\'s state is in.'

@description('Required. The name of the account: 3 to 24 lower case letters and digits.')
param name string

@description('Required. The region.')
param location string

@description('Required. Tags of the account.')
param tags object

@description('Required. The redundancy.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param skuName string

@description('Required. Whether only private endpoints reach the account.')
param private bool

@description('Required. The container of the deployment package.')
param packageContainer string

// What the code calls them; a test compares. The state's container holds plans,
// checkpoints, the index and the push lease.
var containers = [packageContainer, 'backup-state']
var workQueues = ['backup-plans', 'backup-shards', 'restore-shards']
var tables = ['runs', 'budgets', 'restores']

// The host would create a poison queue with the first poisoned message; what listens
// to it should find it from the start.
var poisonQueues = [for workQueue in workQueues: '${workQueue}-poison']

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: private ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: private ? 'Deny' : 'Allow'
    }
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for containerName in containers: {
  parent: blobService
  name: containerName
  properties: {
    publicAccess: 'None'
  }
}]

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for queueName in concat(workQueues, poisonQueues): {
  parent: queueService
  name: queueName
}]

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [for tableName in tables: {
  parent: tableService
  name: tableName
}]

@description('The account\'s name.')
output name string = account.name

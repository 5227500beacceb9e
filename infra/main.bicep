metadata description = 'A nightly backup of one Databricks workspace into an Azure DevOps repository: everything in Azure that it needs.'

targetScope = 'resourceGroup'

// ---- what it is called and where it is

@description('Required. The environment\'s name, as azd knows it; names follow from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Optional. The region. Flex Consumption with Python 3.13 must be there.')
param location string = resourceGroup().location

@description('Optional. Tags of every resource, beside azd-env-name.')
param tags object = {}

// ---- the workspace and the repository

@description('Required. DATABRICKS_HOST: the workspace, as in https://adb-1234567890123456.7.azuredatabricks.net.')
@minLength(1)
param databricksHost string

@description('Required. AZURE_DEVOPS_ORG_URL: the organization, as in https://dev.azure.com/contoso.')
@minLength(1)
param azureDevOpsOrgUrl string

@description('Required. AZURE_DEVOPS_PROJECT: the project.')
@minLength(1)
param azureDevOpsProject string

@description('Required. AZURE_DEVOPS_REPOSITORY: the repository.')
@minLength(1)
param azureDevOpsRepository string

@description('Optional. AZURE_DEVOPS_BRANCH: the branch that the backup is pushed to.')
param azureDevOpsBranch string = 'main'

// ---- what is backed up, and when

@description('Optional. BACKUP_ROOTS: workspace paths, separated by semicolons.')
param backupRoots string = '/'

@description('Optional. BACKUP_EXCLUDE: what is left out, globs separated by semicolons; empty for the app\'s own list.')
param backupExclude string = ''

@description('Optional. EXPORT_FORMAT: how notebooks are stored.')
@allowed(['SOURCE', 'JUPYTER'])
param exportFormat string = 'SOURCE'

@description('Optional. BACKUP_SCHEDULE: when backups start, six NCRONTAB fields, UTC.')
param backupSchedule string = '0 0 2 * * *'

@description('Optional. BACKUP_PAUSED: whether timers start nothing.')
param backupPaused bool = false

@description('Optional. BACKUP_MAX_AGE_HOURS: how old the last recorded backup may become before that is critical. 25 fits a daily schedule.')
@minValue(1)
@maxValue(47)
param backupMaxAgeHours int = 25

@description('Optional. AUDIT_SCHEDULE: when audits start, six NCRONTAB fields, UTC.')
param auditSchedule string = '0 0 5 * * *'

@description('Optional. AUDIT_SLICES: into how many parts the workspace is cut; one is audited at a time.')
@minValue(1)
@maxValue(366)
param auditSlices int = 30

// ---- how it is done

@description('Optional. DATABRICKS_LIST_RPS: listings a second of the whole app.')
@minValue(1)
@maxValue(1000000)
param databricksListRps int = 30

@description('Optional. DATABRICKS_EXPORT_RPS: exports a second of the whole app.')
@minValue(1)
@maxValue(1000000)
param databricksExportRps int = 30

@description('Optional. DATABRICKS_IMPORT_RPS: imports a second of the whole app.')
@minValue(1)
@maxValue(1000000)
param databricksImportRps int = 15

@description('Optional. MAX_PARALLEL_SHARDS: how many shards are worked on at once.')
@minValue(1)
@maxValue(64)
param maxParallelShards int = 4

@description('Optional. SHARD_MAX_OBJECTS: how many objects a shard has at most.')
@minValue(1)
@maxValue(10000)
param shardMaxObjects int = 2000

@description('Optional. EXPORT_CONCURRENCY: exports in flight a shard.')
@minValue(1)
@maxValue(64)
param exportConcurrency int = 16

@description('Optional. DELETE_FUSE_PERCENT: a larger share of deletions is held back.')
@minValue(0)
@maxValue(100)
param deleteFusePercent int = 25

@description('Optional. DELETE_FUSE_MINIMUM: fewer deletions are never held back.')
@minValue(0)
@maxValue(10000000)
param deleteFuseMinimum int = 100

@description('Optional. RUN_DEADLINE: how long a run may take, as hh:mm:ss, 48 hours at most.')
param runDeadline string = '04:00:00'

@description('Optional. RUN_RETRIES: how often an incomplete run is tried again.')
@minValue(0)
@maxValue(10)
param runRetries int = 2

@description('Optional. RESTORE_ENABLED: whether the app may write into the workspace.')
param restoreEnabled bool = true

@description('Optional. RESTORE_ROOTS: workspace paths that restores may write to, separated by semicolons.')
param restoreRoots string = '/'

@description('Optional. STATE_RETENTION_DAYS: how long state of closed runs is kept; Git keeps everything.')
@minValue(1)
@maxValue(3650)
param stateRetentionDays int = 90

@description('Optional. NOTIFY_ON: which ends of runs are told to NOTIFY_WEBHOOK_URL, a secret of the Key Vault.')
@allowed(['always', 'trouble', 'never'])
param notifyOn string = 'trouble'

@description('Optional. LOG_LEVEL: how much is logged.')
@allowed(['DEBUG', 'INFO', 'WARNING', 'ERROR'])
param logLevel string = 'INFO'

// ---- secrets, for whoever cannot do without

@description('Optional. Settings to be read from a Key Vault, separated by semicolons: AZURE_DEVOPS_PAT, DATABRICKS_TOKEN, NOTIFY_WEBHOOK_URL. The vault is made when one is named; its secrets, called azure-devops-pat and so on, are put in by hand.')
param vaultSettings string = ''

// ---- who may call

@description('Optional. Who gets in over HTTP: entra (the callers named below, signed in), keys (whoever has a function key) or closed (nobody). Without a registration and a caller, entra is closed, too.')
@allowed(['entra', 'keys', 'closed'])
param httpAccess string = 'entra'

@description('Optional. The client id of the app registration that callers\' tokens are made out to.')
param entraClientId string = ''

@description('Optional. Object ids of the users and service principals that may call, separated by semicolons.')
param callerObjectIds string = ''

// ---- who is told

@description('Optional. E-mail addresses that alerts go to, separated by semicolons.')
param alertEmails string = ''

@description('Optional. Whether alert rules are on.')
param alertsEnabled bool = true

@description('Optional. Whether the action group is told of recorded backups as well.')
param alertOnSuccess bool = false

@description('Optional. RUNBOOK_URL: where your people read docs/operations.md; alerts and messages link to it. Empty for its name alone.')
param runbookUrl string = ''

@description('Optional. A webhook that alerts go to, in the common alert schema. Neither Slack nor Teams understands that.')
@secure()
param alertWebhookUrl string = ''

@description('Optional. Days that telemetry is kept.')
@minValue(30)
@maxValue(730)
param telemetryRetentionDays int = 90

@description('Optional. A budget a month for this resource group, in the currency of the bill; 0 for none.')
@minValue(0)
param budgetAmount int = 0

@description('Optional. The first day of the month that the budget counts from, as in 2026-12-01; keep it.')
param budgetStartDate string = ''

// ---- the platform

@description('Optional. Memory of an instance, MB.')
@allowed([2048, 4096])
param instanceMemoryMB int = 2048

@description('Optional. The most instances of one function. 40 is good in every region; fewer are not accepted everywhere.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Redundancy of the storage account. What is in it can be rebuilt from the repository.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSkuName string = 'Standard_LRS'

@description('Optional. Whether the app sends from a virtual network and storage is reached only from there.')
param privateNetwork bool = false

@description('Optional. Addresses of that network in CIDR form, /25 or larger.')
param networkAddressPrefix string = '10.90.0.0/24'

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(resourceGroup().id, environmentName, location))
var allTags = union(tags, { 'azd-env-name': environmentName })
var packageContainer = 'app-package'
var appSubnetName = 'app'
var vaultSettingNames = empty(vaultSettings) ? [] : split(vaultSettings, ';')
var callers = empty(callerObjectIds) ? [] : split(callerObjectIds, ';')
var access = httpAccess == 'entra' && (empty(entraClientId) || empty(callers)) ? 'closed' : httpAccess
var withBudget = budgetAmount > 0 && !empty(budgetStartDate)

var names = {
  actionGroup: '${abbreviations.insightsActionGroups}${token}'
  alertIdentity: '${abbreviations.managedIdentityUserAssignedIdentities}${token}-alerts'
  app: '${abbreviations.webSitesFunctions}${token}'
  identity: '${abbreviations.managedIdentityUserAssignedIdentities}${token}'
  insights: '${abbreviations.insightsComponents}${token}'
  network: '${abbreviations.networkVirtualNetworks}${token}'
  plan: '${abbreviations.webServerFarms}${token}'
  storage: '${abbreviations.storageStorageAccounts}${token}'
  vault: empty(vaultSettingNames) ? '' : '${abbreviations.keyVaultVaults}${token}'
  workspace: '${abbreviations.operationalInsightsWorkspaces}${token}'
}

// Exactly what the code reads; a test compares. Those that can be secrets are empty,
// which the code takes for absent, until the vault has them.
var settings = {
  DATABRICKS_HOST: databricksHost
  DATABRICKS_TOKEN: ''
  DATABRICKS_LIST_RPS: string(databricksListRps)
  DATABRICKS_EXPORT_RPS: string(databricksExportRps)
  DATABRICKS_IMPORT_RPS: string(databricksImportRps)
  AZURE_DEVOPS_ORG_URL: azureDevOpsOrgUrl
  AZURE_DEVOPS_PROJECT: azureDevOpsProject
  AZURE_DEVOPS_REPOSITORY: azureDevOpsRepository
  AZURE_DEVOPS_BRANCH: azureDevOpsBranch
  AZURE_DEVOPS_PAT: ''
  BACKUP_ROOTS: backupRoots
  BACKUP_EXCLUDE: backupExclude
  BACKUP_SCHEDULE: backupSchedule
  BACKUP_PAUSED: backupPaused ? 'true' : 'false'
  BACKUP_MAX_AGE_HOURS: string(backupMaxAgeHours)
  EXPORT_FORMAT: exportFormat
  AUDIT_SCHEDULE: auditSchedule
  AUDIT_SLICES: string(auditSlices)
  MAX_PARALLEL_SHARDS: string(maxParallelShards)
  SHARD_MAX_OBJECTS: string(shardMaxObjects)
  EXPORT_CONCURRENCY: string(exportConcurrency)
  DELETE_FUSE_PERCENT: string(deleteFusePercent)
  DELETE_FUSE_MINIMUM: string(deleteFuseMinimum)
  RUN_DEADLINE: runDeadline
  RUN_RETRIES: string(runRetries)
  RESTORE_ENABLED: restoreEnabled ? 'true' : 'false'
  RESTORE_ROOTS: restoreRoots
  STATE_RETENTION_DAYS: string(stateRetentionDays)
  NOTIFY_WEBHOOK_URL: ''
  NOTIFY_ON: notifyOn
  RUNBOOK_URL: runbookUrl
  LOG_LEVEL: logLevel
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  params: {
    name: names.identity
    location: location
    tags: allTags
  }
}

module alertIdentity 'app/identity.bicep' = {
  name: 'alert-identity'
  params: {
    name: names.alertIdentity
    location: location
    tags: allTags
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  params: {
    name: names.storage
    location: location
    tags: allTags
    skuName: storageSkuName
    private: privateNetwork
    packageContainer: packageContainer
  }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    actionGroupName: names.actionGroup
    location: location
    tags: allTags
    retentionDays: telemetryRetentionDays
    emails: empty(alertEmails) ? [] : split(alertEmails, ';')
    webhookUrl: alertWebhookUrl
  }
}

module vault 'app/vault.bicep' = if (!empty(vaultSettingNames)) {
  name: 'vault'
  params: {
    name: names.vault
    location: location
    tags: allTags
  }
}

module roles 'app/roles.bicep' = {
  name: 'roles'
  dependsOn: [vault]
  params: {
    principalId: identity.outputs.principalId
    storageAccountName: storage.outputs.name
    insightsName: monitoring.outputs.insightsName
    vaultName: names.vault
  }
}

module network 'app/network.bicep' = if (privateNetwork) {
  name: 'network'
  params: {
    name: names.network
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
    appSubnetName: appSubnetName
    storageAccountName: storage.outputs.name
  }
}

module app 'app/function-app.bicep' = {
  name: 'function-app'
  dependsOn: [roles, network]
  params: {
    name: names.app
    planName: names.plan
    location: location
    tags: allTags
    serviceName: 'backup'
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    packageContainer: packageContainer
    insightsName: monitoring.outputs.insightsName
    vaultName: names.vault
    vaultSettings: vaultSettingNames
    subnetId: privateNetwork ? resourceId('Microsoft.Network/virtualNetworks/subnets', names.network, appSubnetName) : ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    httpAccess: access
    entraClientId: entraClientId
    callerObjectIds: callers
    settings: settings
  }
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  params: {
    prefix: 'backup-${token}'
    identityId: alertIdentity.outputs.id
    principalId: alertIdentity.outputs.principalId
    location: location
    tags: allTags
    workspaceName: names.workspace
    actionGroupId: monitoring.outputs.actionGroupId
    maxAgeHours: backupMaxAgeHours
    runbook: empty(runbookUrl) ? 'docs/operations.md' : runbookUrl
    enabled: alertsEnabled
    tellSuccess: alertOnSuccess
  }
}

module workbook 'app/workbook.bicep' = {
  name: 'workbook'
  params: {
    name: guid(resourceGroup().id, environmentName, 'workbook')
    title: 'Databricks backup, ${environmentName}'
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'app/budget.bicep' = if (withBudget) {
  name: 'budget'
  params: {
    name: 'backup-${token}'
    amount: budgetAmount
    startDate: budgetStartDate
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

@description('The region.')
output AZURE_LOCATION string = location

@description('The tenant that everything is in.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = resourceGroup().name

@description('The function app.')
output SERVICE_BACKUP_NAME string = app.outputs.name

@description('The address of the HTTP API.')
output SERVICE_BACKUP_URI string = app.outputs.uri

@description('Who gets in over HTTP: entra, keys or closed.')
output SERVICE_BACKUP_HTTP_ACCESS string = access

@description('The identity\'s object id, for Azure DevOps.')
output IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId

@description('The identity\'s client id, for Databricks.')
output IDENTITY_CLIENT_ID string = identity.outputs.clientId

@description('The identity\'s name.')
output IDENTITY_NAME string = names.identity

@description('The storage account.')
output STORAGE_ACCOUNT_NAME string = storage.outputs.name

@description('The Key Vault, empty for none.')
output KEY_VAULT_NAME string = names.vault

@description('The Log Analytics workspace.')
output LOG_ANALYTICS_WORKSPACE_ID string = monitoring.outputs.workspaceId

@description('The action group.')
output ACTION_GROUP_ID string = monitoring.outputs.actionGroupId

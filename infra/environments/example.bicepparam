// One file an environment, named after it: copy this one, fill it in, commit it. Nothing
// in it is secret. Every parameter is described in ../main.bicep.
using '../main.bicep'

param environmentName = 'example'
param databricksHost = 'https://adb-1234567890123456.7.azuredatabricks.net'
param azureDevOpsOrgUrl = 'https://dev.azure.com/contoso'
param azureDevOpsProject = 'Data Platform'
param azureDevOpsRepository = 'workspace-backup'
param backupSchedule = '0 0 2 * * *'
param alertEmails = 'data-platform@contoso.com'
param httpAccess = 'entra'
param entraClientId = ''
param callerObjectIds = ''

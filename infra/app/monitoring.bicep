metadata description = 'Where telemetry goes and who is told: Log Analytics, Application Insights, the action group.'

@description('Required. The name of the Log Analytics workspace.')
param workspaceName string

@description('Required. The name of Application Insights.')
param insightsName string

@description('Required. The name of the action group.')
param actionGroupName string

@description('Required. The region.')
param location string

@description('Required. Tags of all three.')
param tags object

@description('Required. Days that telemetry is kept.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('Required. E-mail addresses that alerts go to.')
param emails array

@description('Required. A webhook that alerts go to in the common alert schema, empty for none.')
@secure()
param webhookUrl string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    IngestionMode: 'LogAnalytics'
    WorkspaceResourceId: workspace.id
    // What is in the connection string opens nothing: ingestion needs a token.
    DisableLocalAuth: true
  }
}

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'backup'
    emailReceivers: [for email in emails: {
      name: email
      emailAddress: email
      useCommonAlertSchema: true
    }]
    webhookReceivers: empty(webhookUrl) ? [] : [
      {
        name: 'webhook'
        serviceUri: webhookUrl
        useCommonAlertSchema: true
      }
    ]
  }
}

@description('The name of Application Insights.')
output insightsName string = insights.name

@description('The resource id of the Log Analytics workspace, which alert queries run over.')
output workspaceId string = workspace.id

@description('The resource id of the action group, which alerts go to.')
output actionGroupId string = actionGroup.id

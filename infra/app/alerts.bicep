metadata description = 'The alert rules: queries over what the app tells, each with a severity and a runbook.'

@description('Required. What the names of the rules begin with.')
param prefix string

@description('Required. The resource id of the identity that the rules query as.')
param identityId string

@description('Required. The object id of that identity.')
param principalId string

@description('Required. The region.')
param location string

@description('Required. Tags of the rules.')
param tags object

@description('Required. The Log Analytics workspace.')
param workspaceName string

@description('Required. The action group that is told.')
param actionGroupId string

@description('Required. Hours after which the last recorded backup is too old.')
param maxAgeHours int

@description('Required. The page of the runbooks; each alert has an anchor there.')
param runbook string

@description('Required. Whether the rules are on.')
param enabled bool

@description('Required. Whether recorded backups are told as well.')
param tellSuccess bool

var alerts = loadJsonContent('../alerts/alerts.json')
var thresholds = loadJsonContent('../../shared/domain/thresholds.json')
var events = loadTextContent('../alerts/events.kql')
var queries = {
  'audit-mismatch': loadTextContent('../alerts/audit-mismatch.kql')
  'credentials-refused': loadTextContent('../alerts/credentials-refused.kql')
  'deletions-held': loadTextContent('../alerts/deletions-held.kql')
  'good-run': loadTextContent('../alerts/good-run.kql')
  'history-rewritten': loadTextContent('../alerts/history-rewritten.kql')
  'ingestion-silent': loadTextContent('../alerts/ingestion-silent.kql')
  'last-run-failed': loadTextContent('../alerts/last-run-failed.kql')
  'new-exceptions': loadTextContent('../alerts/new-exceptions.kql')
  'new-failures': loadTextContent('../alerts/new-failures.kql')
  'no-good-run': loadTextContent('../alerts/no-good-run.kql')
  'runs-failing': loadTextContent('../alerts/runs-failing.kql')
  'shard-poisoned': loadTextContent('../alerts/shard-poisoned.kql')
  'slow-run': loadTextContent('../alerts/slow-run.kql')
  'success-rate': loadTextContent('../alerts/success-rate.kql')
}
// What the queries compare with, by the names that they have for it.
var lines = [
  'let max_age = ${maxAgeHours}h;'
  'let heartbeat_age = ${thresholds.heartbeatMinutes}m;'
  'let recent_runs = ${thresholds.recentRuns};'
  'let failed_runs = ${thresholds.failedRuns};'
  'let success_percent = ${thresholds.successPercent};'
  'let deadline_percent = ${thresholds.deadlinePercent};'
]
var numbers = join(lines, '\n')
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var logAnalyticsReader = '73c42c96-874c-492b-b04d-ab87d138a893'

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

// Without an identity, a rule queries with the rights of whoever wrote it last
// (documented: alerts-create-log-alert-rule.md, "Identity").
resource reading 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, principalId, logAnalyticsReader)
  scope: workspace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logAnalyticsReader)
    principalId: principalId
    principalType: 'ServicePrincipal'
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts: {
  name: '${prefix}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  dependsOn: [reading]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    displayName: 'Databricks backup: ${alert.title}'
    description: 'What to do: ${runbook}#${alert.name}'
    enabled: alert.name == 'good-run' ? enabled && tellSuccess : enabled
    severity: alert.severity
    scopes: [workspace.id]
    windowSize: alert.windowSize
    evaluationFrequency: alert.evaluationFrequency
    // The tables are there once the app has sent something.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: '${numbers}\n${events}${queries[alert.name]}'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          // The text of each row is part of the alert that it raises.
          dimensions: [
            {
              name: 'what'
              operator: 'Include'
              values: ['*']
            }
          ]
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [actionGroupId]
      customProperties: {
        runbook: '${runbook}#${alert.name}'
      }
    }
  }
}]

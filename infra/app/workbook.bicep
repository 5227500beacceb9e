metadata description = 'The workbook: how the backups went, over the same events that the alerts query.'

@description('Required. The name, a GUID.')
param name string

@description('Required. The title that people find it by.')
param title string

@description('Required. The region.')
param location string

@description('Required. Tags of the workbook.')
param tags object

@description('Required. The Log Analytics workspace.')
param workspaceId string

var charts = loadJsonContent('../workbook/charts.json')
var events = loadTextContent('../alerts/events.kql')
var queries = {
  calls: loadTextContent('../workbook/calls.kql')
  changes: loadTextContent('../workbook/changes.kql')
  duration: loadTextContent('../workbook/duration.kql')
  errors: loadTextContent('../workbook/errors.kql')
  failures: loadTextContent('../workbook/failures.kql')
  outcomes: loadTextContent('../workbook/outcomes.kql')
  progress: loadTextContent('../workbook/progress.kql')
  restores: loadTextContent('../workbook/restores.kql')
  speed: loadTextContent('../workbook/speed.kql')
  'success-rate': loadTextContent('../workbook/success-rate.kql')
  throttling: loadTextContent('../workbook/throttling.kql')
  throughput: loadTextContent('../workbook/throughput.kql')
}
// The values are those of the workbooks' own format (Azure/Application-Insights-Workbooks,
// schema/workbook.json): 9 is parameters, 3 is a query.
var timeRange = {
  type: 9
  name: 'parameters'
  content: {
    version: 'KqlParameterItem/1.0'
    style: 'pills'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    parameters: [
      {
        id: guid(name, 'TimeRange')
        version: 'KqlParameterItem/1.0'
        name: 'TimeRange'
        label: 'Time range'
        type: 4
        isRequired: true
        value: {
          durationMs: 2592000000
        }
        typeSettings: {
          selectableValues: [
            { durationMs: 86400000 }
            { durationMs: 604800000 }
            { durationMs: 2592000000 }
            { durationMs: 7776000000 }
          ]
        }
      }
    ]
  }
}
var items = map(charts, chart => {
  type: 3
  name: chart.name
  content: {
    version: 'KqlItem/1.0'
    query: '${events}${queries[chart.name]}'
    size: 0
    title: chart.title
    timeContextFromParameter: 'TimeRange'
    queryType: 0
    resourceType: 'microsoft.operationalinsights/workspaces'
    visualization: chart.visualization
  }
})
var notebook = {
  version: 'Notebook/1.0'
  items: concat([timeRange], items)
  fallbackResourceIds: [workspaceId]
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    version: 'Notebook/1.0'
    sourceId: workspaceId
    serializedData: string(notebook)
  }
}

metadata description = 'A monthly budget of the resource group, which tells the action group before it is spent.'

@description('Required. The name of the budget.')
param name string

@description('Required. The amount a month, in the currency of the bill.')
@minValue(1)
param amount int

@description('Required. The first day of a month, as in 2026-12-01. It cannot be changed later.')
param startDate string

@description('Required. The action group that is told.')
param actionGroupId string

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: name
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: '${startDate}T00:00:00Z'
    }
    notifications: {
      mostIsSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: []
        contactGroups: [actionGroupId]
      }
      allWillBeSpent: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: []
        contactGroups: [actionGroupId]
      }
    }
  }
}

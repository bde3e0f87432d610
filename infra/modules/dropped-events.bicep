// Tells people when Event Grid has given up on an event: what it would have told is left to the sweep.

@description('Tags of every resource.')
param tags object

@description('Begin of the name.')
param name string

@description('Id of the system topic.')
param topicId string

@description('Id of the action group that writes to people.')
param actionGroupId string

resource alert 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${name}-events-dropped'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid dropped an event on its way to remediator: the function refused it, or did not answer for a day.'
    severity: 2
    enabled: true
    scopes: [
      topicId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dropped'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DroppedEventCount'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}

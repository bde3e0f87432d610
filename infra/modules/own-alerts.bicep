// Alerts on the remediator itself, for the people who keep it running.

@description('Region of the rules: that of the workspace.')
param location string

@description('Tags of every resource.')
param tags object

@description('Begin of the names.')
param name string

@description('Id of the workspace that the host writes to.')
param workspaceId string

@description('Id of the action group that writes to people.')
param actionGroupId string

var rules = [
  {
    name: 'poison-queue'
    title: 'A wake-up failed at every delivery'
    said: 'The poison queue was not empty: an incident needs a person. docs/runbook.md, poison queue.'
    query: loadTextContent('../queries/own-poison-queue.kql')
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT15M'
    severity: 1
  }
  {
    name: 'clock-silent'
    title: 'The clock has not ticked for a quarter of an hour'
    said: 'The function wake did not succeed once: nothing that waits is sent on its way.'
    query: loadTextContent('../queries/own-clock.kql')
    operator: 'LessThan'
    threshold: 1
    window: 'PT15M'
    severity: 1
  }
  {
    name: 'sweep-silent'
    title: 'The sweep has not ticked for half an hour'
    said: 'The function sweep did not succeed once: what no event or alert tells is not found.'
    query: loadTextContent('../queries/own-sweep.kql')
    operator: 'LessThan'
    threshold: 1
    window: 'PT30M'
    severity: 1
  }
  {
    name: 'sweep-failing'
    title: 'Parts of a sweep fail'
    said: 'Parts of a sweep failed five times or more within an hour: some registries are not looked at meanwhile.'
    query: loadTextContent('../queries/own-sweep-parts.kql')
    operator: 'GreaterThan'
    threshold: 4
    window: 'PT1H'
    severity: 2
  }
  {
    name: 'door-failing'
    title: 'A door for signals fails'
    said: 'Alerts or events were not taken in. An action group stops calling for a quarter of an hour; Event Grid tries again.'
    query: loadTextContent('../queries/own-doors.kql')
    operator: 'GreaterThan'
    threshold: 2
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'events-missed'
    title: 'A sweep found what no event had told'
    said: 'Findings of a sweep had not been told by any event or alert: some are missed. remediator doctor looks at the wiring.'
    query: loadTextContent('../queries/own-missed.kql')
    operator: 'GreaterThan'
    threshold: 0
    window: 'PT1H'
    severity: 3
  }
]

resource rule 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in rules: {
  name: '${name}-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'remediator: ${one.title}'
    description: one.said
    severity: one.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: one.window
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: one.query
          timeAggregation: 'Count'
          operator: one.operator
          threshold: one.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupId
      ]
    }
  }
}]

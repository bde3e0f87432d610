"""Which queries read an estate out of Resource Graph? A few flat ones, each over several types, ordered by id.

No joins, no expansion, no `summarize` (the service pages the first two poorly and the last one not at all; azure-facts
8). Types that only matter in part are narrowed down in the query, so that a page is not filled with the interfaces of
virtual machines. Called by `resource_graph`; what the rows mean is `facts.graph`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from remediator.facts import graph

_COLUMNS = "id, name, type, location, sku, identity, tags, properties"
_TARGETS = "properties.privateLinkServiceConnections", "properties.manualPrivateLinkServiceConnections"
_STATUS = f"tostring({_TARGETS[0]}[0].properties.privateLinkServiceConnectionState.status)"
# What the registry's and the interface's rows do not tell of an endpoint: facts.graph.with_endpoints
_TOLD_ELSEWHERE = (
    f"{_STATUS} =~ 'Approved' and isempty(tostring({_TARGETS[1]}[0].properties.privateLinkServiceId)) "
    "and tostring(properties.provisioningState) =~ 'Succeeded' "
    "and isempty(tostring(properties.ipConfigurations[0].name))"
)
_TO_REGISTRIES = " or ".join(f"tostring({path}) contains '/{graph.REGISTRY}/'" for path in _TARGETS)
_REGISTRY_ZONE = "contains 'privatelink.azurecr.'"


@dataclass(frozen=True, slots=True)
class Question:
    """One query: its name for people, its table, the types that it lists, and what narrows them down."""

    name: str
    table: str
    types: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The query."""
        listed = ", ".join(f"'{kind}'" for kind in self.types)
        wheres = "".join(f"\n| where {condition}" for condition in self.conditions)
        return f"{self.table}\n| where type in~ ({listed}){wheres}\n| project {_COLUMNS}\n| order by id asc"


QUESTIONS: tuple[Question, ...] = (
    Question(
        "registries",
        "resources",
        (graph.REGISTRY, graph.REPLICATION, graph.INTERFACE, graph.ENDPOINT),
        (
            f"type !~ '{graph.INTERFACE}' or isnotempty(tostring(properties.privateEndpoint.id))",
            f"type !~ '{graph.ENDPOINT}' or (({_TO_REGISTRIES}) and not({_TOLD_ELSEWHERE}))",
        ),
    ),
    Question("apps", "resources", (graph.ENVIRONMENT, *graph.CONSUMERS)),
    Question(
        "networks",
        "resources",
        (
            graph.NETWORK,
            graph.ZONE,
            graph.LINK,
            *graph.ATTACHED,
            graph.RESOLVER,
            graph.INBOUND,
            graph.RULESET,
            graph.FIREWALL,
            graph.BALANCER,
        ),
        (
            f"type !~ '{graph.ZONE}' or name {_REGISTRY_ZONE}",
            f"type !~ '{graph.LINK}' or id {_REGISTRY_ZONE}",
            f"type !~ '{graph.BALANCER}' or tostring(properties.outboundRules) contains '{{'",
        ),
    ),
    Question("records", "dnsresources", (graph.RECORD,), (f"id {_REGISTRY_ZONE}",)),
)

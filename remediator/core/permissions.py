"""Which actions does each of the two identities need, and on what?

The reader reads; the applier writes what somebody approved, follows the operation, and takes it back. Nothing here has
a wildcard, lists credentials or gives roles. Action names: MicrosoftDocs role-based-access-control/permissions, and
azure-facts 9 and 13 for what each step needs. The adapters make exactly these requests: `tests/scenarios` holds that
one action less stops something. Called by `preflight`, `views.permissions` and the command `permissions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.beside import BESIDE as BESIDE
from remediator.core.beside import Beside as Beside
from remediator.core.beside import beside_actions as beside_actions
from remediator.core.change import Change, ChangeKind, Document
from remediator.core.resource_id import ResourceId

K = ChangeKind
_NET = "Microsoft.Network"
_ACR = "Microsoft.ContainerRegistry/registries"
_ZONE = f"{_NET}/privateDnsZones"
_RULESET = f"{_NET}/dnsForwardingRulesets"
_ENDPOINT = f"{_NET}/privateEndpoints"
_LOGS = "Microsoft.OperationalInsights/workspaces"
_VNET = f"{_NET}/virtualNetworks"
_PEERING = f"{_VNET}/virtualNetworkPeerings"

# What the reader reads, and what is not known without it.
READER: Mapping[str, str] = {
    f"{_ACR}/read": "registries, their switches, names and connections",
    f"{_ACR}/replications/read": "regions: data names, addresses to reserve",
    f"{_ACR}/privateEndpointConnections/read": "a connection, just before it is approved",
    f"{_ENDPOINT}/read": "private endpoints",
    f"{_ENDPOINT}/privateDnsZoneGroups/read": "which zones an endpoint's records are kept in",
    f"{_NET}/networkInterfaces/read": "the addresses of endpoints",
    f"{_ZONE}/read": "private DNS zones",
    f"{_ZONE}/virtualNetworkLinks/read": "which networks see a zone",
    f"{_ZONE}/A/read": "the records of a zone",
    f"{_VNET}/read": "networks, subnets, DNS servers, peerings",
    f"{_PEERING}/read": "a peering, just before it is written",
    f"{_VNET}/usages/read": "free addresses, before anybody is asked",
    f"{_NET}/routeTables/read": "routes on the way to an endpoint",
    f"{_NET}/networkSecurityGroups/read": "security rules on the way to an endpoint",
    f"{_NET}/natGateways/read": "addresses that environments go out with",
    f"{_NET}/azureFirewalls/read": "addresses that environments go out with",
    f"{_NET}/loadBalancers/read": "addresses that environments go out with",
    f"{_NET}/publicIPAddresses/read": "the public addresses of those",
    f"{_NET}/publicIPPrefixes/read": "the public prefixes of those",
    f"{_NET}/dnsResolvers/read": "DNS Private Resolvers",
    f"{_NET}/dnsResolvers/inboundEndpoints/read": "which address is a resolver's",
    f"{_RULESET}/read": "forwarding rulesets",
    f"{_RULESET}/forwardingRules/read": "where a name's question is sent",
    f"{_RULESET}/virtualNetworkLinks/read": "which networks obey a ruleset",
    "Microsoft.App/managedEnvironments/read": "environments and their networks",
    "Microsoft.App/containerApps/read": "apps, their images and registry credentials",
    "Microsoft.App/jobs/read": "jobs, their images and registry credentials",
    "Microsoft.ManagedIdentity/userAssignedIdentities/read": "whose identity pulls, and who the applier is",
    "Microsoft.Authorization/roleAssignments/read": "who may pull, and what the applier may do",
    "Microsoft.Authorization/roleDefinitions/read": "what a role allows",
    "Microsoft.Authorization/permissions/read": "what we may do, where one identity does both",
    "Microsoft.Authorization/locks/read": "locks that would stop a plan",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read": "policies that would deny a plan",
    "Microsoft.Insights/eventtypes/values/read": "the activity log: who made a write",
    f"{_LOGS}/read": "the log workspace that an alert names",
    f"{_LOGS}/query/read": "logs: why a pull failed, and whether one worked",
    f"{_LOGS}/query/Tables.Custom/read": "logs: tables that end in _CL, all or none of them",
    f"{_LOGS}/query/ContainerAppSystemLogs/read": "logs: environments that log to Azure Monitor",
}  # fmt: skip


class Use(StrEnum):
    """What an action is for."""

    MAKE = "make"
    FOLLOW = "follow"
    UNDO = "undo"


class At(StrEnum):
    """On what an action is needed, seen from the change's target."""

    TARGET = "the resource itself"
    GROUP = "its resource group"
    SUBSCRIPTION = "its subscription"
    SUBNET = "the endpoint's subnet"
    REGISTRY = "the registry, where the connection is approved at once"
    ZONES = "the zones of the group"
    NETWORK = "the linked network"
    REMOTE = "the network on the other side"
    RECORDS = "records that the group wrote over"
    NEW_RECORDS = "records that the group wrote anew"


@dataclass(frozen=True, slots=True)
class Need:
    """One action of the applier."""

    action: str
    at: At = At.TARGET
    use: Use = Use.MAKE


_NET_POLL = Need(f"{_NET}/locations/operations/read", At.SUBSCRIPTION, Use.FOLLOW)
_DNS_POLL = Need(f"{_NET}/privateDnsOperationStatuses/read", At.GROUP, Use.FOLLOW)
_ACR_POLL = Need(f"{_ACR}/operationStatuses/read", use=Use.FOLLOW)
_GROUP_WRITE = Need(f"{_ENDPOINT}/privateDnsZoneGroups/write")
_ZONE_JOIN = Need(f"{_ZONE}/join/action", At.ZONES)
_LINK_WRITE = (Need(f"{_ZONE}/virtualNetworkLinks/write"), Need(f"{_VNET}/join/action", At.NETWORK), _DNS_POLL)
_PEERING_WRITE = (Need(f"{_PEERING}/write"), Need(f"{_VNET}/peer/action", At.REMOTE), _NET_POLL)

NEEDS: Mapping[ChangeKind, tuple[Need, ...]] = {
    K.CREATE_ZONE: (Need(f"{_ZONE}/write"), _DNS_POLL, Need(f"{_ZONE}/delete", use=Use.UNDO)),
    K.CREATE_ENDPOINT: (
        Need(f"{_ENDPOINT}/write"),
        Need(f"{_VNET}/subnets/join/action", At.SUBNET),
        Need(f"{_ACR}/privateEndpointConnectionsApproval/action", At.REGISTRY),
        _NET_POLL,
        Need(f"{_ENDPOINT}/delete", use=Use.UNDO),
    ),
    K.DELETE_ENDPOINT: (Need(f"{_ENDPOINT}/delete"), _NET_POLL),
    K.APPROVE_CONNECTION: (
        Need(f"{_ACR}/privateEndpointConnections/write"),
        Need(f"{_ACR}/privateEndpointConnections/operationStatuses/read", use=Use.FOLLOW),
    ),
    K.CREATE_ZONE_GROUP: (
        _GROUP_WRITE,
        _ZONE_JOIN,
        _NET_POLL,
        Need(f"{_ENDPOINT}/privateDnsZoneGroups/delete", use=Use.UNDO),
    ),
    K.UPDATE_ZONE_GROUP: (
        _GROUP_WRITE,
        _ZONE_JOIN,
        _NET_POLL,
        Need(f"{_ZONE}/A/write", At.RECORDS, Use.UNDO),
        Need(f"{_ZONE}/A/delete", At.NEW_RECORDS, Use.UNDO),
    ),
    K.CREATE_RECORD: (Need(f"{_ZONE}/A/write"), Need(f"{_ZONE}/A/delete", use=Use.UNDO)),
    K.UPDATE_RECORD: (Need(f"{_ZONE}/A/write"),),
    K.CREATE_LINK: (*_LINK_WRITE, Need(f"{_ZONE}/virtualNetworkLinks/delete", use=Use.UNDO)),
    K.UPDATE_LINK: _LINK_WRITE,
    K.CREATE_PEERING: (*_PEERING_WRITE, Need(f"{_PEERING}/delete", use=Use.UNDO)),
    K.UPDATE_PEERING: _PEERING_WRITE,
    K.DELETE_PEERING: (
        Need(f"{_PEERING}/delete"),
        _NET_POLL,
        Need(f"{_PEERING}/write", use=Use.UNDO),
        Need(f"{_VNET}/peer/action", At.REMOTE, Use.UNDO),
    ),
    K.UPDATE_REGISTRY: (Need(f"{_ACR}/write"), _ACR_POLL),
    K.UPGRADE_SKU: (Need(f"{_ACR}/write"), _ACR_POLL),
}


_RECORDS = frozenset((K.CREATE_ZONE_GROUP, K.UPDATE_ZONE_GROUP, K.CREATE_RECORD, K.UPDATE_RECORD))
_PEERINGS = frozenset((K.CREATE_PEERING, K.UPDATE_PEERING, K.DELETE_PEERING))
# Which changes a rule may propose; a rule that is not here proposes none.
KINDS_OF_RULE: Mapping[str, frozenset[ChangeKind]] = {
    "registry-sku": frozenset((K.UPGRADE_SKU,)),
    "public-network-access": frozenset((K.UPDATE_REGISTRY,)),
    "default-action": frozenset((K.UPDATE_REGISTRY,)),
    "ip-rules": frozenset((K.UPDATE_REGISTRY,)),
    "trusted-services": frozenset((K.UPDATE_REGISTRY,)),
    "private-endpoint": frozenset((K.CREATE_ENDPOINT,)),
    "endpoint-connection": frozenset((K.APPROVE_CONNECTION, K.DELETE_ENDPOINT, K.CREATE_ENDPOINT)),
    "dns-zone": frozenset((K.CREATE_ZONE,)),
    "vnet-link": frozenset((K.CREATE_LINK,)),
    "dns-record": _RECORDS,
    "dns-zone-group": frozenset((K.CREATE_ZONE_GROUP,)),
    "competing-zone": _RECORDS,
    "shared-record": _RECORDS | _PEERINGS,
    "shadowed-registry": frozenset((K.UPDATE_LINK,)),
    "peering": _PEERINGS,
}


@dataclass(frozen=True, slots=True)
class Required:
    """One action that a change needs, and the scope on which it does."""

    action: str
    scope: ResourceId
    use: Use


def kinds_for(rules: Iterable[str]) -> tuple[ChangeKind, ...]:
    """The kinds of change that these rules may propose; all kinds where no rule is named."""
    named = tuple(rules)
    wanted = {kind for rule in named for kind in KINDS_OF_RULE.get(rule, ())}
    return tuple(kind for kind in K if kind in wanted or not named)


def applier_actions(kinds: Iterable[ChangeKind] = tuple(K)) -> tuple[str, ...]:
    """The actions that the applier needs for these kinds, each once, sorted."""
    return tuple(sorted({need.action for kind in kinds for need in NEEDS[kind]}))


def required(change: Change) -> tuple[Required, ...]:
    """What this very change needs, each once; what cannot be located (a peering's other side) is left out."""
    found = (
        Required(need.action, scope, need.use) for need in NEEDS[change.kind] for scope in _scopes(change, need.at)
    )
    return tuple(dict.fromkeys(found))


def covers(pattern: str, action: str) -> bool:
    """Whether an action with `*` for anything, slashes too, covers another; case does not matter."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, action, re.IGNORECASE) is not None


def allows(action: str, actions: Iterable[str], not_actions: Iterable[str]) -> bool:
    """Whether a role with these actions, less `not_actions`, allows an action."""
    return any(covers(one, action) for one in actions) and not any(covers(one, action) for one in not_actions)


def _scopes(change: Change, at: At) -> Iterator[ResourceId]:
    before, after, target = change.before or {}, change.after or {}, change.target
    subscription = f"/subscriptions/{target.subscription}"
    match at:
        case At.TARGET:
            yield target
        case At.GROUP:
            yield ResourceId(f"{subscription}/resourceGroups/{target.resource_group}")
        case At.SUBSCRIPTION:
            yield ResourceId(subscription)
        case At.SUBNET:
            yield ResourceId(str(after["subnet"]))
        case At.REGISTRY:
            yield from () if after.get("manual") else (ResourceId(str(after["registry"])),)
        case At.ZONES:
            yield from (ResourceId(str(zone)) for zone in after["zones"])
        case At.NETWORK:
            yield ResourceId(str(after["network"]))
        case At.REMOTE:
            named = after.get("remote") or before.get("remote")
            yield from (ResourceId(str(named)),) if named else ()
        case At.RECORDS:
            yield from _records(before, after, held=True)
        case At.NEW_RECORDS:
            yield from _records(before, after, held=False)


def _records(before: Document, after: Document, *, held: bool) -> Iterator[ResourceId]:
    """The records that undoing a zone group's change writes again (`held`), or deletes: they were not there before.

    Where the group's zones change, undoing writes the group again and no record.
    """
    zones = [ResourceId(str(zone)) for zone in after.get("zones", ())]
    if {ResourceId(str(zone)) for zone in before.get("zones", ())} != set(zones):
        return
    for name, addresses in (before.get("records") or {}).items():
        if bool(addresses) is held:
            yield from (zone.child("A", name) for zone in zones)

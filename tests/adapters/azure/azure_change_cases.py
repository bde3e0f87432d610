"""One case for each kind of change: the estate, the change, and how the world may move underneath it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import azure_estate as est

from remediator.core.change import Change, ChangeKind, Document, LiveState
from remediator.core.resource_id import ResourceId
from remediator.sandbox.azure import Azure

K = ChangeKind
FLAGS = {
    "allowVirtualNetworkAccess": True,
    "allowForwardedTraffic": True,
    "allowGatewayTransit": False,
    "useRemoteGateways": False,
}
LINKED = {"network": est.VNET, "resolutionPolicy": "Default", "registration": False}
ENDPOINT = {
    "location": "chinanorth3",
    "subnet": est.SUBNET,
    "registry": est.REGISTRY,
    "manual": False,
    "status": "Approved",
}


@dataclass(frozen=True)
class Case:
    """One change, the estate it is made in, and how the world may move underneath it."""

    kind: ChangeKind
    target: str
    before: Document | None
    after: Document | None
    estate: Callable[[], list[est.Body]]
    moved: est.Body
    back: LiveState = LiveState.PENDING  # compare() once undone
    one_way: bool = False
    proof: Callable[[Azure], bool] = field(default=lambda azure: True)

    @property
    def change(self) -> Change:
        return Change(self.kind, ResourceId(self.target), "a change", self.before, self.after, "dns-zone")


def props(azure: Azure, rid: str) -> dict[str, Any]:
    found = azure.resource(rid)
    assert found is not None
    return dict(found["properties"])


def base(*more: est.Body) -> list[est.Body]:
    return [est.registry(), *est.networks(), *more]


def connected(*more: est.Body) -> list[est.Body]:
    return base(*est.endpoint(), *more)


def in_error(body: est.Body) -> est.Body:
    body["properties"]["provisioningState"] = "Failed"
    return body


CASES = {
    "create-dns-zone": Case(
        K.CREATE_ZONE,
        est.ZONE,
        None,
        {"zone": "privatelink.azurecr.cn"},
        base,
        est.zone(),
        proof=lambda a: (a.resource(est.ZONE) or {})["tags"] == {"created-by": "remediator"},
    ),
    "create-private-endpoint": Case(
        K.CREATE_ENDPOINT,
        est.ENDPOINT,
        None,
        ENDPOINT,
        base,
        {**est.endpoint("Rejected")[0]},
        proof=lambda a: (
            props(a, est.ENDPOINT)["ipConfigurations"] == []
            and props(a, est.ENDPOINT)["privateLinkServiceConnections"][0]["properties"]["groupIds"] == ["registry"]
        ),
    ),
    "create-private-endpoint-manual": Case(
        K.CREATE_ENDPOINT,
        est.ENDPOINT,
        None,
        {**ENDPOINT, "manual": True, "status": "Pending"},
        base,
        est.endpoint()[0],
        proof=lambda a: (
            1
            <= len(props(a, est.ENDPOINT)["manualPrivateLinkServiceConnections"][0]["properties"]["requestMessage"])
            <= 140
        ),
    ),
    "delete-private-endpoint": Case(
        K.DELETE_ENDPOINT,
        est.ENDPOINT,
        {**ENDPOINT, "status": "Disconnected"},
        None,
        lambda: base(*est.endpoint("Disconnected")),
        est.endpoint()[0],
        one_way=True,
    ),
    "approve-endpoint-connection": Case(
        K.APPROVE_CONNECTION,
        est.CONNECTION,
        {"status": "Pending"},
        {"status": "Approved"},
        lambda: base(*est.endpoint("Pending", manual=True)),
        est.endpoint("Rejected")[2],
        back=LiveState.CONFLICT,
    ),
    "create-dns-zone-group": Case(
        K.CREATE_ZONE_GROUP,
        est.ZONE_GROUP,
        None,
        {"zones": [est.ZONE]},
        lambda: connected(est.zone()),
        est.zone_group(),
        proof=lambda a: a.resource(est.RECORD) is not None,
    ),
    "update-dns-zone-group records": Case(
        K.UPDATE_ZONE_GROUP,
        est.ZONE_GROUP,
        {"zones": [est.ZONE], "records": {"shop": ["10.9.9.9"], "shop.chinanorth3.data": []}},
        {"zones": [est.ZONE], "records": {"shop": ["10.1.2.5"], "shop.chinanorth3.data": ["10.1.2.4"]}},
        lambda: connected(est.zone(), est.record("10.9.9.9"), est.zone_group(est.ZONE)),
        est.record("10.7.7.7"),
    ),
    "update-dns-zone-group zones": Case(
        K.UPDATE_ZONE_GROUP,
        est.ZONE_GROUP,
        {"zones": []},
        {"zones": [est.ZONE]},
        lambda: connected(est.zone(), est.zone_group()),
        est.zone_group(est.ZONE.replace("rg-Shop", "rg-other")),
    ),
    "create-dns-record": Case(
        K.CREATE_RECORD,
        est.RECORD,
        None,
        {"addresses": ["10.1.2.5"], "ttl": 10},
        lambda: base(est.zone()),
        est.record("10.9.9.9"),
    ),
    "update-dns-record": Case(
        K.UPDATE_RECORD,
        est.RECORD,
        {"addresses": ["10.9.9.9"], "ttl": 3600},
        {"addresses": ["10.1.2.5"], "ttl": 10},
        lambda: base(est.zone(), est.record("10.9.9.9", ttl=3600)),
        est.record("10.7.7.7"),
    ),
    "create-vnet-link": Case(
        K.CREATE_LINK,
        est.LINK,
        None,
        {**LINKED, "resolutionPolicy": "NxDomainRedirect"},
        lambda: base(est.zone()),
        est.link(),
        proof=lambda a: props(a, est.LINK)["resolutionPolicy"] == "NxDomainRedirect",
    ),
    "update-vnet-link": Case(
        K.UPDATE_LINK,
        est.LINK,
        LINKED,
        {**LINKED, "resolutionPolicy": "NxDomainRedirect"},
        lambda: base(est.zone(), est.link()),
        {**est.link(), "properties": {**est.link()["properties"], "registrationEnabled": True}},
    ),
    "create-peering": Case(
        K.CREATE_PEERING, est.PEERING, None, {"remote": est.HUB, **FLAGS}, base, est.peering(est.PEERING, est.HUB)
    ),
    "delete-peering": Case(
        K.DELETE_PEERING,
        est.PEERING,
        {"remote": est.HUB, **FLAGS},
        None,
        lambda: base(est.peering(est.PEERING, est.HUB, allowForwardedTraffic=True, peeringState="Disconnected")),
        est.peering(est.PEERING, est.HUB),
    ),
    "update-peering flag": Case(
        K.UPDATE_PEERING,
        est.PEERING,
        {"allowForwardedTraffic": False},
        {"allowForwardedTraffic": True},
        lambda: base(est.peering(est.PEERING, est.HUB), est.peering(est.HUB_PEERING, est.VNET)),
        {"id": est.PEERING, "gone": True},
    ),
    "update-peering sync": Case(
        K.UPDATE_PEERING,
        est.PEERING,
        {"remote": est.HUB, "sync": "LocalNotInSync"},
        {"remote": est.HUB, "sync": "FullyInSync"},
        lambda: base(
            est.peering(est.PEERING, est.HUB, peeringSyncLevel="LocalNotInSync"),
            est.peering(est.HUB_PEERING, est.VNET),
        ),
        est.peering(est.PEERING, est.HUB, peeringSyncLevel="RemoteNotInSync"),
        one_way=True,
    ),
    "update-registry": Case(
        K.UPDATE_REGISTRY,
        est.REGISTRY,
        {"defaultAction": "Allow", "ipRules": []},
        {"defaultAction": "Deny", "ipRules": ["203.0.113.7"]},
        base,
        est.registry(networkRuleSet={"defaultAction": "Allow", "ipRules": [{"action": "Allow", "value": "8.8.8.8"}]}),
        proof=lambda a: props(a, est.REGISTRY)["publicNetworkAccess"] == "Disabled",
    ),
    "update-registry-sku": Case(
        K.UPGRADE_SKU,
        est.BASIC,
        {"sku": "Standard"},
        {"sku": "Premium"},
        lambda: [est.registry(est.BASIC, "Standard")],
        est.registry(est.BASIC, "Basic"),
        one_way=True,
    ),
}

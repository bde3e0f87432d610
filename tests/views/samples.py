"""One broken estate in values: the incident that views, pages and mails are tested with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from remediator.core.approval import ApprovalLink, ApprovalRequest
from remediator.core.blast import Touched
from remediator.core.change import Change, ChangeKind
from remediator.core.desired import Decision, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.finding import Finding, Severity
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, JournalLine, Notice, Status
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal, SignalSource

NOW = datetime(2026, 8, 1, 2, 14, 7, tzinfo=UTC)
RG = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app/providers/"
REGISTRY = ResourceId(f"{RG}Microsoft.ContainerRegistry/registries/contosoimages")
APP = ResourceId(f"{RG}Microsoft.App/containerApps/orders")
NETWORK = f"{RG}Microsoft.Network/virtualNetworks/vnet-spoke"
ZONE = f"{RG}Microsoft.Network/privateDnsZones/privatelink.azurecr.cn"
LINK = ResourceId(f"{ZONE}/virtualNetworkLinks/link-vnet-spoke")
RECORD = ResourceId(f"{ZONE}/A/contosoimages")
HOST = "contosoimages.azurecr.cn"

OK_HOPS = (
    Hop(HopName.ENVIRONMENT, Verdict.OK, "env-contoso is in snet-aca"),
    Hop(HopName.CREDENTIAL, Verdict.OK, "identity id-orders"),
    Hop(HopName.ENDPOINT, Verdict.OK, "pe-contosoimages in vnet-spoke: the same network"),
    Hop(HopName.RESOLVER, Verdict.OK, "vnet-spoke asks Azure DNS"),
)
BROKEN_HOP = Hop(
    HopName.ZONE,
    Verdict.BROKEN,
    "privatelink.azurecr.cn is not linked to vnet-spoke, so the registry's name ends at its public address",
    "vnet-link",
)


def broken_path() -> PullPath:
    """orders asks Azure DNS, and the private zone is not linked to its network."""
    return PullPath(APP, HOST, REGISTRY, (*OK_HOPS, BROKEN_HOP), ((HOST, ("139.219.1.2",)),))


def whole_path() -> PullPath:
    """The same path when everything is in place."""
    rest = (
        Hop(HopName.ZONE, Verdict.OK, "privatelink.azurecr.cn is linked to vnet-spoke"),
        Hop(HopName.RECORD, Verdict.OK, "contosoimages → 10.20.4.5"),
        Hop(HopName.ROUTE, Verdict.OK, "the same network"),
        Hop(HopName.FIREWALL, Verdict.OK, "not asked: the name ends at a private address"),
        Hop(HopName.IMAGE, Verdict.OK, "not asked: the registry was not read"),
    )
    addresses = ((HOST, ("10.20.4.5",)), (f"contosoimages.chinanorth3.data.{HOST[14:]}", ("10.20.4.4",)))
    return PullPath(APP, HOST, REGISTRY, (*OK_HOPS, *rest), addresses)


def link_change() -> Change:
    """Link the zone to the network."""
    return Change(
        ChangeKind.CREATE_LINK,
        LINK,
        "Link privatelink.azurecr.cn to vnet-spoke",
        None,
        {"network": NETWORK, "resolutionPolicy": "Default", "registration": False},
        "vnet-link",
        "the resolver of vnet-spoke must see the zone",
    )


def record_change() -> Change:
    """Put the endpoint's address into the record."""
    return Change(
        ChangeKind.UPDATE_RECORD,
        RECORD,
        "Point contosoimages at 10.20.4.5",
        {"addresses": ["10.20.4.9"], "ttl": 3600},
        {"addresses": ["10.20.4.5"], "ttl": 3600},
        "dns-record",
    )


def delete_change() -> Change:
    """Remove a disconnected endpoint."""
    before = {
        "location": "chinanorth3",
        "subnet": f"{NETWORK}/subnets/snet-pe",
        "registry": "/subscriptions/99999999-2222-3333-4444-555555555555/resourceGroups/rg-hub/providers/"
        "Microsoft.ContainerRegistry/registries/old",
        "manual": False,
        "status": "Disconnected",
    }
    target = ResourceId(f"{RG}Microsoft.Network/privateEndpoints/pe-old")
    return Change(
        ChangeKind.DELETE_ENDPOINT, target, "Delete private endpoint pe-old", before, None, "endpoint-connection"
    )


def diagnosis() -> Diagnosis:
    """One broken path, one change, nothing broken by it."""
    finding = Finding(
        "vnet-link",
        ResourceId(ZONE),
        Severity.BROKEN,
        "privatelink.azurecr.cn is not linked to vnet-spoke",
        ("the zone has 1 link, to vnet-hub", "vnet-spoke asks Azure DNS"),
        (link_change(),),
        "",
        ((APP.key, HOST),),
    )
    ruling = Ruling(Decision.ASK, Way.DIRECT, ("create-vnet-link needs a person",), 1)
    return Diagnosis(
        Focus(registry=REGISTRY),
        (finding,),
        (broken_path(),),
        Plan((link_change(),)),
        Foresight((whole_path(),), (), 3, touched=Touched((APP,), (ResourceId(NETWORK),))),
        ruling,
    )


def incident(**fields: object) -> Incident:
    """It waits for approval; `fields` replace what a test wants different."""
    found = diagnosis()
    request = ApprovalRequest(
        found.plan.digest,
        NOW,
        NOW + timedelta(hours=24),
        (ApprovalLink("hash-of-secret", "on-call@contoso.example"),),
        1,
        "contosoimages",
    )
    case = Incident(
        id="01j4incident",
        subject=REGISTRY,
        opened_at=NOW - timedelta(minutes=2),
        status=Status.AWAITING_APPROVAL,
        updated_at=NOW,
        registries=(REGISTRY,),
        app=APP,
        signals=(Signal(SignalSource.ALERT, "alert-1", NOW, REGISTRY, text="password=hunter2"),),
        signal_count=1,
        requester="object-id-of-requester",
        diagnosis=found,
        request=request,
        outbox=(Notice("ask:1", "approval", "mail", (("recipient", "on-call@contoso.example"),)),),
        journal=(
            JournalLine(NOW - timedelta(minutes=2), "opened by an alert"),
            JournalLine(NOW, "asked for approval", status=Status.AWAITING_APPROVAL),
        ),
    )
    return replace(case, **fields)  # type: ignore[arg-type]

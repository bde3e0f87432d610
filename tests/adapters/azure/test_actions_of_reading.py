"""The reader with one action less: what it would have read is Unknown, the action is named, and nothing is absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import azure_estate as est
import azure_surroundings as around
import pytest
from azure_change_cases import CASES

from remediator.adapters.azure.activity_log import ActivityLog
from remediator.adapters.azure.applier import AzureApplier
from remediator.adapters.azure.arm import Arm, ArmAccess
from remediator.adapters.azure.observer import AzureObserver
from remediator.core.cloud import AZURE_CHINA
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.errors import Misconfigured
from remediator.core.permissions import READER
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot, Unknown
from remediator.sandbox.azure import Azure
from remediator.sandbox.transport import SandboxCredential, SandboxTransport

WHO = "aaaaaaaa-0000-4000-8000-000000000001"
# Read just before a write, or asked beforehand: `test_azure_preflight` takes the latter away one by one.
COMPARED = {
    "Microsoft.ContainerRegistry/registries/privateEndpointConnections/read": "approve-endpoint-connection",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read": "update-peering flag",
}
BEFOREHAND = {
    "Microsoft.Network/virtualNetworks/usages/read",
    "Microsoft.Authorization/permissions/read",
    "Microsoft.Authorization/locks/read",
    "Microsoft.PolicyInsights/checkPolicyRestrictions/read",
}
LOG = "Microsoft.Insights/eventtypes/values/read"
# Asked beside the estate: `test_pull_logs` takes them away one by one.
LOGS = {action for action in READER if action.startswith("Microsoft.OperationalInsights/")}
OBSERVED = sorted(set(READER) - set(COMPARED) - BEFOREHAND - LOGS - {LOG})
PREFIX = f"{est.NET}/publicIPPrefixes/prefix-nat"


def behind_a_gateway() -> list[est.Body]:
    """Everything that a look can meet: two regions, a job, an identity, a custom role, a gateway with a prefix."""
    kept = [one for one in around.surrounded() if one["id"] not in (est.APP, around.NAT)]
    gateway = {"publicIpAddresses": [{"id": around.NAT_ADDRESS}], "publicIpPrefixes": [{"id": PREFIX}]}
    job = est.apps()[1]
    job["id"] = job["id"].replace("containerApps", "jobs")
    job["type"] = "Microsoft.App/jobs"
    job["properties"]["environmentId"] = job["properties"].pop("managedEnvironmentId")
    region = f"{est.REGISTRY}/replications/chinanorth3"
    pulls = {"permissions": [{"actions": ["Microsoft.ContainerRegistry/registries/pull/read"], "notActions": []}]}
    return [
        *kept,
        around.app(around.IDENTITY),
        est.body(around.IDENTITY, {"clientId": "c", "principalId": around.PRINCIPAL}, location="chinanorth3"),
        around.assignment("2", role=around.PULLER),
        est.body(around.PULLER, pulls),
        est.body(region, {}, location="chinanorth3"),
        est.body(around.NAT, gateway, location="chinanorth3"),
        est.body(PREFIX, {"ipPrefix": "20.205.2.0/30"}, location="chinanorth3"),
        {**job, "name": "nightly"},
        {**around.app(), "id": f"{est.APP}-2", "name": "orders-2"},
    ]


def behind_a_firewall() -> list[est.Body]:
    """A route to a firewall, and a load balancer of the environment, whose registry lists addresses."""
    rules = {"defaultAction": "Deny", "ipRules": [{"action": "Allow", "value": "20.205.1.21"}]}
    kept = [one for one in est.healthy() if one["id"] not in (est.VNET, est.HUB, est.ENVIRONMENT, est.REGISTRY)]
    environment = est.apps()[0]
    environment["properties"]["infrastructureResourceGroup"] = "ME_cae-shop"
    return [
        *kept,
        est.registry(networkRuleSet=rules),
        environment,
        *around.networks(routeTable=around.ROUTES),
        *around.firewall(),
        around.balancer(),
        around.address(around.BALANCER_ADDRESS, "20.205.1.22"),
    ]


ESTATES = (behind_a_gateway, behind_a_firewall)


def arm(azure: Azure) -> Arm:
    return Arm(ArmAccess(SandboxCredential(WHO), AZURE_CHINA, transport=SandboxTransport(azure)))


def sandbox(estate: list[est.Body], less: str = "") -> Azure:
    azure = est.small_azure(estate)
    azure.permissions[WHO] = set(READER) - {less}
    return azure


def seen(estate: list[est.Body], less: str = "") -> Snapshot:
    return AzureObserver(arm(sandbox(estate, less)), AZURE_CHINA).observe()


@pytest.mark.parametrize("build", ESTATES, ids=["gateway", "firewall"])
def test_with_its_actions_the_reader_sees_everything(build: Any) -> None:
    """Exactly the reader's actions show the same as all actions do."""
    everything = AzureObserver(est.arm_of(est.small_azure(build())), AZURE_CHINA).observe()
    assert repr(seen(build())) == repr(everything)
    assert everything.gaps == ()


@pytest.mark.parametrize("action", OBSERVED)
def test_what_may_not_be_read_is_unknown_and_never_absent(action: str) -> None:
    """The snapshot says which action is missing; nothing that was there is gone, and no list got shorter."""
    said = []
    for build in ESTATES:
        whole, less = seen(build()), seen(build(), action)
        assert list(lost(whole, less, less)) == []
        said.append(action in repr(less))
    assert any(said)


@pytest.mark.parametrize("action", OBSERVED)
def test_nothing_is_planned_because_of_what_may_not_be_read(action: str) -> None:
    """A missing action breaks no path that it did not break before, and plans no change that was not planned before."""
    for build in ESTATES:
        whole, less = (diagnose(DesiredState(), seen(build(), one)) for one in ("", action))
        assert {change.key for change in less.plan.changes} <= {change.key for change in whole.plan.changes}
        assert broken(less) <= broken(whole)


def broken(found: Diagnosis) -> set[object]:
    return {path.key for path in found.paths if path.verdict is Verdict.BROKEN}


@pytest.mark.parametrize(("action", "name"), list(COMPARED.items()))
def test_what_may_not_be_compared_is_not_written(action: str, name: str) -> None:
    """Without the right to read a change's target nothing is written, and the missing action is named."""
    case = CASES[name]
    azure = sandbox(case.estate(), action)
    applier = AzureApplier(arm(azure), lambda _: pytest.fail("the applier was asked for"))
    for step in (applier.compare, applier.compare_undo, lambda one: applier.start(est.approved(one), one)):
        with pytest.raises(Misconfigured, match=action):
            step(case.change)
    assert azure.writes == []


def test_without_the_activity_log_nobody_is_named() -> None:
    """The history is Unknown with the action's name."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    azure = sandbox(est.healthy(), LOG)
    found = ActivityLog(arm(azure)).writes([ResourceId(est.REGISTRY)], now - timedelta(days=1), now)
    assert isinstance(found, Unknown)
    assert LOG in found.reason


def lost(whole: Any, less: Any, snapshot: Snapshot, where: str = "") -> Iterator[str]:
    """Where something that was known is neither there nor Unknown."""
    if isinstance(less, Unknown):
        return
    if isinstance(whole, Mapping) and where not in (".unreadable",):
        for key, value in whole.items():
            if key in less:
                yield from lost(value, less[key], snapshot, f"{where}[{key}]")
            elif key in snapshot.gone:
                yield f"{where}[{key}] is gone"
    elif isinstance(whole, tuple) and where not in (".gaps", ".unreadable"):
        if len(less) < len(whole):
            yield f"{where} has {len(less)} of {len(whole)}"
        yield from (part for a, b in zip(whole, less, strict=False) for part in lost(a, b, snapshot, f"{where}()"))
    elif is_dataclass(whole) and type(whole) is type(less):
        for one in fields(whole):
            if not one.name.startswith("_"):
                mine, other = getattr(whole, one.name), getattr(less, one.name)
                yield from lost(mine, other, snapshot, f"{where}.{one.name}")

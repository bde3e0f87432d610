"""Plans of real estates as code: a draft, the files that it leaves, and the cases whose code is kept in tests/data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from remediator.codebase.draft import draft
from remediator.core.change import ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, Language
from remediator.core.desired import DesiredState, Limits, RegistryIntent
from remediator.core.diagnosis import diagnose
from remediator.core.plan import Plan
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from remediator.core.resource_id import ResourceId
from tests.core.breaks import BREAKS, ENDPOINT, zone_of
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import HUB_SUB, SUB, EstateBuilder, closed_without_endpoint, rid, spoke
from tests.hub_estate import hub, link_gone
from tests.scenarios.sandboxed import Sandboxed

DATA = Path(__file__).parents[1] / "data" / "code"
DEFAULTS = DesiredState()
DECLARED = DesiredState(declared=True)
BY_HAND = DesiredState(declared=True, registries=(RegistryIntent(records="by-hand"),))
MAY_APPROVE = DesiredState(limits=Limits(allow_connection_approval_in=frozenset({SUB})))
MAY_UPGRADE = DesiredState(limits=Limits(allow_sku_upgrade=True))
OWN_ZONE = DesiredState(
    registries=(
        RegistryIntent(
            match="shop", zone=ResourceId(rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io"))
        ),
        RegistryIntent(),
    )
)


@dataclass(frozen=True)
class Case:
    """An estate and what is wanted of it."""

    build: Callable[[], EstateBuilder]
    desired: DesiredState = DEFAULTS


def home(language: Language = Language.BICEP, **more: Any) -> CodeHome:
    """A place for generated code."""
    return replace(CodeHome(CodeHostKind.GITHUB, "contoso/network", language=language), **more)


def task_of(builder: EstateBuilder, desired: DesiredState = DEFAULTS) -> Task:
    """The plan for an estate, with all that it was made from."""
    live = snapshot_of(builder)
    return Task(diagnose(desired, live).plan, live, desired)


def files_after(tree: Tree, drafted: Draft, upto: int | None = None) -> dict[str, str]:
    """The files that the first commits leave."""
    files = dict(tree.files)
    for commit in drafted.commits[:upto]:
        for file in commit.files:
            if file.text is None:
                del files[file.path]
            else:
                files[file.path] = file.text
    return files


def written(task: Task, at: CodeHome, files: dict[str, str] | None = None) -> tuple[Draft, dict[str, str]]:
    """A draft and the files after it; it must not be an instruction."""
    tree = Tree("c0ffee", files or {})
    drafted = draft(task, tree, at)
    assert isinstance(drafted, Draft), drafted
    return drafted, files_after(tree, drafted)


def declined(task: Task, at: CodeHome, **tree: Any) -> Instruction:
    """The instruction that there is instead of a draft."""
    told = draft(task, Tree("c0ffee", **tree), at)
    assert isinstance(told, Instruction), told
    return told


def hub_link_gone() -> EstateBuilder:
    """Five registries behind one zone, whose link to the hub is gone."""
    made = hub(5)
    link_gone(made)
    return made.builder


def open_with_apps_elsewhere() -> EstateBuilder:
    """An open registry that shall be closed: an endpoint comes first, the switches are the registry's own."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    held = builder.get(rid("Microsoft.ContainerRegistry/registries", "shop"))["properties"]
    held["publicNetworkAccess"] = "Enabled"
    held["networkRuleSet"]["defaultAction"] = "Allow"
    return builder


def policy_elsewhere() -> EstateBuilder:
    """A policy writes the zone groups of other registries into the platform's zone; ours shall have one of its own."""
    builder = closed_without_endpoint("AzureCloud", "westeurope")
    network, infrastructure, endpoints = spoke(builder, "other", 30, group="rg-other")
    registry = builder.registry("other", group="rg-other")
    central = builder.zone(sub=HUB_SUB, group="rg-dns")
    endpoint = builder.endpoint("pe-other", registry, endpoints, 4, group="rg-other")
    builder.group(endpoint, central, name="deployedByPolicy")
    builder.link(central, network)
    environment = builder.environment("cae-other", infrastructure, group="rg-other")
    builder.app("other", environment, "other.azurecr.io/other:1", group="rg-other")
    return builder


def regional_hub() -> EstateBuilder:
    """Nothing private yet between a spoke and the hub in another subscription, in US Government."""
    builder = EstateBuilder("AzureUSGovernment", "usgovvirginia")
    network, infrastructure, _ = spoke(builder)
    hub_network, _, _ = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-hub")
    builder.peer(network, hub_network)
    builder.registry("shop", replicas=("usgovarizona",))
    builder.link(builder.zone(sub=HUB_SUB, group="rg-hub"), hub_network)
    builder.app("orders", builder.environment("cae", infrastructure), f"shop.{builder.suffix}/orders:1")
    return builder


def record_by_hand_is_stale() -> EstateBuilder:
    """Nobody's zone group keeps the records, and one of them has an old address."""
    builder = BREAKS["records never written"][0]()
    builder.records_of(ENDPOINT, zone_of(builder), by_hand=True)
    builder.get(f"{zone_of(builder)}/A/shop")["properties"]["aRecords"] = [{"ipv4Address": "10.20.4.99"}]
    return builder


CASES: dict[str, Case] = {
    "first-incident-china": Case(closed_without_endpoint),
    "hub-government": Case(regional_hub),
    "link-removed": Case(BREAKS["link removed"][0]),
    "link-falls-back": Case(BREAKS["hidden by a linked zone"][0]),
    "link-shared": Case(hub_link_gone),
    "group-written-again": Case(BREAKS["data record missing"][0]),
    "group-created": Case(BREAKS["records never written"][0]),
    "records-by-hand": Case(BREAKS["zones compete"][0]),
    "record-corrected": Case(record_by_hand_is_stale, BY_HAND),
    "peering-missing": Case(BREAKS["peering missing"][0]),
    "peering-disconnected": Case(BREAKS["peering disconnected"][0]),
    "peering-out-of-sync": Case(BREAKS["peering out of sync"][0]),
    "endpoint-replaced": Case(BREAKS["connection disconnected"][0]),
    "registry-to-be-closed": Case(open_with_apps_elsewhere, DECLARED),
    "connection-to-be-approved": Case(BREAKS["connection pending"][0], MAY_APPROVE),
    "sku-to-be-upgraded": Case(BREAKS["standard tier"][0], MAY_UPGRADE),
    "policy-elsewhere": Case(policy_elsewhere, OWN_ZONE),
}
# The same, and every way in which an estate breaks that a plan can mend.
MENDABLE = {name: Case(build) for name, (build, _, _, changes) in BREAKS.items() if changes}
EVERY = {**MENDABLE, **CASES}
# What one of the languages cannot say: the other side's addresses in a peering, a zone group that writes again what it
# wrote before; an approval neither of them.
NOT_IN_BICEP = {"peering out of sync", "peering-out-of-sync", "connection-to-be-approved"}
NOT_IN_TERRAFORM = {
    "data record missing",
    "login record stale",
    "record of an unused endpoint",
    "group-written-again",
    "connection-to-be-approved",
}
IN_BICEP = {name: case for name, case in EVERY.items() if name not in NOT_IN_BICEP}
IN_TERRAFORM = {name: case for name, case in EVERY.items() if name not in NOT_IN_TERRAFORM}
_BEFORE_THE_MERGE = (ChangeKind.DELETE_ENDPOINT, ChangeKind.DELETE_PEERING, ChangeKind.UPGRADE_SKU)


def by_hand(world: Sandboxed, plan: Plan) -> None:
    """What the notes ask a person to do before the merge."""
    world.apply(Plan(tuple(change for change in plan.changes if change.kind in _BEFORE_THE_MERGE)))


def folder_of(files: dict[str, str]) -> str:
    """The one folder of a draft."""
    (folder,) = {path.rpartition("/")[0] for path in files}
    return folder

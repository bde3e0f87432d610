"""Trees of a few files, plans of a few changes, and what the editor makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.codebase.draft import draft
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, Language, Style
from remediator.core.desired import DesiredState
from remediator.core.plan import Plan
from remediator.core.pull_request import Draft, Instruction, Task, Tree
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.snapshot import Snapshot

SUB = "0a0a0a0a-1111-4222-8333-444444444444"
GROUP = "rg-app"
Files = Mapping[str, str]


def registry_id(name: str = "acrshop", group: str = GROUP) -> ResourceId:
    """A registry's id."""
    return resource_id(SUB, group, "Microsoft.ContainerRegistry/registries", name)


def network_id(name: str = "vnet-shop", group: str = GROUP) -> ResourceId:
    """A network's id."""
    return resource_id(SUB, group, "Microsoft.Network/virtualNetworks", name)


def zone_id(name: str = "privatelink.azurecr.io", group: str = GROUP) -> ResourceId:
    """A zone's id."""
    return resource_id(SUB, group, "Microsoft.Network/privateDnsZones", name)


def endpoint_id(name: str = "pe-shop", group: str = GROUP) -> ResourceId:
    """An endpoint's id."""
    return resource_id(SUB, group, "Microsoft.Network/privateEndpoints", name)


def change(kind: ChangeKind, target: ResourceId, **after: Any) -> Change:
    """A change with what it leaves; it is not looked at what was before."""
    return Change(kind, target, f"Do {kind.value} of {target.name}", None, after or None, "rule", "it must be so")


def switch(name: str = "acrshop", **after: Any) -> Change:
    """A change of a registry's switches."""
    return change(ChangeKind.UPDATE_REGISTRY, registry_id(name), **after)


def link(zone: ResourceId, network: ResourceId, policy: str = "Default", name: str = "") -> Change:
    """A new link of a zone."""
    target = zone.child("virtualNetworkLinks", name or network.name)
    return change(ChangeKind.CREATE_LINK, target, network=network.text, resolutionPolicy=policy, registration=False)


def made(files: Files, *changes: Change, live: Snapshot | None = None) -> Draft | Instruction:
    """What the editor says; the language is that of the files."""
    language = Language.BICEP if any(path.endswith(".bicep") for path in files) else Language.TERRAFORM
    home = CodeHome(CodeHostKind.GITHUB, "shop/infra", folder="", language=language, style=Style.IN_PLACE)
    return draft(Task(Plan(changes), live or Snapshot(), DesiredState()), Tree("c0ffee", files), home)


def edited(files: Files, *changes: Change, live: Snapshot | None = None) -> dict[str, str]:
    """The files that were changed, as they are afterwards."""
    found = made(files, *changes, live=live)
    assert isinstance(found, Draft), f"{found.code}: {found.reason}"
    return {file.path: file.text or "" for commit in found.commits for file in commit.files}


def declined(files: Files, *changes: Change, live: Snapshot | None = None) -> Instruction:
    """Why nothing was written."""
    found = made(files, *changes, live=live)
    assert isinstance(found, Instruction), found
    return found

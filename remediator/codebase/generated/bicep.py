"""What is a folder in Bicep? `main.bicep`, which says what goes where in which order, and a module for each stage.

Every module names its subscription and resource group, so that a deployment cannot land elsewhere. Called by `folder`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from remediator.codebase.generated.bicep_page import Page, group_key, scope_of, typed
from remediator.codebase.generated.bicep_resources import declare, has_tags, tags_parameter
from remediator.codebase.generated.bicep_text import Code, literal, symbol, value
from remediator.codebase.generated.held import Folder, Held, Stage
from remediator.codebase.generated.marks import comment, header
from remediator.core.code_home import Language
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Peering

MAIN = "main.bicep"
ASSIGNMENT = "policyAssignmentId"
# What must be done before a stage (house, section 5: the link is last).
_AFTER = {
    Stage.ZONE: (),
    Stage.PEERINGS: (),
    Stage.ENDPOINT: (Stage.ZONE,),
    Stage.RECORDS: (Stage.ZONE,),
    Stage.LINKS: (Stage.ZONE, Stage.PEERINGS, Stage.ENDPOINT, Stage.RECORDS),
}
_SAYS = {
    Stage.ZONE: "The private zone that answers for the registry's names.",
    Stage.PEERINGS: "The networks see each other.",
    Stage.ENDPOINT: "The registry's address in the network, and who keeps its records.",
    Stage.RECORDS: "Records that no zone group keeps.",
    Stage.LINKS: "Last, the networks are led to the private answers.",
}
_DESCRIBED = {
    ASSIGNMENT: "The id of the assignment of the policy that writes zone groups; empty for no exemption.",
    "tags": "The tags that it has: it was there before, and a deployment would drop them.",
}


@dataclass(frozen=True, slots=True)
class _Tags:
    """How a module gets the tags of what was there before: its parameter, and the resource's symbol in main."""

    parameter: str
    known: str
    held: Held


@dataclass(frozen=True, slots=True)
class _Module:
    """A file for one stage in one resource group: its name, its symbol in main, what it declares."""

    stage: Stage
    group: ResourceId
    name: str
    symbol: str
    held: tuple[Held, ...]
    text: str
    tags: tuple[_Tags, ...]
    exempts: bool


def render(folder: Folder) -> dict[str, str]:
    """The files by name; none where the folder holds nothing."""
    modules = tuple(_modules(folder))
    if not modules:
        return {}
    return {MAIN: _main(folder, modules), **{one.name: one.text for one in modules}}


def _modules(folder: Folder) -> Iterator[_Module]:
    taken: set[str] = {ASSIGNMENT}
    for stage in Stage:
        held = sorted((one for one in folder.held if one.stage is stage), key=lambda one: one.id.key)
        groups: dict[tuple[str, str], list[Held]] = {}
        for one in held:
            groups.setdefault(group_key(one.id), []).append(one)
        names = _names(stage, [members[0].id for members in groups.values()])
        for name, members in zip(names, groups.values(), strict=True):
            yield _module(folder, stage, name, members, taken)


def _names(stage: Stage, groups: Sequence[ResourceId]) -> list[str]:
    """File names without ending: the stage and the resource group, so that another group renames none."""
    slugs = [re.sub(r"[^a-z0-9]+", "-", rid.resource_group.lower()).strip("-") for rid in groups]
    if len(set(slugs)) < len(slugs):
        slugs = [f"{slug}-{rid.subscription[:8].lower()}" for slug, rid in zip(slugs, groups, strict=True)]
    if len(set(slugs)) < len(slugs):
        slugs = [f"{slug}-{number}" for number, slug in enumerate(slugs, 1)]
    return [f"{stage.value}-{slug}" for slug in slugs]


def _module(folder: Folder, stage: Stage, name: str, held: Sequence[Held], taken: set[str]) -> _Module:
    group = held[0].id
    page = Page(group)
    before: str | None = None
    tags: list[_Tags] = []
    for one in held:
        own = declare(page, folder, one, before)
        # Azure refuses to change two peerings of one network at a time.
        before = own if isinstance(one.fact, Peering) else None
        if one.adopted and has_tags(one):
            tags.append(_Tags(tags_parameter(own), symbol("now", own, taken), one))
    exempts = any(one.id in folder.disputed for one in held)
    parameters = [_parameter(one.parameter, "object", _DESCRIBED["tags"]) for one in tags]
    if exempts:
        parameters.append(_parameter(ASSIGNMENT, "string", _DESCRIBED[ASSIGNMENT]))
    where = f"Deployed by {MAIN} into the resource group {group.resource_group} of {group.subscription}."
    existing = [*page.existing]
    if existing:
        existing[0] = comment(Language.BICEP, "What stands elsewhere, and this file only refers to.") + existing[0]
    blocks = [*parameters, *existing, *page.declared]
    text = "\n".join((header(Language.BICEP, folder.subject, where), *blocks))
    return _Module(stage, group, f"{name}.bicep", symbol("", name, taken), tuple(held), text, tuple(tags), exempts)


def _parameter(name: str, kind: str, said: str, default: str = "") -> str:
    return f"@description({literal(said)})\nparam {name} {kind}{default}\n"


def _main(folder: Folder, modules: Sequence[_Module]) -> str:
    how = f"Deploy the whole of it: az deployment sub create --location {folder.location} --template-file {MAIN}"
    blocks = [header(Language.BICEP, folder.subject, how) + "targetScope = 'subscription'\n"]
    if any(one.exempts for one in modules):
        blocks.append(_parameter(ASSIGNMENT, "string", _DESCRIBED[ASSIGNMENT], " = ''"))
    for one in modules:
        blocks += [_now(tags) for tags in one.tags]
    told: set[Stage] = set()
    for at, one in enumerate(modules):
        said = comment(Language.BICEP, _SAYS[one.stage]) if one.stage not in told else ""
        told.add(one.stage)
        blocks.append(said + _call(folder, one, modules[:at]))
    return "\n".join(blocks)


def _now(tags: _Tags) -> str:
    """A resource that was there before, as it is now."""
    held = tags.held
    names = [held.id.name] if held.id.parent is None else [held.id.parent.name, held.id.name]
    body = {"scope": scope_of(held.id), "name": "/".join(names)}
    return f"resource {tags.known} {typed(held.id.type)} existing = {value(body)}\n"


def _call(folder: Folder, module: _Module, earlier: Sequence[_Module]) -> str:
    stage, name = module.stage, module.name.removesuffix(".bicep")
    first = [other.symbol for other in earlier if other.stage in _AFTER[stage]]
    if stage is Stage.PEERINGS:
        first += [other.symbol for other in earlier if other.stage is stage]
    body: dict[str, object] = {
        "scope": scope_of(module.group),
        "name": _deployment(folder.name, name),
    }
    parameters: dict[str, object] = {one.parameter: Code(f"{one.known}.?tags ?? {{}}") for one in module.tags}
    if module.exempts:
        parameters[ASSIGNMENT] = Code(ASSIGNMENT)
    if parameters:
        body["params"] = parameters
    if first:
        body["dependsOn"] = [Code(one) for one in first]
    return f"module {module.symbol} {literal(module.name)} = {value(body)}\n"


def _deployment(folder: str, module: str) -> str:
    """The name under which Azure keeps the deployment of a module: at most 64 letters."""
    return f"{folder.strip('_')}-{module}"[:64]

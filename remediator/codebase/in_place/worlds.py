"""Which deployments does a tree of files hold, and what does each declare?

A root is a Bicep file that no other one uses as a module, or a folder of Terraform that no other one calls. It is read
once for each parameter file that certainly goes with it, and without one only where there is none.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from remediator.codebase.in_place import (
    bicep_file,
    bicep_instances,
    bicep_scope,
    read_bicep,
    read_hcl,
    read_json,
    terraform_folder,
    terraform_instances,
    terraform_scope,
)
from remediator.codebase.in_place.declared import World
from remediator.codebase.in_place.expr import Span
from remediator.codebase.in_place.parameters import Given, going_with, of_fields, parameter_files, settled
from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.value import Value
from remediator.core.cloud import Cloud
from remediator.core.code_home import Language

_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Code:
    """A tree as it is read: its files, its deployments, and the paths of those that could not be parsed."""

    language: Language
    sources: Mapping[str, Source]
    worlds: tuple[World, ...]
    unparsed: tuple[str, ...]


@lru_cache(maxsize=_KEPT)
def _bicep(source: Source) -> bicep_file.BicepFile:
    try:
        return read_bicep.read(source)
    except RecursionError:
        return bicep_file.BicepFile(source, parsed=False)


@lru_cache(maxsize=_KEPT)
def _hcl(source: Source) -> read_hcl.HclFile:
    try:
        return read_hcl.read(source)
    except RecursionError:
        return read_hcl.HclFile(source, parsed=False)


def parses(source: Source) -> bool:
    """Whether a file of either language, or a parameter file, has no syntax error."""
    name = source.path.lower()
    if name.endswith((".bicep", ".bicepparam")):
        return _bicep(source).parsed
    if name.endswith((".tf", ".tfvars")):
        return _hcl(source).parsed
    return read_json.read(source) is not None


def names_in(source: Source) -> frozenset[str]:
    """The names that a file declares: Bicep's symbols, the names of Terraform's resources."""
    if source.path.lower().endswith(".bicep"):
        return _bicep(source).named
    return frozenset(block.labels[-1] for block in _hcl(source).blocks if block.kind == "resource" and block.labels)


def read_code(language: Language, sources: Mapping[str, Source], cloud: Cloud, before: Code | None = None) -> Code:
    """The tree, read; deployments of `before` of whose files none has changed are taken over."""
    kept: dict[str, World] = {}
    if before is not None:
        changed = {path for path, source in sources.items() if before.sources.get(path) != source}
        kept = {world.name: world for world in before.worlds if not changed & world.files}
    if language is Language.BICEP:
        return _bicep_code(sources, cloud, kept)
    return _terraform_code(sources, kept)


def _bicep_code(sources: Mapping[str, Source], cloud: Cloud, kept: Mapping[str, World]) -> Code:
    files = {path: _bicep(source) for path, source in sources.items() if path.lower().endswith(".bicep")}
    used = {bicep_file.module_path(path, block.what) for path, file in files.items() for block in file.modules.values()}
    roots = {path: file for path, file in sorted(files.items()) if path not in used and file.parsed}
    given = list(parameter_files(sources))
    taken: dict[str, set[str]] = {}
    for path, file in roots.items():
        taken.setdefault(posixpath.dirname(path), set()).update(file.params)
    worlds: list[World] = []
    for path, file in roots.items():
        folder = posixpath.dirname(path)
        named = [one for one in given if going_with(folder, file.params, one, taken)]
        own = [one for one in named if posixpath.basename(one.path).lower().startswith(_stem(path))]
        pairs: list[tuple[str, Mapping[str, Value] | None]] = [(one.path, one.values) for one in own or named]
        pairs += _bicepparams(path, sources, files, cloud)
        below = _below(path, files)
        for name, values in pairs or [("", None)]:
            world = World(path, name, below | {name})
            if world.name in kept:
                worlds.append(kept[world.name])
                continue
            scope = bicep_scope.Scope(file, files, cloud, world.name, values)
            world.instances = tuple(bicep_instances.instances(scope))
            worlds.append(world)
    unparsed = [path for path, file in files.items() if not file.parsed]
    unparsed += [path for path in sources if path.lower().endswith(".bicepparam") and not _bicep(sources[path]).parsed]
    return Code(Language.BICEP, sources, tuple(worlds), tuple(sorted(unparsed)))


def _below(root: str, files: Mapping[str, bicep_file.BicepFile]) -> frozenset[str]:
    """The files that a root is made of, through its modules."""
    seen: set[str] = set()
    waiting = [root]
    while waiting:
        path = waiting.pop()
        if path in files and path not in seen:
            seen.add(path)
            found = (bicep_file.module_path(path, block.what) for block in files[path].modules.values())
            waiting += [one for one in found if one is not None]
    return frozenset(seen)


def _stem(path: str) -> str:
    return posixpath.basename(path).removesuffix(".bicep").lower() + "."


def _bicepparams(
    root: str, sources: Mapping[str, Source], files: Mapping[str, bicep_file.BicepFile], cloud: Cloud
) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """The files whose `using` names this root."""
    for name, source in sorted(sources.items()):
        if not name.lower().endswith(".bicepparam"):
            continue
        file = _bicep(source)
        if file.parsed and file.using is not None and bicep_file.module_path(name, file.using) == root:
            scope = bicep_scope.Scope(file, files, cloud, name)
            yield name, {key: settled(scope.name(key), name) for key in file.variables if key in files[root].params}


def _terraform_code(sources: Mapping[str, Source], kept: Mapping[str, World]) -> Code:
    folders: dict[str, terraform_folder.Folder] = {}
    unparsed: list[str] = []
    for path, source in sorted(sources.items()):
        if path.lower().endswith(".tf.json"):
            unparsed.append(path)  # the same language in JSON is not read
        if not path.lower().endswith(".tf"):
            continue
        here = posixpath.dirname(path)
        folder = folders.setdefault(here, terraform_folder.Folder(here))
        file = _hcl(source)
        if not file.parsed or posixpath.basename(path).endswith(("override.tf",)):
            unparsed.append(path)
        folder.files = (*folder.files, path)
        for block in file.blocks:
            _put(folder, block)
    called = {
        terraform_folder.module_path(folder.path, block)
        for folder in folders.values()
        for block in folder.modules.values()
    }
    roots = {path: folder for path, folder in sorted(folders.items()) if path not in called}
    given = list(_tfvars(sources))
    taken = {path: set(folder.variables) for path, folder in roots.items()}
    worlds: list[World] = []
    for path, folder in roots.items():
        for name, values in _set_in(path, folder, given, taken):
            own = {one.path for one in given if posixpath.dirname(one.path) == path}
            world = World(path or ".", name, _in_folders(path, folders) | own | {name})
            if world.name in kept:
                worlds.append(kept[world.name])
                continue
            scope = terraform_scope.Scope(folder, folders, world.name, values)
            world.instances = tuple(terraform_instances.instances(scope))
            worlds.append(world)
    unparsed += [path for path in sources if path.lower().endswith(".tfvars") and not _hcl(sources[path]).parsed]
    return Code(Language.TERRAFORM, sources, tuple(worlds), tuple(sorted(unparsed)))


def _in_folders(root: str, folders: Mapping[str, terraform_folder.Folder]) -> frozenset[str]:
    """The files that a root folder is made of, through its modules."""
    seen: dict[str, tuple[str, ...]] = {}
    waiting = [root]
    while waiting:
        path = waiting.pop()
        if path in folders and path not in seen:
            seen[path] = folders[path].files
            found = (terraform_folder.module_path(path, block) for block in folders[path].modules.values())
            waiting += [one for one in found if one is not None]
    return frozenset(file for files in seen.values() for file in files)


def _put(folder: terraform_folder.Folder, block: read_hcl.HclBlock) -> None:
    match block.kind, len(block.labels):
        case "variable", 1:
            folder.variables[block.labels[0]] = block
        case "locals", 0:
            folder.local_values |= {entry.key: entry.value for entry in block.body.entries if entry.key}
        case "resource", 2:
            folder.resources[(block.labels[0], block.labels[1])] = block
        case "data", 2:
            folder.data[(block.labels[0], block.labels[1])] = block
        case "module", 1:
            folder.modules[block.labels[0]] = block
        case "output", 1:
            folder.outputs[block.labels[0]] = block


def _tfvars(sources: Mapping[str, Source]) -> Iterator[Given]:
    for name, source in sorted(sources.items()):
        file = _hcl(source) if name.endswith(".tfvars") else None
        if file is not None and file.parsed and file.top is not None:
            yield of_fields(name, {entry.key: entry.value for entry in file.top.entries if entry.key is not None})


def _set_in(
    path: str, folder: terraform_folder.Folder, given: list[Given], taken: Mapping[str, set[str]]
) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Variables that are set by files: those that Terraform takes by itself, and with them each other one's in turn."""
    automatic: dict[str, Value] = {}
    others: list[Given] = []
    for one in given:
        here, base = posixpath.split(one.path)
        if base == "terraform.tfvars" or base.endswith(".auto.tfvars"):
            automatic |= one.values if here == path else {}
        elif going_with(path, folder.variables, one, taken):
            others.append(one)
    if not others:
        yield ("terraform.tfvars" if automatic else ""), automatic
    for one in others:
        yield one.path, {**automatic, **one.values}


def is_root(code: Code, path: str) -> bool:
    """Whether a file is what is deployed, or in the folder that is applied, and no module."""
    here = path if code.language is Language.BICEP else posixpath.dirname(path) or "."
    return any(world.root == here for world in code.worlds)


def parameter_at(code: Code, span: Span) -> str | None:
    """The parameter or variable in whose default a place of a file lies."""
    source = code.sources[span.path]
    if span.path.lower().endswith(".bicep"):
        defaults = [(name, expr) for name, expr in _bicep(source).params.items() if expr is not None]
    elif span.path.lower().endswith(".tf"):
        defaults = [
            (block.labels[0], entry.value)
            for block in _hcl(source).blocks
            if block.kind == "variable" and block.labels and (entry := block.body.entry("default")) is not None
        ]
    else:
        return None
    return next((name for name, expr in defaults if expr.span.start <= span.start and span.end <= expr.span.end), None)

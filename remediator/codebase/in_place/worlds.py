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
from remediator.codebase.in_place.evaluate import evaluate, fields
from remediator.codebase.in_place.expr import Fields
from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.value import Value, unread
from remediator.core.cloud import Cloud
from remediator.core.code_home import Language

_KEPT = 4096


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


def read_code(language: Language, sources: Mapping[str, Source], cloud: Cloud) -> Code:
    """The tree, read."""
    if language is Language.BICEP:
        return _bicep_code(sources, cloud)
    return _terraform_code(sources)


def _bicep_code(sources: Mapping[str, Source], cloud: Cloud) -> Code:
    files = {path: _bicep(source) for path, source in sources.items() if path.lower().endswith(".bicep")}
    used = {bicep_file.module_path(path, block.what) for path, file in files.items() for block in file.modules.values()}
    worlds: list[World] = []
    for path, file in sorted(files.items()):
        if path in used or not file.parsed:
            continue
        for name, given in _bicep_parameters(path, file, sources, files, cloud):
            world = World(path, name)
            scope = bicep_scope.Scope(file, files, cloud, world.name, given)
            world.instances = tuple(bicep_instances.instances(scope))
            worlds.append(world)
    unparsed = [path for path, file in files.items() if not file.parsed]
    unparsed += [path for path in sources if path.lower().endswith(".bicepparam") and not _bicep(sources[path]).parsed]
    return Code(Language.BICEP, sources, tuple(worlds), tuple(sorted(unparsed)))


def _bicep_parameters(
    path: str,
    file: bicep_file.BicepFile,
    sources: Mapping[str, Source],
    files: Mapping[str, bicep_file.BicepFile],
    cloud: Cloud,
) -> Iterator[tuple[str, Mapping[str, Value] | None]]:
    """Each parameter file of a root with its values; one without where there is none."""
    found = False
    for name, source in sorted(sources.items()):
        if name.lower().endswith(".bicepparam"):
            made = _bicepparam(name, source, path, files, cloud)
        elif name.lower().endswith(".json"):
            made = _json_parameters(source, path, file)
        else:
            continue
        if made is not None:
            found = True
            yield name, made
    if not found:
        yield "", None


def _bicepparam(
    name: str, source: Source, root: str, files: Mapping[str, bicep_file.BicepFile], cloud: Cloud
) -> Mapping[str, Value] | None:
    file = _bicep(source)
    if not file.parsed or file.using is None or bicep_file.module_path(name, file.using) != root:
        return None
    scope = bicep_scope.Scope(file, files, cloud, name)
    return {key: scope.name(key) for key in file.variables if key in files[root].params}


def _json_parameters(source: Source, root: str, file: bicep_file.BicepFile) -> Mapping[str, Value] | None:
    """A parameter file of ARM's JSON: it goes with a root in its folder or above whose parameters it names."""
    if b"deploymentParameters.json" not in source.raw or not _beside(source.path, root):
        return None
    document = read_json.read(source)
    entry = document.entry("parameters") if isinstance(document, Fields) else None
    if entry is None or not isinstance(entry.value, Fields):
        return None
    names = {one.key for one in entry.value.entries}
    if not names or not names <= set(file.params):
        return None
    given: dict[str, Value] = {}
    for one in entry.value.entries:
        value = one.value.entry("value") if isinstance(one.value, Fields) else None
        if one.key is not None and value is not None:
            given[one.key] = evaluate(value.value, _NoNames())
    return given


def _beside(path: str, root: str) -> bool:
    """Whether a parameter file lies with this root or below it, and is named after it or as such files are."""
    folder, base = posixpath.split(root)
    here, name = posixpath.split(path)
    stem = base.removesuffix(".bicep").lower()
    near = here == folder or here.startswith(f"{folder}/" if folder else "")
    named = name.lower().startswith(stem) or "parameters" in name.lower() or "parameters" in here.lower()
    return near and named


class _NoNames:
    """An environment in which nothing has a name."""

    def name(self, name: str) -> Value:
        return unread(f"{name} in a parameter file")

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        return None


def _terraform_code(sources: Mapping[str, Source]) -> Code:
    folders: dict[str, terraform_folder.Folder] = {}
    unparsed: list[str] = []
    for path, source in sorted(sources.items()):
        if not path.lower().endswith(".tf"):
            continue
        here = posixpath.dirname(path)
        folder = folders.setdefault(here, terraform_folder.Folder(here))
        file = _hcl(source)
        if not file.parsed:
            unparsed.append(path)
        folder.files = (*folder.files, path)
        for block in file.blocks:
            _put(folder, block)
    called = {
        terraform_folder.module_path(folder.path, block)
        for folder in folders.values()
        for block in folder.modules.values()
    }
    worlds: list[World] = []
    for path, folder in sorted(folders.items()):
        if path in called:
            continue
        for name, given in _tfvars(path, folder, sources):
            world = World(path or ".", name)
            scope = terraform_scope.Scope(folder, folders, world.name, given)
            world.instances = tuple(terraform_instances.instances(scope))
            worlds.append(world)
    unparsed += [path for path in sources if path.lower().endswith(".tfvars") and not _hcl(sources[path]).parsed]
    return Code(Language.TERRAFORM, sources, tuple(worlds), tuple(sorted(unparsed)))


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


def _tfvars(
    path: str, folder: terraform_folder.Folder, sources: Mapping[str, Source]
) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Variables that are set by files: those that Terraform takes by itself, and with them each other one's in turn."""
    automatic: dict[str, Value] = {}
    others: list[tuple[str, Mapping[str, Value]]] = []
    for name, source in sorted(sources.items()):
        here, base = posixpath.split(name)
        if not base.endswith(".tfvars") or not (here == path or here.startswith(f"{path}/" if path else "")):
            continue
        file = _hcl(source)
        if not file.parsed or file.top is None:
            continue
        values = fields(file.top, _NoNames()).data
        if not isinstance(values, dict):
            continue
        if here == path and (base == "terraform.tfvars" or base.endswith(".auto.tfvars")):
            automatic |= values
        elif values and set(values) <= set(folder.variables):
            others.append((name, values))
    if not others:
        yield ("terraform.tfvars" if automatic else ""), automatic
    for name, values in others:
        yield name, {**automatic, **values}

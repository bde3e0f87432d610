"""What do the names in a Terraform folder mean: variables, locals, resources, data sources and modules?

Called by `terraform_instances`; folders, their blocks and the ARM types of azurerm are here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.codebase.in_place.evaluate import Bound, Env, Later, evaluate
from remediator.codebase.in_place.functions import split
from remediator.codebase.in_place.read_hcl import HclBlock
from remediator.codebase.in_place.terraform_folder import (
    Folder,
    Turn,
    has_defaults,
    module_path,
    nullable,
    type_of,
    typed,
    validations,
    verified_output,
)
from remediator.codebase.in_place.value import NO_DEPS, Deps, Id, Value, unread

DEEPEST = 16
AFTER = "known only after it was applied"
_META = ("source", "version", "providers", "count", "for_each", "depends_on")


@dataclass(slots=True)
class Scope:
    """One folder with its variables; `given` are those that are set."""

    folder: Folder
    folders: Mapping[str, Folder]
    world: str
    given: Mapping[str, Value | Later] = field(default_factory=dict)
    chain: tuple[str, ...] = ()
    module: Value | None = None
    memo: dict[str, Value] = field(default_factory=dict)
    turns: dict[tuple[str, ...], list[Turn]] = field(default_factory=dict)
    inner: dict[tuple[str, object], Scope] = field(default_factory=dict)

    def name(self, name: str) -> Value:
        """The first word of an expression: `var`, `local`, `module`, `data` or a resource's type."""
        return Value(Space(self, name))

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        """Functions whose arguments stand in another order here."""
        return split(args[::-1]) or unread("split() of what is not known") if name == "split" else None

    def look_up(self, space: str, key: str) -> Value:
        """`space.key`, worked out once."""
        label = f"{space}.{key}"
        if label not in self.memo:
            self.memo[label] = unread(f"{label} in {self.folder.path or '.'} refers to itself")
            self.memo[label] = self._looked_up(space, key)
        return self.memo[label]

    def _looked_up(self, space: str, key: str) -> Value:
        folder = self.folder
        where = folder.path or "the root folder"
        match space:
            case "var":
                return self._variable(key)
            case "local":
                found = folder.local_values.get(key)
                return evaluate(found, self) if found is not None else unread(f"local.{key} is not declared in {where}")
            case "module":
                module = folder.modules.get(key)
                return Value(Module(self, module)) if module else unread(f"module.{key} is not declared in {where}")
            case "data":
                return Value(Space(self, "data", key))
            case "each" | "count" | "self" | "path" | "terraform":
                return unread(f"{space}.{key} is not known here")
        block = folder.resources.get((space, key))
        return (
            Value(Resource(self, block)) if block is not None else unread(f"{space}.{key} is not declared in {where}")
        )

    def _variable(self, key: str) -> Value:
        block = self.folder.variables.get(key)
        passed = self.given.get(key)
        if passed is not None:
            value = passed.value() if isinstance(passed, Later) else passed
            if value.data is not None or nullable(self.folder, key):
                return self._valid(key, block, value)
        if block is None:
            return unread(f"var.{key} is not declared in {self.folder.path or 'the root folder'}")
        default = block.body.entry("default")
        if default is None:
            return unread(f"the variable {key} of {block.span.path} is given by whoever applies it")
        value = evaluate(default.value, self)
        if self.module is not None:
            value = replace(value, defaulted=(self.module, key))
        return self._valid(key, block, value)

    def _valid(self, key: str, block: HclBlock | None, value: Value) -> Value:
        """The value, unless a validation refuses it; an object whose type has defaults is marked."""
        if block is None or not value.known:
            return value
        if has_defaults(block):
            value = typed(value)
        for rule in validations(block):
            if evaluate(rule, Bound(self, {"var": Value({key: value})})).data is False:
                return unread(f"the variable {key} of {block.span.path} does not take this value", value.deps)
        return value


@dataclass(frozen=True, slots=True)
class Space:
    """`var`, `local`, `module`, `data`, a type; for `data` the type is known at the second step."""

    scope: Scope
    space: str
    kind: str = ""

    def get(self, key: str) -> Value:
        """What stands under the key."""
        if self.kind:
            block = self.scope.folder.data.get((self.kind, key))
            if block is None:
                return unread(
                    f"data.{self.kind}.{key} is not declared in {self.scope.folder.path or 'the root folder'}"
                )
            return Value(Resource(self.scope, block, existing=True))
        return self.scope.look_up(self.space, key)

    def at(self, key: Any) -> Value:
        """As a field."""
        return self.get(str(key))


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource or data source; `turn` where one of several was chosen."""

    scope: Scope
    block: HclBlock
    turn: Any = None
    existing: bool = False

    def names(self) -> tuple[tuple[str, ...] | None, str, Deps]:
        """Its names from the outermost parent on, or why not, and what they hang on."""
        known = type_of(self.block)
        if known is None:
            return None, "its type is not read here", NO_DEPS
        label = f"names of {self.existing}.{'.'.join(self.block.labels)}[{self.turn!r}]"
        if label not in self.scope.memo:
            self.scope.memo[label] = unread(f"the name of {'.'.join(self.block.labels)} refers to itself")
            made, why, deps = self._names(known)
            self.scope.memo[label] = unread(why, deps) if made is None else Value(tuple(map(Value, made)), None, deps)
        held = self.scope.memo[label]
        if not held.known:
            return None, held.why, held.deps
        return tuple(str(name.data) for name in held.data), "", held.deps

    def _names(self, known: tuple[str, tuple[str, ...]]) -> tuple[tuple[str, ...] | None, str, Deps]:
        env = self._env()
        made: list[str] = []
        deps: Deps = NO_DEPS
        for attribute in known[1]:
            entry = self.block.body.entry(attribute)
            if entry is None:
                return None, f"it has no {attribute}", deps
            value = evaluate(entry.value, env)
            deps |= value.deps
            rid = value.id()
            text = rid.names[-1] if rid is not None else value.text()
            if text is None:
                return None, value.why or f"its {attribute} is no text", deps
            made.append(text)
        return tuple(made), "", deps

    def parent_id(self) -> Id | None:
        """What it is a child of, by the attributes that name it, where only its own name is not known."""
        known = type_of(self.block)
        if known is None or len(known[1]) < 2:
            return None
        made, _, _ = self._names((known[0], known[1][:-1]))
        return Id(known[0].rpartition("/")[0], made, self.group()) if made is not None else None

    def _env(self) -> Env:
        found = [turn for turn in rounds(self.scope, self.block) if turn.key == self.turn]
        return found[0].env if found else self.scope

    def group(self) -> str | None:
        """The group's name, where the code tells it."""
        entry = self.block.body.entry("resource_group_name")
        return evaluate(entry.value, self._env()).text() if entry is not None else None

    def get(self, key: str) -> Value:
        """Its id and the attributes that its block sets; what Azure answers is not known."""
        several = self.block.body.entry("count") or self.block.body.entry("for_each")
        kind, name = self.block.labels[0], self.block.labels[-1]
        if several is not None and self.turn is None:
            return unread(f"{kind}.{name} is several")
        if key == "id":
            names, why, deps = self.names()
            if names is None:
                return unread(why, deps)
            known = type_of(self.block)
            return Value(Id(known[0] if known else kind, names, self.group()), None, deps)
        entry = self.block.body.entry(key)
        if entry is not None:
            return evaluate(entry.value, self._env())
        return unread(f"{kind}.{name}.{key} is {AFTER}")

    def at(self, key: Any) -> Value:
        """One of several."""
        return Value(replace(self, turn=key))


@dataclass(frozen=True, slots=True)
class Module:
    """A module's call."""

    scope: Scope
    block: HclBlock
    turn: Any = None

    def get(self, key: str) -> Value:
        """An output, read in the module's own folder."""
        found = next((one for one in rounds(self.scope, self.block) if one.key == self.turn), None)
        name = self.block.labels[0]
        if found is None:
            return unread(f"module.{name} is several")
        inner = inner_scope(self.scope, self.block, found)
        if inner is None:
            return verified_output(self.block, found.env, key)
        output = inner.folder.outputs.get(key)
        value = output.body.entry("value") if output is not None else None
        return evaluate(value.value, inner) if value is not None else unread(f"module.{name} has no output {key}")

    def at(self, key: Any) -> Value:
        """One of several."""
        return Value(replace(self, turn=key))


def rounds(scope: Scope, block: HclBlock) -> list[Turn]:
    """Each instance of a block with `count` or `for_each`; one with an unknown key where that is not known."""
    label = (block.kind, *block.labels)
    if label not in scope.turns:
        scope.turns[label] = [Turn("?", scope, None, unread(f"{'.'.join(label)} counts itself"))]
        scope.turns[label] = _rounds(scope, block)
    return scope.turns[label]


def _rounds(scope: Scope, block: HclBlock) -> list[Turn]:
    count, each = block.body.entry("count"), block.body.entry("for_each")
    if count is not None:
        value = evaluate(count.value, scope)
        if not isinstance(value.data, int) or isinstance(value.data, bool):
            return [Turn("?", scope, None, value)]
        if value.data == 0:
            return [Turn(0, _counted(scope, 0), False, value)]
        return [Turn(index, _counted(scope, index), True, value) for index in range(min(value.data, 1000))]
    if each is not None:
        value = evaluate(each.value, scope)
        if not isinstance(value.data, dict):
            return [Turn("?", scope, None, value, value)]
        return [
            Turn(key, Bound(scope, {"each": Value({"key": Value(key), "value": item})}), True, value, value)
            for key, item in sorted(value.data.items())
        ]
    return [Turn(None, scope)]


def _counted(scope: Scope, index: int) -> Env:
    return Bound(scope, {"count": Value({"index": Value(index)})})


def inner_scope(scope: Scope, block: HclBlock, turn: Turn) -> Scope | None:
    """The scope of a module's folder with the values that are passed; None where the folder is not in the tree."""
    path = module_path(scope.folder.path, block)
    folder = scope.folders.get(path) if path is not None else None
    if folder is None or not folder.parsed:
        return None
    label = (block.labels[0], turn.key)
    if label not in scope.inner:
        given = {
            entry.key: Later(entry.value, turn.env)
            for entry in block.body.entries
            if entry.key is not None and entry.key not in _META
        }
        name = block.labels[0] if turn.key is None else f"{block.labels[0]}[{turn.key}]"
        call = Value({}, block.body)
        scope.inner[label] = Scope(folder, scope.folders, scope.world, given, (*scope.chain, name), call)
    return scope.inner[label]

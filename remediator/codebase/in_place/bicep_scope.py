"""What do the names in a Bicep file mean: parameters, variables, resources, modules and the deployment's scope?

Called by `bicep_instances`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from remediator.codebase.in_place.bicep_file import BicepFile, Block, module_path
from remediator.codebase.in_place.bicep_place import AFTER, Scoped, environment, passed, verified_output
from remediator.codebase.in_place.declared import Place
from remediator.codebase.in_place.evaluate import Env, Later, bound_turns, evaluate
from remediator.codebase.in_place.expr import Fields
from remediator.codebase.in_place.value import NO_DEPS, Deps, Id, Value, plain, unread
from remediator.core.cloud import Cloud

DEEPEST = 16
GROUP = "Microsoft.Resources/resourceGroups"
ELSEWHERE = "it is made by a module that is not in this repository"
Turn = tuple[Any, Env, Value | None]
_RESOURCE_ID = ("resourceId", "extensionResourceId", "subscriptionResourceId", "tenantResourceId")


@dataclass(slots=True)
class Scope:
    """One file with its parameters. `chain` are the module calls that lead here, `world` the deployment's name."""

    file: BicepFile
    files: Mapping[str, BicepFile]
    cloud: Cloud
    world: str
    given: Mapping[str, Value | Later] | None = None
    place: Place = field(default_factory=Place)
    chain: tuple[str, ...] = ()
    module: Value | None = None
    memo: dict[str, Value] = field(default_factory=dict)
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    inner: dict[tuple[str, object], Scope] = field(default_factory=dict)

    def name(self, name: str) -> Value:
        """A parameter, variable, resource or module; Unread for all else."""
        if name not in self.memo:
            self.memo[name] = unread(f"{name} in {self.file.source.path} refers to itself")
            self.memo[name] = self._named(name)
        return self.memo[name]

    def _named(self, name: str) -> Value:
        file = self.file
        if name in file.params:
            return self._allowed(name, self._parameter(name))
        if name in file.variables:
            return evaluate(file.variables[name], self)
        if name in file.resources:
            return Value(Resource(self, file.resources[name]))
        if name in file.modules:
            return Value(Module(self, file.modules[name]))
        return unread(f"{name} is not declared in {file.source.path}")

    def _parameter(self, name: str) -> Value:
        passed = self.given.get(name) if self.given is not None else None
        if passed is not None:
            return passed.value() if isinstance(passed, Later) else passed
        default = self.file.params[name]
        if default is not None:
            value = evaluate(default, self)
            return replace(value, defaulted=(self.module, name)) if self.module is not None else value
        return unread(f"the parameter {name} of {self.file.source.path} is given by whoever deploys it")

    def _allowed(self, name: str, value: Value) -> Value:
        """The value, unless the parameter does not take it."""
        bound = self.file.allowed.get(name)
        if bound is None or not isinstance(value.data, (str, int)):
            return value
        values = plain(evaluate(bound, self))
        if not isinstance(values, list) or value.data in values:
            return value
        return unread(f"{value.data} is not allowed for {name} of {self.file.source.path}", value.deps)

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        """Functions of the deployment's scope and cloud."""
        match name:
            case "resourceGroup":
                return self._group(args)
            case "subscription":
                sub = args[0].text() if args else self.place.subscription
                return Value(Scoped(Place(None, sub, not args), group=False))
            case "environment":
                return Value(environment(self.cloud))
            case "resourceId":
                return self._resource_id(args)
            case _ if name in _RESOURCE_ID:
                return unread(f"{name}() is not worked out here")
        return None

    def _group(self, args: tuple[Value, ...]) -> Value:
        texts = [arg.text() for arg in args]
        if any(text is None for text in texts):
            return unread(next(arg.why for arg in args if arg.text() is None) or "a group's name")
        if len(texts) == 2:
            return Value(Scoped(Place(texts[1], texts[0], inherited=False)))
        if texts:
            return Value(Scoped(Place(texts[0], self.place.subscription, inherited=False)))
        return Value(Scoped(self.place))

    def _resource_id(self, args: tuple[Value, ...]) -> Value:
        texts = [arg.text() for arg in args]
        at = next((index for index, text in enumerate(texts) if text and "/" in text and "." in text), None)
        if at is None or any(text is None for text in texts):
            return unread(next((arg.why for arg in args if not arg.known), "") or "an id's parts")
        words = [text or "" for text in texts]
        kind, names = words[at], tuple(words[at + 1 :])
        if len(names) != kind.count("/"):
            return unread("an id with too few names")
        group = words[at - 1] if at else self.place.group
        sub = words[0] if at > 1 else self.place.subscription
        return Value(Id(kind, names, group, sub))

    def place_of(self, body: Fields | None, env: Env) -> Place:
        """Where a declaration with a `scope` puts things."""
        entry = body.entry("scope") if body is not None else None
        if entry is None:
            return self.place
        value = evaluate(entry.value, env)
        if isinstance(value.data, Scoped):
            return value.data.place
        if isinstance(value.data, Resource) and value.data.type.lower() == GROUP.lower():
            names, _, _ = value.data.names()
            if names is not None:
                return Place(names[-1], self.place.subscription, inherited=False)
        return Place(None, None, inherited=False)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource's symbol; `turn` where an instance of its loop was chosen."""

    scope: Scope
    block: Block
    turn: Any = None

    @property
    def type(self) -> str:
        """The full ARM type, the parent's before it where it is nested."""
        own = self.block.what.partition("@")[0]
        if self.block.parent is None:
            return own
        outer = self.scope.file.resources.get(self.block.parent)
        return f"{Resource(self.scope, outer).type}/{own}" if outer is not None else own

    @property
    def env(self) -> Env:
        """The names that its body may use."""
        if self.turn is None or self.block.loop is None:
            return self.scope
        for key, env, _ in rounds(self.scope, self.block):
            if key == self.turn:
                return env
        return self.scope

    def names(self) -> tuple[tuple[str, ...] | None, str, Deps]:
        """Its names from the outermost parent on, or why not, and what they hang on."""
        if self.block.body is None or (entry := self.block.body.entry("name")) is None:
            return None, "it has no name", NO_DEPS
        env = self.env
        own = evaluate(entry.value, env)
        text = own.text()
        if text is None:
            return None, own.why or "its name is no text", own.deps
        parent = self._parent(env)
        if parent is None:
            names = tuple(text.split("/"))
            if len(names) != self.type.count("/"):
                return None, "its name does not fit its type", own.deps
            return names, "", own.deps
        outer, why, deps = parent.names()
        return ((*outer, text) if outer is not None else None), why, deps | own.deps

    def parent_id(self) -> Id | None:
        """What it is a child of, as far as the code tells."""
        parent = self._parent(self.env)
        return parent.get("id").id() if parent is not None else None

    def _parent(self, env: Env) -> Resource | None:
        if self.block.parent is not None:
            outer = self.scope.file.resources.get(self.block.parent)
            return Resource(self.scope, outer) if outer is not None else None
        entry = self.block.body.entry("parent") if self.block.body is not None else None
        found = evaluate(entry.value, env).data if entry is not None else None
        return found if isinstance(found, Resource) else None

    def place(self) -> Place:
        """Where it is: a child is where its parent is."""
        env = self.env
        parent = self._parent(env)
        return parent.place() if parent is not None else self.scope.place_of(self.block.body, env)

    def get(self, key: str) -> Value:
        """Its id, name and what its declaration says of itself; what Azure answers is not known."""
        if self.block.loop is not None and self.turn is None:
            return unread(f"{self.block.symbol} is a loop")
        names, why, deps = self.names()
        if key in ("id", "name"):
            if names is None:
                return unread(why, deps)
            if key == "name":
                return Value(names[-1] if self.block.parent or self._parent(self.env) else "/".join(names), None, deps)
            place = self.place()
            return Value(Id(self.type, names, place.group, place.subscription), None, deps)
        entry = self.block.body.entry(key) if self.block.body is not None and key in ("location", "tags") else None
        if entry is not None and not self.block.existing:
            return evaluate(entry.value, self.env)
        return unread(f"{self.block.symbol}.{key} is {AFTER}", deps)

    def at(self, key: Any) -> Value:
        """An instance of its loop."""
        return Value(replace(self, turn=key)) if self.block.loop is not None else unread("an element of a resource")


@dataclass(frozen=True, slots=True)
class Module:
    """A module's symbol."""

    scope: Scope
    block: Block
    turn: Any = None

    def get(self, key: str) -> Value:
        """`outputs` of a module in the tree; its name."""
        if self.block.loop is not None and self.turn is None:
            return unread(f"{self.block.symbol} is a loop")
        return Value(Outputs(self)) if key == "outputs" else unread(f"{self.block.symbol}.{key} is {AFTER}")

    def at(self, key: Any) -> Value:
        """A call of its loop."""
        return Value(replace(self, turn=key)) if self.block.loop is not None else unread("an element of a module")


@dataclass(frozen=True, slots=True)
class Outputs:
    """A module's outputs."""

    module: Module

    def get(self, key: str) -> Value:
        """The value of one, read in the module's own file."""
        scope, block = self.module.scope, self.module.block
        env: Env = scope
        for turn, found, _ in rounds(scope, block):
            if turn == self.module.turn:
                env = found
        inner = inner_scope(scope, block, self.module.turn, env)
        if inner is None:
            return verified_output(block, env, key, scope.place_of(block.body, env))
        expr = inner.file.outputs.get(key)
        return evaluate(expr, inner) if expr is not None else unread(f"{block.what} has no output {key}")

    def at(self, key: Any) -> Value:
        """As a field."""
        return self.get(str(key))


def rounds(scope: Scope, block: Block) -> list[Turn]:
    """Each turn of a declaration: its key, the names in it, and what is looped over; one turn where nothing is."""
    if block.loop is None:
        return [(None, scope, None)]
    if block.symbol not in scope.turns:
        scope.turns[block.symbol] = [("?", scope, unread(f"{block.symbol} counts itself"))]
        source = evaluate(block.loop.source, scope)
        if isinstance(source.data, (tuple, dict)):
            made: list[Turn] = [(key, env, source) for key, env in bound_turns(source, block.loop, scope)]
        else:
            made = [("?", scope, source)]
        scope.turns[block.symbol] = made
    return scope.turns[block.symbol]


def inner_scope(scope: Scope, block: Block, turn: Any, env: Env) -> Scope | None:
    """The scope of a module's file with the values that are passed; None where the file is not in the tree."""
    path = module_path(scope.file.source.path, block.what)
    file = scope.files.get(path) if path is not None else None
    if file is None or not file.parsed:
        return None
    key = (block.symbol, turn)
    if key not in scope.inner:
        label = block.symbol if turn is None else f"{block.symbol}[{turn}]"
        place = scope.place_of(block.body, env)
        given = passed(block, env, file)
        entry = block.body.entry("params") if block.body is not None else None
        call = Value({}, entry.value) if entry is not None else Value({})
        chain = (*scope.chain, label)
        scope.inner[key] = Scope(file, scope.files, scope.cloud, scope.world, given, place, chain, call)
    return scope.inner[key]

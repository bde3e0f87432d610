"""What would a deployment of infra/ make? The templates worked out for given parameters, in a cloud, without Azure.

Every expression is worked out; what Azure alone knows is a `Later` of the kind that Microsoft's types give. What the
compiler of Bicep would refuse is collected as a problem: names that are not declared, parameters that are missing or
wrong, outputs of what is not deployed, names and loops that hang on what is known only while deploying. Two resources
of one id are a problem, too.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.infra.azure_types import SCOPES, problems, read_kind, scopes_of, shape_of
from tests.infra.bicep_syntax import (
    Bicep,
    BicepError,
    Binary,
    Call,
    Choice,
    Declared,
    Fields,
    Items,
    Lambda,
    Loop,
    Member,
    Name,
    Plain,
    Text,
    Unary,
    read,
)
from tests.infra.functions_of_bicep import FUNCTIONS, called
from tests.infra.values import Later, everywhere_known, is_open, kind_of, known, settled, text_of

INFRA = Path(__file__).resolve().parents[2] / "infra"
HOME = "11111111-1111-1111-1111-111111111111"
TENANT = "99999999-9999-9999-9999-999999999999"
_META = ("parent", "scope", "dependsOn")


@dataclass(frozen=True)
class Scope:
    """Where a file is deployed."""

    kind: str
    subscription: str = ""
    group: str = ""
    management_group: str = ""

    @property
    def id(self) -> str:
        """Its id as Azure writes it; empty for a tenant."""
        if self.kind == "managementGroup":
            return f"/providers/Microsoft.Management/managementGroups/{self.management_group}"
        whole = f"/subscriptions/{self.subscription}" if self.subscription else ""
        return f"{whole}/resourceGroups/{self.group}" if self.group else whole

    def read(self, name: str) -> Any:
        """What a template can ask of it."""
        known_here = {"id": self.id, "subscriptionId": self.subscription, "tenantId": TENANT, "name": self.group}
        return known_here[name]


@dataclass(frozen=True)
class Resource:
    """One resource that would be made."""

    id: str
    type: str
    version: str
    body: dict[str, Any]
    scope: Scope
    file: str
    symbol: str

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties, as far as they are known."""
        found = everywhere_known(self.body).get("properties", {})
        assert isinstance(found, dict)
        return found


@dataclass
class Deployment:
    """What would be made, what is wrong with it, and which declarations had a part in it."""

    cloud: str
    resources: list[Resource] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, type_: str) -> list[Resource]:
        """The resources of a type."""
        return [one for one in self.resources if one.type == type_]

    def one(self, type_: str) -> Resource:
        """The only resource of a type."""
        (found,) = self.of(type_)
        return found


@dataclass(frozen=True)
class _Made:
    """A resource as other expressions see it."""

    resource: Resource
    name: str


@dataclass(frozen=True)
class _Module:
    """A deployed module as other expressions see it."""

    outputs: dict[str, Any]
    text: str


def deploy(
    parameters: dict[str, Any], cloud: str = "AzureCloud", root: Path = INFRA / "main.bicep", texts: Any = None
) -> Deployment:
    """Work a template out; `texts` are files that stand for others, by name, e.g. to see a mistake found."""
    deployment = Deployment(cloud)
    file = _File(root, parameters, Scope("subscription", HOME), deployment, texts or {})
    try:
        file.run()
    except BicepError as error:
        deployment.problems.append(str(error))
    deployment.outputs = everywhere_known(file.outputs)
    twice = [id_ for id_, count in Counter(one.id.lower() for one in deployment.resources).items() if count > 1]
    deployment.problems += [f"made twice: {id_}" for id_ in twice]
    return deployment


class _File:
    """One file in one place."""

    def __init__(
        self, path: Path, parameters: dict[str, Any], scope: Scope, deployment: Deployment, texts: dict[str, Bicep]
    ) -> None:
        self.path, self.scope, self.deployment, self.texts = path, scope, deployment, texts
        self.file: Bicep = texts.get(path.name) or read(path)
        self.declared = {one.name: one for one in self.file.declared if one.what != "output"}
        self.given = parameters
        self.values: dict[str, Any] = {}
        self.busy: set[str] = set()
        self.outputs: dict[str, Any] = {}

    def complain(self, why: str, line: int = 0) -> None:
        self.deployment.problems.append(f"{self.path.name}:{line}: {why}")

    def run(self) -> None:
        if self.file.scope != self.scope.kind:
            self.complain(f"is for a {self.file.scope} and deployed to a {self.scope.kind}")
        for name in self.given:
            if name not in self.file.of("param"):
                self.complain(f"there is no parameter {name}")
        for name in self.declared:
            self.value_of(name, self.declared[name].line)
        for one in self.file.of("output").values():
            value = self.worked_out(one.body, {})
            if kind_of(known(value)) not in (one.type, "any"):
                self.complain(f"output {one.name} is {kind_of(known(value))}, not {one.type}", one.line)
            self.outputs[one.name] = value

    # names

    def value_of(self, name: str, line: int) -> Any:
        if name in self.values:
            return self.values[name]
        if name not in self.declared:
            raise BicepError(f"{self.path.name}:{line}: {name} is not declared")
        if name in self.busy:
            raise BicepError(f"{self.path.name}:{line}: {name} hangs on itself")
        self.busy.add(name)
        one = self.declared[name]
        self.values[name] = getattr(self, f"_{one.what}")(one)
        self.busy.discard(name)
        return self.values[name]

    def _param(self, one: Declared) -> Any:
        if "description" not in one.decorators:
            self.complain(f"parameter {one.name} has no description", one.line)
        if one.name not in self.given:
            if one.body is None:
                self.complain(f"parameter {one.name} is missing", one.line)
                return Later(one.type, one.name, settled=True)
            return self.worked_out(one.body, {})
        value = settled(self.given[one.name])
        if kind_of(value) not in (one.type, "any"):
            self.complain(f"parameter {one.name}: {one.type} is wanted, not {kind_of(value)} ({value!r})", one.line)
        self._limits(one, value)
        return value

    def _limits(self, one: Declared, value: Any) -> None:
        limit = {name: self.worked_out(argument, {}) for name, argument in one.decorators.items()}
        if isinstance(value, Later):
            if "allowed" in limit:
                self.complain(
                    f"parameter {one.name}: one of {limit['allowed']} is known only while deploying", one.line
                )
            return
        if "allowed" in limit and value not in limit["allowed"]:
            self.complain(f"parameter {one.name}: {value!r} is none of {limit['allowed']}", one.line)
        size = value if isinstance(value, int) else len(value)
        least, most = (
            limit.get("minLength", limit.get("minValue", size)),
            limit.get("maxLength", limit.get("maxValue", size)),
        )
        if not least <= size <= most:
            self.complain(f"parameter {one.name}: {value!r} is not from {least} to {most}", one.line)

    def _var(self, one: Declared) -> Any:
        return self.worked_out(one.body, {})

    def _resource(self, one: Declared) -> Any:
        return self._each(one, self._make)

    def _module(self, one: Declared) -> Any:
        return self._each(one, self._deploy)

    def _each(self, one: Declared, make: Any) -> Any:
        if one.condition is not None and not self._start(one, self.worked_out(one.condition, {}), "a condition"):
            return None
        if not isinstance(one.body, Loop):
            return make(one, one.body, {})
        over = self._start(one, self.worked_out(one.body.over, {}), "a loop")
        return [make(one, one.body.body, self._bound(one.body, item, place, {})) for place, item in enumerate(over)]

    def _start(self, one: Declared, value: Any, what: str) -> Any:
        if is_open(value):
            self.complain(f"{one.name}: {what} hangs on what is known only while deploying", one.line)
        return known(value)

    def _make(self, one: Declared, body: Any, local: dict[str, Any]) -> _Made:
        self.deployment.seen[self.path.name, one.name] += 1
        type_, _, version = one.type.partition("@")
        fields = self.worked_out(body, local)
        name = self._start(one, fields.get("name"), "the name")
        parent, scope = fields.get("parent"), fields.get("scope")
        resource = Resource(
            self._id(one, type_, text_of(name), parent, scope), type_, version,
            {key: value for key, value in fields.items() if key not in _META}, self.scope, self.path.name, one.name,
        )  # fmt: skip
        if not one.existing:
            self.deployment.resources.append(resource)
            self._check(one, resource, "extension" if isinstance(scope, _Made) else self.scope.kind)
        return _Made(resource, text_of(name))

    def _check(self, one: Declared, resource: Resource, scope: str) -> None:
        shape = shape_of(resource.type, resource.version)
        if shape is None:
            self.complain(f"Microsoft has published no {one.type}", one.line)
            return
        if not scopes_of(resource.type, resource.version) & SCOPES[scope]:
            self.complain(f"{resource.type} cannot be made in a {scope}", one.line)
        for wrong in problems(resource.body, shape, one.name):
            self.complain(f"{one.type}: {wrong}", one.line)

    def _id(self, one: Declared, type_: str, name: str, parent: Any, scope: Any) -> str:
        if isinstance(parent, _Made):
            if not type_.startswith(parent.resource.type + "/"):
                self.complain(f"{type_} is no child of {parent.resource.type}", one.line)
            return f"{parent.resource.id}/{type_.rpartition('/')[2]}/{name}"
        if type_.count("/") != 1 + name.count("/"):
            self.complain(f"{one.name}: a {type_} needs a parent or {type_.count('/')} names", one.line)
        if type_ == "Microsoft.Resources/resourceGroups":
            return f"{self.scope.id}/resourceGroups/{name}"
        below = (
            scope.resource.id if isinstance(scope, _Made) else scope.id if isinstance(scope, Scope) else self.scope.id
        )
        return f"{below}/providers/{type_}/{name}"

    def _deploy(self, one: Declared, body: Any, local: dict[str, Any]) -> _Module:
        self.deployment.seen[self.path.name, one.name] += 1
        fields = self.worked_out(body, local)
        if unknown := set(fields) - {"name", "params", *_META}:
            self.complain(f"module {one.name} has no {', '.join(unknown)}", one.line)
        if len(text_of(self._start(one, fields["name"], "the name"))) > 64:
            self.complain(f"module {one.name}: a deployment's name has 64 characters at most", one.line)
        scope = fields.get("scope", self.scope)
        if isinstance(scope, _Made):
            scope = Scope("resourceGroup", self.scope.subscription, scope.name)
        if not scope.subscription and scope.kind == "resourceGroup":
            scope = Scope("resourceGroup", self.scope.subscription, scope.group)
        allowed = {
            "subscription": ("tenant", "subscription", "resourceGroup"),
            "resourceGroup": ("resourceGroup", "subscription"),
            "tenant": ("tenant", "managementGroup", "subscription", "resourceGroup"),
        }  # fmt: skip
        if scope.kind not in allowed[self.scope.kind]:
            self.complain(f"module {one.name}: from a {self.scope.kind} none goes to a {scope.kind}", one.line)
        path = (self.path.parent / one.type).resolve()
        inner = _File(path, fields.get("params", {}), scope, self.deployment, self.texts)
        inner.run()
        outputs = {
            key: Later(inner.file.of("output")[key].type, f"{one.name}.{key}", value)
            if not isinstance(value, Later) or value.is_known
            else Later(value.kind, value.text)
            for key, value in inner.outputs.items()
        }
        return _Module(outputs, one.name)

    # expressions

    def _bound(self, loop: Loop, item: Any, place: int, local: dict[str, Any]) -> dict[str, Any]:
        return {**local, loop.item: item, **({loop.index: place} if loop.index else {})}

    def worked_out(self, node: Any, local: dict[str, Any]) -> Any:
        match node:
            case Plain():
                return node.value
            case Text():
                return self._text([self.worked_out(p, local) if not isinstance(p, str) else p for p in node.parts])
            case Name():
                return local[node.name] if node.name in local else self.value_of(node.name, node.line)
            case Items():
                return [self.worked_out(one, local) for one in node.items]
            case Fields():
                return self._fields(node, local)
            case Loop():
                over = known(self.worked_out(node.over, local))
                return [self.worked_out(node.body, self._bound(node, one, i, local)) for i, one in enumerate(over)]
            case Choice():
                condition = known(self.worked_out(node.condition, local))
                return self.worked_out(node.yes if condition else node.no, local)
            case Unary():
                value = known(self.worked_out(node.of, local))
                return not value if node.operator == "!" else -value
            case Binary():
                return self._binary(node, local)
            case Member():
                return self._member(node, local)
            case Call():
                return self._call(node, local)
        raise BicepError(f"{self.path.name}: {node!r} is not worked out")

    def _text(self, parts: list[Any]) -> Any:
        for part in parts:
            if isinstance(known(part), dict | list):
                self.complain(f"{kind_of(known(part))} within a text")
        text = "".join(map(text_of, parts))
        if any(isinstance(part, Later) for part in parts):
            value = {} if any(isinstance(known(part), Later) for part in parts) else {"value": text}
            return Later("string", text, settled=not is_open(parts), **value)
        return text

    def _fields(self, node: Fields, local: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value, line in node.pairs:
            name = text_of(self.worked_out(key, local))
            if name in found:
                self.complain(f"{name} stands twice", line)
            found[name] = self.worked_out(value, local)
        return found

    def _binary(self, node: Binary, local: dict[str, Any]) -> Any:
        left = known(self.worked_out(node.left, local))
        if (node.operator, bool(left)) in (("&&", False), ("||", True)):
            return left
        right = known(self.worked_out(node.right, local))
        match node.operator:
            case "&&" | "||":
                return right
            case "==":
                return left == right
            case "!=":
                return left != right
            case ">":
                return left > right
            case "+":
                return left + right
        raise BicepError(f"{self.path.name}: {node.operator} is not worked out")

    def _member(self, node: Member, local: dict[str, Any]) -> Any:
        of, key = self.worked_out(node.of, local), known(self.worked_out(node.key, local))
        if isinstance(of, _Module):
            if key != "outputs":
                raise BicepError(f"{self.path.name}:{node.line}: a module has outputs, no {key}")
            return of.outputs
        if isinstance(of, _Made):
            return self._of_resource(of, (key,), node.line)
        if isinstance(of, _Read):
            return self._of_resource(of.made, (*of.path, key), node.line)
        if isinstance(of, Scope):
            return of.read(key)
        of = known(of)
        if isinstance(of, Later):
            return Later("any" if of.kind == "any" else "string", f"{of.text}.{key}", settled=of.settled)
        if of is None:
            raise BicepError(f"{self.path.name}:{node.line}: .{key} of what is not deployed")
        try:
            return of[key]
        except (KeyError, IndexError, TypeError) as error:
            raise BicepError(f"{self.path.name}:{node.line}: there is no {key!r} in {str(of)[:80]}") from error

    def _of_resource(self, made: _Made, path: tuple[str, ...], line: int) -> Any:
        if path in (("id",), ("name",)):
            return made.resource.id if path == ("id",) else made.name
        shape = shape_of(made.resource.type, made.resource.version)
        kind = read_kind(shape, path) if shape else None
        if kind is None:
            raise BicepError(f"{self.path.name}:{line}: {made.resource.type} has no {'.'.join(path)}")
        written = everywhere_known(made.resource.body)
        for name in path:
            written = written.get(name) if isinstance(written, dict) else None
        if written is not None and not isinstance(written, dict):
            return Later(kind, ".".join(path), written)
        return _Read(made, path) if kind == "object" else Later(kind, f"{made.name}.{path[-1]}")

    def _call(self, node: Call, local: dict[str, Any]) -> Any:
        if node.function == "filter":
            over, test = known(self.worked_out(node.arguments[0], local)), node.arguments[1]
            assert isinstance(test, Lambda)
            return [one for one in over if known(self.worked_out(test.body, {**local, test.name: one}))]
        arguments = [self.worked_out(one, local) for one in node.arguments]
        match node.function:
            case "loadJsonContent" | "loadTextContent":
                text = (self.path.parent / arguments[0]).read_text("utf-8")
                return json.loads(text) if "Json" in node.function else text
            case "environment":
                return {"name": self.deployment.cloud}
            case "tenant":
                return Scope("tenant")
            case "subscription":
                return Scope("subscription", text_of(arguments[0]) if arguments else self.scope.subscription)
            case "managementGroup":
                return Scope("managementGroup", management_group=arguments[0]) if arguments else self.scope
            case "resourceGroup":
                return Scope("resourceGroup", *map(text_of, ["", *arguments][-2:])) if arguments else self.scope
            case "subscriptionResourceId":
                return called("extensionResourceId", [f"/subscriptions/{self.scope.subscription}", *arguments])
        if node.function not in FUNCTIONS:
            raise BicepError(f"{self.path.name}:{node.line}: the function {node.function} is not known")
        return called(node.function, arguments)


@dataclass(frozen=True)
class _Read:
    """Part of a resource that is read further."""

    made: _Made
    path: tuple[str, ...]

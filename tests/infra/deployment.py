"""What would a deployment of infra/ make? The templates worked out for given parameters, in a cloud, without Azure.

Every expression is worked out; what Azure alone knows is a `Later` of the kind that Microsoft's types give. What the
compiler of Bicep would refuse is collected as a problem: names that are not declared, parameters that are missing or
wrong, outputs of what is not deployed, names and loops that hang on what is known only while deploying. Two resources
of one id are a problem, too.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tests.infra.azure_types import SCOPES, problems, scopes_of, shape_of
from tests.infra.bicep_syntax import read
from tests.infra.bicep_tree import Bicep, BicepError, Declared, Loop
from tests.infra.expressions import Expressions
from tests.infra.places import Deployment, Made, Module, Resource, Scope
from tests.infra.values import Later, everywhere_known, is_open, kind_of, known, settled, text_of

INFRA = Path(__file__).resolve().parents[2] / "infra"
HOME = "11111111-1111-1111-1111-111111111111"
_META = ("parent", "scope", "dependsOn")


def deploy(
    parameters: dict[str, Any], cloud: str = "AzureCloud", root: Path = INFRA / "main.bicep", texts: Any = None
) -> Deployment:
    """Work a template out; `texts` are files that stand for others, by name, e.g. to see a mistake found."""
    deployment = Deployment(cloud)
    file = File(root, parameters, Scope("subscription", HOME), deployment, texts or {})
    try:
        file.run()
    except BicepError as error:
        deployment.problems.append(str(error))
    deployment.outputs = everywhere_known(file.outputs)
    twice = [id_ for id_, count in Counter(one.id.lower() for one in deployment.resources).items() if count > 1]
    deployment.problems += [f"made twice: {id_}" for id_ in twice]
    deployment.problems += [f"deployed twice: {one}" for one, count in deployment.deployed.items() if count > 1]
    return deployment


class File(Expressions):
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
        return [make(one, one.body.body, self.bound(one.body, item, place, {})) for place, item in enumerate(over)]

    def _start(self, one: Declared, value: Any, what: str) -> Any:
        if is_open(value):
            self.complain(f"{one.name}: {what} hangs on what is known only while deploying", one.line)
        return known(value)

    def _make(self, one: Declared, body: Any, local: dict[str, Any]) -> Made:
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
            self._check(one, resource, "extension" if isinstance(scope, Made) else self.scope.kind)
        return Made(resource, text_of(name))

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
        if isinstance(parent, Made):
            if not type_.startswith(parent.resource.type + "/"):
                self.complain(f"{type_} is no child of {parent.resource.type}", one.line)
            return f"{parent.resource.id}/{type_.rpartition('/')[2]}/{name}"
        if type_.count("/") != 1 + name.count("/"):
            self.complain(f"{one.name}: a {type_} needs a parent or {type_.count('/')} names", one.line)
        if type_ == "Microsoft.Resources/resourceGroups":
            return f"{self.scope.id}/resourceGroups/{name}"
        below = (
            scope.resource.id if isinstance(scope, Made) else scope.id if isinstance(scope, Scope) else self.scope.id
        )
        return f"{below}/providers/{type_}/{name}"

    def _deploy(self, one: Declared, body: Any, local: dict[str, Any]) -> Module:
        self.deployment.seen[self.path.name, one.name] += 1
        fields = self.worked_out(body, local)
        if unknown := set(fields) - {"name", "params", *_META}:
            self.complain(f"module {one.name} has no {', '.join(unknown)}", one.line)
        if len(text_of(self._start(one, fields["name"], "the name"))) > 64:
            self.complain(f"module {one.name}: a deployment's name has 64 characters at most", one.line)
        scope = fields.get("scope", self.scope)
        if isinstance(scope, Made):
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
        self.deployment.deployed[f"{scope.id}/{text_of(fields['name'])}"] += 1
        path = (self.path.parent / one.type).resolve()
        inner = File(path, fields.get("params", {}), scope, self.deployment, self.texts)
        inner.run()
        outputs = {
            key: Later(inner.file.of("output")[key].type, f"{one.name}.{key}", value)
            if not isinstance(value, Later) or value.is_known
            else Later(value.kind, value.text)
            for key, value in inner.outputs.items()
        }
        return Module(outputs, one.name)

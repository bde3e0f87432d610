"""What is the value of an expression of a template? Names are looked up by the file that it stands in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.infra.azure_types import read_kind, shape_of
from tests.infra.bicep_tree import (
    BicepError,
    Binary,
    Call,
    Choice,
    Fields,
    Items,
    Lambda,
    Loop,
    Member,
    Name,
    Plain,
    Text,
    Unary,
)
from tests.infra.functions_of_bicep import FUNCTIONS, called
from tests.infra.places import Deployment, Made, Module, Read, Scope
from tests.infra.values import Later, everywhere_known, is_open, kind_of, known, text_of


class Expressions:
    """Works expressions out; `deployment.File` knows the names, and takes complaints."""

    path: Path
    scope: Scope
    deployment: Deployment

    def complain(self, why: str, line: int = 0) -> None:
        """Note what is wrong."""
        raise NotImplementedError

    def value_of(self, name: str, line: int) -> Any:
        """The value of a declared name."""
        raise NotImplementedError

    def bound(self, loop: Loop, item: Any, place: int, local: dict[str, Any]) -> dict[str, Any]:
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
                return [self.worked_out(node.body, self.bound(node, one, i, local)) for i, one in enumerate(over)]
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
        if isinstance(of, Module):
            if key != "outputs":
                raise BicepError(f"{self.path.name}:{node.line}: a module has outputs, no {key}")
            return of.outputs
        if isinstance(of, Made):
            return self._of_resource(of, (key,), node.line)
        if isinstance(of, Read):
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

    def _of_resource(self, made: Made, path: tuple[str, ...], line: int) -> Any:
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
        return Read(made, path) if kind == "object" else Later(kind, f"{made.name}.{path[-1]}")

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

"""Which error codes can the program give? Read from its syntax trees, so that a code cannot be forgotten.

A code is the first argument of an error, or what a local function passes on as its parameter, or the first half of a
pair that a case file keeps. Where a code is put together so that it cannot be followed, `codes` raises.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

from remediator.core import errors
from tests.architecture.house import modules, parsed, relative

ERRORS = frozenset(
    {*(name for name in vars(errors) if isinstance(vars(errors)[name], type)), "NotApproved", "Instruction"}
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


class CannotFollow(AssertionError):
    """A code that is not written where it can be found."""


@cache
def codes() -> dict[str, str]:
    """Every code with one place that gives it."""
    found: dict[str, str] = {}
    for path in modules(sandbox=False):
        for code, line in _Module(path).codes():
            found.setdefault(code, f"{relative(path)}:{line}")
    return found


def compared() -> Iterator[tuple[str, str]]:
    """Every text that the program compares with an error's code, and where."""
    for path in modules(sandbox=False):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Compare):
                continue
            sides = [node.left, *node.comparators]
            of_an_error = {"error", "problem", "verdict", "lost", "closed", "refused"}
            for side in sides:
                if isinstance(side, ast.Attribute) and side.attr == "code" and _name(side.value) in of_an_error:
                    for other in sides:
                        yield from ((text, f"{relative(path)}:{node.lineno}") for text in _texts(other))


class _Module:
    def __init__(self, path: Path) -> None:
        self.path, self.tree = path, parsed(path)
        self.functions = [node for node in ast.walk(self.tree) if isinstance(node, Function)]
        self.owner: dict[ast.AST, Function] = {}
        for function in self.functions:  # walked from the outside in: the innermost owner stays
            for node in ast.walk(function):
                self.owner[node] = function
        self.calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        self.passing_on = [one for one in self.functions if "code" in _parameters(one) and _passes_on(one)]

    def codes(self) -> Iterator[tuple[str, int]]:
        for call in self.calls:
            if _name(call.func) in ERRORS:
                yield from self._values(_argument(call, "code", 0), call)
            for function in self.passing_on:
                if _is_call_of(call, function):
                    yield from self._values(_argument(call, "code", _parameters(function).index("code")), call)
            for keyword in call.keywords:
                if keyword.arg == "error" and isinstance(keyword.value, ast.Tuple):
                    yield from self._values(keyword.value.elts[0], call)

    def _values(self, value: ast.expr | None, call: ast.Call) -> Iterator[tuple[str, int]]:
        match value:
            case ast.Constant(value=str(text)):
                yield text, value.lineno
            case ast.IfExp():
                yield from self._values(value.body, call)
                yield from self._values(value.orelse, call)
            case ast.Attribute(attr="code"):
                return  # passed on from another error
            case ast.JoinedStr():
                yield from self._joined(value, call)
            case ast.Starred():
                yield from self._returned(value.value, call)
            case ast.Name(id=name):
                yield from self._named(name, call)
            case _:
                raise CannotFollow(f"{relative(self.path)}:{call.lineno}: write the error code out as a text")

    def _named(self, name: str, call: ast.Call) -> Iterator[tuple[str, int]]:
        """A local name: a parameter (`code` itself is followed at every call), or something assigned nearby."""
        function = self.owner.get(call)
        if function is None:
            raise CannotFollow(f"{relative(self.path)}:{call.lineno}: {name} is not known")
        if name in (names := _parameters(function)):
            for other in self.calls if name != "code" else ():
                if _is_call_of(other, function):
                    yield from self._values(_argument(other, name, names.index(name)), other)
            return
        assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        values = [node.value for node in assigned if _name(node.targets[0]) == name]
        tables = [
            node.value
            for node in assigned
            if isinstance(node.targets[0], ast.Tuple) and _name(node.targets[0].elts[0]) == name
        ]
        if not values and not tables:
            raise CannotFollow(f"{relative(self.path)}:{call.lineno}: nothing says what {name} is")
        for value in values:
            yield from self._values(value, call)
        for table in tables:
            pairs = self._global(_name(table.value)) if isinstance(table, ast.Subscript) else table
            yield from ((text, table.lineno) for text in _firsts(pairs))

    def _joined(self, value: ast.JoinedStr, call: ast.Call) -> Iterator[tuple[str, int]]:
        parts: list[list[str]] = []
        for part in value.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            assert isinstance(inner, ast.expr)
            parts.append([text for text, _ in self._values(inner, call)])
        yield from (("".join(chosen), value.lineno) for chosen in product(*parts))

    def _returned(self, value: ast.expr, call: ast.Call) -> Iterator[tuple[str, int]]:
        """The first halves of the pairs that a local function returns."""
        called = _name(value.func) if isinstance(value, ast.Call) else ""
        pairs = [
            node.value
            for function in self.functions
            if function.name == called
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)
        ]
        if not pairs:
            raise CannotFollow(f"{relative(self.path)}:{call.lineno}: no local function returns this code")
        for pair in pairs:
            yield from self._values(pair.elts[0], call)

    def _global(self, name: str) -> ast.expr:
        for node in self.tree.body:
            target = (
                node.target
                if isinstance(node, ast.AnnAssign)
                else node.targets[0]
                if isinstance(node, ast.Assign)
                else None
            )
            if target is not None and _name(target) == name and node.value is not None:
                return node.value
        raise CannotFollow(f"{relative(self.path)}: there is no table {name}")


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _parameters(function: Function) -> list[str]:
    """The positional parameters as a caller counts them."""
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] == ["self"] else names


def _is_call_of(call: ast.Call, function: Function) -> bool:
    method = [one.arg for one in function.args.args[:1]] == ["self"]
    return _name(call.func) == function.name and isinstance(call.func, ast.Attribute if method else ast.Name)


def _passes_on(function: Function) -> bool:
    """Whether its parameter `code` becomes the code of an error, or the first half of a pair."""
    for node in ast.walk(function):
        first = node.args[:1] if isinstance(node, ast.Call) and _name(node.func) in ERRORS else []
        first = node.elts[:1] if isinstance(node, ast.Tuple) else first
        if first and _name(first[0]) == "code":
            return True
    return False


def _argument(call: ast.Call, name: str, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    starred = next((one for one in call.args if isinstance(one, ast.Starred)), None)
    return call.args[position] if position < len(call.args) else starred


def _firsts(value: ast.expr) -> Iterator[str]:
    """The texts that stand first in each pair within a value."""
    for node in ast.walk(value):
        if isinstance(node, ast.Tuple) and node.elts:
            yield from _texts(node.elts[0])


def _texts(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value

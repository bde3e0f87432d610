"""What is an expression's value, as far as the code itself tells?

Pure and total: what cannot be worked out is `Unread` with the reason that a person needs. Names are looked up in an
`Env` (`bicep_scope`, `terraform_scope`), functions in `functions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from remediator.codebase.in_place.expr import (
    At,
    Blocks,
    Call,
    Choice,
    Expr,
    Fields,
    Get,
    Items,
    Lit,
    Loop,
    Name,
    Odd,
    Op,
    Text,
)
from remediator.codebase.in_place.functions import FUNCTIONS
from remediator.codebase.in_place.operators import binary, element_of, field_of, joined, word
from remediator.codebase.in_place.value import NO_DEPS, Deps, Value, plain, unread


class Env(Protocol):
    """Where names have their values."""

    def name(self, name: str) -> Value:
        """The value of a plain name."""
        ...

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        """A function that depends on where the code is deployed; None for all others."""
        ...


@dataclass(frozen=True, slots=True)
class Bound:
    """An environment with a loop's names."""

    outer: Env
    names: Mapping[str, Value]

    def name(self, name: str) -> Value:
        """The loop's, else the outer one's."""
        found = self.names.get(name)
        return found if found is not None else self.outer.name(name)

    def call(self, name: str, args: tuple[Value, ...]) -> Value | None:
        """As outside."""
        return self.outer.call(name, args)


@dataclass(frozen=True, slots=True)
class Later:
    """A value passed to a module, worked out when it is asked for: modules may use each other's outputs."""

    expr: Expr
    env: Env

    def value(self) -> Value:
        """The value."""
        return evaluate(self.expr, self.env)


def evaluate(expr: Expr, env: Env) -> Value:
    """The value of an expression."""
    match expr:
        case Lit():
            return Value(expr.value, expr, frozenset({expr.span}))
        case Name():
            return env.name(expr.name)
        case Text():
            return _text(expr, env)
        case Get():
            return field_of(evaluate(expr.of, env), expr.key)
        case At():
            return element_of(evaluate(expr.of, env), evaluate(expr.at, env))
        case Call():
            return _call(expr, env)
        case Choice():
            return _choice(expr, env)
        case Op():
            return _op(expr, env)
        case Items():
            return _items(expr, env)
        case Fields():
            return fields(expr, env)
        case Blocks():
            return _blocks(expr, env)
        case Loop():
            return _loop(expr, env)
        case Odd():
            return unread(f"{expr.what} in {expr.span.path} is not worked out here", frozenset({expr.span}))
        case _:
            return unread("it is not worked out here", frozenset({expr.span}))


def _text(expr: Text, env: Env) -> Value:
    values = [
        Value(part, None, frozenset({expr.span})) if isinstance(part, str) else evaluate(part, env)
        for part in expr.parts
    ]
    return joined(values, frozenset({expr.span}))


def _call(expr: Call, env: Env) -> Value:
    args = tuple(evaluate(arg, env) for arg in expr.args)
    deps = NO_DEPS.union(*(arg.deps for arg in args)) if args else NO_DEPS
    local = env.call(expr.name, args)
    if local is not None:
        return local.with_deps(deps)
    function = FUNCTIONS.get(expr.name)
    if function is None:
        return unread(f"{expr.name}() in {expr.span.path} is not worked out here", deps | {expr.span})
    made = function(args)
    return made.with_deps(deps) if made is not None else unread(f"{expr.name}() of what is not known", deps)


def _choice(expr: Choice, env: Env) -> Value:
    condition = evaluate(expr.condition, env)
    yes, no = evaluate(expr.yes, env), evaluate(expr.no, env)
    if isinstance(condition.data, bool):
        chosen = yes if condition.data else no
        return replace(chosen, deps=chosen.deps | condition.deps, flips=(condition, yes, no), origin=chosen.origin)
    deps = condition.deps | yes.deps | no.deps
    if yes.known and plain(yes) == plain(no):
        return Value(yes.data, None, deps)
    return unread(condition.why or "a condition that is no truth value", deps)


def _op(expr: Op, env: Env) -> Value:
    if len(expr.operands) == 1:
        one = evaluate(expr.operands[0], env)
        if expr.op == "!" and isinstance(one.data, bool):
            return Value(not one.data, None, one.deps, None, one)
        if expr.op == "-" and isinstance(one.data, (int, float)):
            return Value(-one.data, None, one.deps)
        return unread(one.why or f"{expr.op} of what is not known", one.deps)
    left, right = (evaluate(operand, env) for operand in expr.operands)
    return binary(expr.op, left, right)


def _items(expr: Items, env: Env) -> Value:
    found: list[Value] = []
    deps: Deps = frozenset({expr.span})
    for item in expr.items:
        value = evaluate(item.operands[0] if isinstance(item, Op) and item.op == "..." else item, env)
        if isinstance(item, Op) and item.op == "...":
            deps |= value.deps
            if not isinstance(value.data, tuple):
                return unread(value.why or "a list is made of what is no list", deps)
            found += value.data
        else:
            found.append(value)
    return Value(tuple(found), expr, deps)


def fields(expr: Fields, env: Env) -> Value:
    """An object, a map or a block's body."""
    found: dict[str, Value] = {}
    deps: Deps = frozenset({expr.span})
    for entry in expr.entries:
        value = entry.value
        if entry.key is not None:
            found[entry.key] = evaluate(value, env)
            continue
        if isinstance(value, Op) and value.op == "...":
            spread = evaluate(value.operands[0], env)
            deps |= spread.deps
            if not isinstance(spread.data, dict):
                return unread(spread.why or "an object is made of what is no object", deps)
            found.update(spread.data)
            continue
        key = evaluate(entry.computed, env) if entry.computed is not None else unread("a key")
        deps |= key.deps
        named = word(key.data)
        if named is None:
            return unread(key.why or "a key that is no text", deps)
        found[named] = evaluate(value, env)
    return Value(found, expr, deps)


def _blocks(expr: Blocks, env: Env) -> Value:
    found: list[Value] = []
    deps: Deps = frozenset({expr.span})
    for item in expr.items:
        value = evaluate(item, env)
        if not isinstance(item, Loop):
            found.append(value)
            continue
        deps |= value.deps
        if not isinstance(value.data, tuple):
            return unread(value.why or "a dynamic block", deps)
        found += value.data
    if len(expr.items) == 1 and isinstance(expr.items[0], Loop):
        return evaluate(expr.items[0], env).with_deps(deps)
    return Value(tuple(found), expr, deps)


def turns(loop: Loop, env: Env) -> tuple[Value, list[tuple[Any, Env]]]:
    """What is looped over, and for each turn its key and the environment with the loop's names."""
    source = evaluate(loop.source, env)
    return source, list(bound_turns(source, loop, env))


def bound_turns(source: Value, loop: Loop, env: Env) -> list[tuple[Any, Env]]:
    """One environment for each element of a list or map; none where it is not known."""
    pairs: list[tuple[Any, Value]] = []
    if isinstance(source.data, tuple):
        pairs = list(enumerate(source.data))
    elif isinstance(source.data, dict):
        pairs = sorted(source.data.items())
    made: list[tuple[Any, Env]] = []
    for key, value in pairs:
        if isinstance(loop.key, Lit) and loop.key.value == "dynamic":
            names = {loop.item: Value({"key": Value(key), "value": value})}
        else:
            names = {loop.item: value, **({loop.index: Value(key)} if loop.index else {})}
        made.append((key, Bound(env, names)))
    return made


def _loop(loop: Loop, env: Env) -> Value:
    source, rounds = turns(loop, env)
    if not isinstance(source.data, (tuple, dict)):
        return unread(source.why or "a loop over what is no list", source.deps)
    deps = source.deps
    listed: list[Value] = []
    mapped: dict[str, Value] = {}
    for _, inner in rounds:
        if loop.condition is not None:
            wanted = evaluate(loop.condition, inner)
            deps |= wanted.deps
            if not isinstance(wanted.data, bool):
                return unread(wanted.why or "a loop's condition", deps)
            if not wanted.data:
                continue
        value = evaluate(loop.body, inner)
        if loop.key is None or isinstance(loop.key, Lit):
            listed.append(value)
            continue
        key = evaluate(loop.key, inner)
        named = word(key.data)
        if named is None:
            return unread(key.why or "a loop's key", deps)
        mapped[named] = value
    as_list = loop.key is None or isinstance(loop.key, Lit)
    return Value(tuple(listed) if as_list else mapped, loop, deps, None, None, source)

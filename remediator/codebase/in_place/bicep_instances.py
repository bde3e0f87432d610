"""Which resources does a Bicep file declare when it is deployed with some parameters, and the modules below it?

Called by `worlds`. Modules in the tree are followed with the values that are passed to them; others are kept as one
instance with what is passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from remediator.codebase.in_place.bicep_file import BicepFile, Block
from remediator.codebase.in_place.bicep_scope import DEEPEST, ELSEWHERE, Resource, Scope, inner_scope, rounds
from remediator.codebase.in_place.declared import Decl, Instance
from remediator.codebase.in_place.evaluate import Env, evaluate
from remediator.codebase.in_place.expr import Expr
from remediator.codebase.in_place.operators import field_of
from remediator.codebase.in_place.value import Value, unread
from remediator.codebase.in_place.verified import bicep_type


def instances(scope: Scope) -> Iterator[Instance]:
    """Everything that is declared here and in the modules below."""
    if len(scope.chain) > DEEPEST:
        return
    for block in scope.file.resources.values():
        for turn, env, loop in rounds(scope, block):
            yield _instance(scope, block, turn, env, loop)
    for block in scope.file.modules.values():
        for turn, env, loop in rounds(scope, block):
            yield from _module(scope, block, turn, env, loop)


def _module(scope: Scope, block: Block, turn: Any, env: Env, loop: Value | None) -> Iterator[Instance]:
    inner = inner_scope(scope, block, turn, env)
    guards = guard_of(block, env)
    if inner is None:
        yield _call(scope, block, turn, env, loop)
        return
    for found in instances(inner):
        found.exists = _and(exists_of(guards), found.exists)
        found.guards = _joined(guards, found.guards)
        if found.loop is None:
            found.loop = loop
        yield found


def guard_of(block: Block, env: Env) -> Value | None:
    """The condition of a declaration, None where it has none."""
    return evaluate(block.condition, env) if block.condition is not None else None


def exists_of(guard: Value | None) -> bool | None:
    """Whether it is deployed; None where that is not known."""
    if guard is None:
        return True
    return guard.data if isinstance(guard.data, bool) else None


def _and(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _joined(one: Value | None, other: Value | None) -> Value | None:
    if one is None or other is None:
        return one if other is None else other
    off = next((value for value in (one, other) if value.data is False), None)
    both = [value for value in (one, other) if value.data is False]
    if off is not None and len(both) == 1:
        return off.with_deps(one.deps | other.deps)
    return Value(all(value.data is True for value in (one, other)), None, one.deps | other.deps)


def _decl(block: Block, file: BicepFile) -> Decl:
    return Decl(
        file.source.path,
        block.symbol,
        block.what,
        block.span,
        block.body,
        block.loop is not None,
        block.parent,
        block.condition,
        block.what_span,
    )


def _instance(scope: Scope, block: Block, turn: Any, env: Env, loop: Value | None) -> Instance:
    resource = Resource(scope, block, turn)
    names, why, deps = resource.names()
    guards = guard_of(block, env)
    outer = scope.file.resources.get(block.parent) if block.parent else None
    if outer is not None:
        guards = _joined(guard_of(outer, scope), guards)
    return Instance(
        world=scope.world,
        type=resource.type,
        decl=_decl(block, scope.file),
        env=env,
        names=names,
        why=why,
        place=resource.place(),
        exists=exists_of(guards),
        existing=block.existing,
        guards=guards,
        chain=scope.chain,
        turn=turn,
        reading=_reading(block.body, env),
        name_deps=deps,
        loop=loop,
        parent=resource.parent_id() if names is None else None,
    )


def _call(scope: Scope, block: Block, turn: Any, env: Env, loop: Value | None) -> Instance:
    guards = guard_of(block, env)
    made = bicep_type(block.what)
    params = block.body.entry("params") if block.body is not None else None
    name = field_of(evaluate(params.value, env), "name") if made and params is not None else unread(ELSEWHERE)
    return Instance(
        world=scope.world,
        type=made or "",
        decl=_decl(block, scope.file),
        env=env,
        names=(name.text() or "",) if name.text() is not None else None,
        why=name.why or "its name is no text",
        place=scope.place_of(block.body, env),
        exists=exists_of(guards),
        existing=False,
        guards=guards,
        chain=scope.chain,
        turn=turn,
        reading=_reading(block.body, env),
        name_deps=name.deps,
        loop=loop,
    )


def _reading(body: Expr | None, env: Env) -> Any:
    return lambda: evaluate(body, env) if body is not None else unread("its body is not read")

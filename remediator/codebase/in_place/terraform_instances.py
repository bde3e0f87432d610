"""Which resources does a Terraform folder declare when it is applied with some variables, and the modules below it?

Called by `worlds`. Modules in the tree are followed with the values that are passed to them; others are kept as one
instance with what is passed. The subscription is the provider's, which the code does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from remediator.codebase.in_place.declared import Decl, Instance, Place
from remediator.codebase.in_place.evaluate import evaluate
from remediator.codebase.in_place.expr import Fields
from remediator.codebase.in_place.read_hcl import HclBlock
from remediator.codebase.in_place.terraform_folder import Turn, group_of, type_of
from remediator.codebase.in_place.terraform_scope import DEEPEST, Resource, Scope, inner_scope, rounds
from remediator.codebase.in_place.value import unread
from remediator.codebase.in_place.verified import ZONE, terraform_type


def instances(scope: Scope) -> Iterator[Instance]:
    """Everything that is declared here and in the modules below."""
    if len(scope.chain) > DEEPEST:
        return
    for existing, blocks in ((False, scope.folder.resources), (True, scope.folder.data)):
        for block in blocks.values():
            for turn in rounds(scope, block):
                yield _instance(scope, block, turn, existing=existing)
    for block in scope.folder.modules.values():
        for turn in rounds(scope, block):
            yield from _module(scope, block, turn)


def _module(scope: Scope, block: HclBlock, turn: Turn) -> Iterator[Instance]:
    inner = inner_scope(scope, block, turn)
    if inner is None:
        yield _call(scope, block, turn)
        return
    for found in instances(inner):
        if turn.exists is not True:
            found.exists = False if turn.exists is False or found.exists is False else None
            found.guards = turn.guards if found.guards is None or found.exists is not False else found.guards
        elif turn.guards is not None:
            found.guards = turn.guards if found.guards is None else found.guards.with_deps(turn.guards.deps)
        if found.loop is None:
            found.loop = turn.loop
        yield found


def _decl(block: HclBlock, kind: str, *, existing: bool = False) -> Decl:
    count, each = block.body.entry("count"), block.body.entry("for_each")
    symbol = f"data.{block.labels[-1]}" if existing else block.labels[-1]
    several = count is not None or each is not None
    condition = count.value if count is not None else None
    return Decl(block.span.path, symbol, kind, block.span, block.body, several, None, condition)


def _instance(scope: Scope, block: HclBlock, turn: Turn, *, existing: bool) -> Instance:
    kind, known = block.labels[0], type_of(block)
    resource = Resource(scope, block, turn.key)
    names, why, deps = resource.names()
    body: Fields = block.body
    return Instance(
        world=scope.world,
        type=known[0] if known is not None else kind,
        decl=_decl(block, kind, existing=existing),
        env=turn.env,
        names=names,
        why=why,
        place=Place(group_of(block, turn.env)),
        exists=turn.exists,
        existing=existing,
        guards=turn.guards,
        chain=scope.chain,
        turn=turn.key,
        reading=lambda: evaluate(body, turn.env),
        name_deps=deps,
        loop=turn.loop,
        parent=resource.parent_id() if names is None else None,
    )


def _call(scope: Scope, block: HclBlock, turn: Turn) -> Instance:
    source = block.body.entry("source")
    text = (evaluate(source.value, scope).text() or "") if source is not None else ""
    body: Fields = block.body
    made = terraform_type(text) or ""
    named = body.entry("domain_name" if made == ZONE else "name")
    name = evaluate(named.value, turn.env) if named is not None and made else unread("a module that is not here")
    return Instance(
        world=scope.world,
        type=made,
        decl=_decl(block, f"module {text}"),
        env=turn.env,
        names=(name.text() or "",) if name.text() is not None else None,
        why=name.why or "its name is no text",
        place=Place(group_of(block, turn.env)),
        exists=turn.exists,
        existing=False,
        guards=turn.guards,
        chain=scope.chain,
        turn=turn.key,
        reading=lambda: evaluate(body, turn.env),
        name_deps=name.deps,
        loop=turn.loop,
    )

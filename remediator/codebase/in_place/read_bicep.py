"""What does a Bicep file declare? Parameters, variables, resources, modules and outputs, with their places.

Called by `bicep_world`. A file with a syntax error anywhere is not read at all: `parsed` is False and it is not edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from remediator.codebase.in_place.bicep_file import BicepFile, Block
from remediator.codebase.in_place.bicep_mask import SPREAD_FIELD, SPREAD_ITEM, masked, masked_more
from remediator.codebase.in_place.expr import (
    At,
    Call,
    Choice,
    Entry,
    Expr,
    Fields,
    Get,
    Items,
    Lit,
    Loop,
    Name,
    Odd,
    Op,
    Span,
    Text,
)
from remediator.codebase.in_place.source import Source

_ESCAPES = {"\\'": "'", "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\$": "$"}
SPREAD = "..."


@cache
def _parser() -> Any:
    import tree_sitter_bicep
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_bicep.language()))


def read(source: Source) -> BicepFile:
    """The file."""
    parameters = source.path.lower().endswith(".bicepparam")
    raw = masked(source.raw, parameters=parameters)
    root = _parser().parse(raw).root_node
    if root.has_error:
        root = _parser().parse(masked_more(raw)).root_node
    file = BicepFile(source, not root.has_error)
    if file.parsed:
        _Reader(source, file).all(root)
    return file


class _Reader:
    def __init__(self, source: Source, file: BicepFile) -> None:
        self.source, self.file = source, file

    def all(self, root: Any) -> None:
        decorated: int | None = None
        allowed: Expr | None = None
        names: set[str] = set()
        for node in root.named_children:
            if node.type == "decorators":
                decorated, allowed = node.start_byte, self.allowed(node)
                continue
            if node.type in ("comment", "diagnostic_comment"):
                continue
            self.statement(node, node.start_byte if decorated is None else decorated)
            if node.type == "parameter_declaration" and allowed is not None:
                self.file.allowed[next(reversed(self.file.params))] = allowed
            decorated, allowed = None, None
        file = self.file
        names.update(file.params, file.variables, file.resources, file.modules, file.outputs)
        file.named = frozenset(names)

    def allowed(self, node: Any) -> Expr | None:
        """The argument of `@allowed([…])`."""
        for decorator in node.named_children:
            call = self.expr(decorator.named_children[0]) if decorator.named_children else None
            if isinstance(call, Call) and call.name == "allowed" and len(call.args) == 1:
                return call.args[0]
        return None

    def statement(self, node: Any, start: int) -> None:
        names = [child for child in node.named_children if child.type == "identifier"]
        match node.type:
            case "target_scope_assignment":
                self.file.scope = self.content(node.named_children[0])
            case "using_statement":
                self.file.using = self.content(node.named_children[0])
            case "parameter_declaration":
                self.file.params[_text(names[0])] = self.assigned(node)
            case "variable_declaration":
                value = self.assigned(node)
                if value is not None:
                    self.file.variables[_text(names[0])] = value
            case "output_declaration":
                value = self.assigned(node)
                if value is not None:
                    self.file.outputs[_text(names[0])] = value
            case "resource_declaration" | "module_declaration":
                self.block(node, start, None)

    def assigned(self, node: Any) -> Expr | None:
        """What stands after the `=`."""
        children = node.children
        for index, child in enumerate(children):
            if child.type == "=":
                after = [one for one in children[index + 1 :] if one.is_named and "comment" not in one.type]
                return self.expr(after[-1]) if after else None
        return None

    def block(self, node: Any, start: int, parent: str | None) -> None:
        names = [child for child in node.named_children if child.type == "identifier"]
        texts = [child for child in node.named_children if child.type == "string"]
        if not names or not texts:
            return
        symbol = _text(names[0])
        body, condition, loop = self.body(node.named_children[-1])
        existing = any(child.type == "existing" for child in node.children)
        span = Span(self.source.path, start, node.end_byte)
        kind = self.span(texts[0])
        made = Block(symbol, self.content(texts[0]), span, body, existing, condition, loop, parent, kind)
        where = self.file.modules if node.type == "module_declaration" else self.file.resources
        where[symbol] = made
        for nested in _nested(node):
            self.block(nested, nested.start_byte, symbol)

    def body(self, node: Any) -> tuple[Fields | None, Expr | None, Loop | None]:
        condition: Expr | None = None
        if node.type == "for_statement":
            loop = self.expr(node)
            if not isinstance(loop, Loop):
                return None, None, None
            return (loop.body if isinstance(loop.body, Fields) else None), loop.condition, loop
        if node.type == "if_statement":
            condition = self.expr(node.named_children[0])
            node = node.named_children[-1]
        found = self.expr(node)
        return (found if isinstance(found, Fields) else None), condition, None

    def span(self, node: Any) -> Span:
        return Span(self.source.path, node.start_byte, node.end_byte)

    def content(self, node: Any) -> str:
        found = self.expr(node)
        return str(found.value) if isinstance(found, Lit) else self.source.at(self.span(node)).strip("'")

    def expr(self, node: Any) -> Expr:
        span, kids = self.span(node), _named(node)
        match node.type:
            case "string":
                return self.string(node)
            case "number":
                return Lit(span, int(self.source.at(span)))
            case "boolean":
                return Lit(span, self.source.at(span) == "true")
            case "null":
                return Lit(span, None)
            case "identifier" | "property_identifier":
                return Name(span, self.source.at(span))
            case "parenthesized_expression" if len(kids) == 1:
                return self.expr(kids[0])
            case "member_expression" if len(kids) == 2:
                return Get(span, self.expr(kids[0]), self.source.at(self.span(kids[1])))
            case "subscript_expression" if len(kids) == 2:
                return At(span, self.expr(kids[0]), self.expr(kids[1]))
            case "call_expression":
                return self.call(node, span, kids)
            case "ternary_expression" if len(kids) == 3:
                return Choice(span, self.expr(kids[0]), self.expr(kids[1]), self.expr(kids[2]))
            case "binary_expression" if len(kids) == 2:
                return Op(span, _operator(node), (self.expr(kids[0]), self.expr(kids[1])))
            case "unary_expression" if len(kids) == 1:
                return Op(span, _operator(node), (self.expr(kids[0]),))
            case "array":
                return Items(span, tuple(self.item(kid) for kid in kids))
            case "object":
                return Fields(span, tuple(self.entry(kid) for kid in kids if _is_entry(kid)))
            case "for_statement":
                return self.loop(node, span, kids)
            case _:
                return Odd(span, _words(node.type))

    def item(self, node: Any) -> Expr:
        if self.source.raw[node.start_byte : node.start_byte + 3] == b"...":
            inner = node
            for _ in SPREAD_ITEM.strip():
                inner = _named(inner)[0] if _named(inner) else inner
            return Op(self.span(node), SPREAD, (self.expr(inner),))
        return self.expr(node)

    def entry(self, node: Any) -> Entry:
        key, value = _named(node)[0], _named(node)[-1]
        span = self.span(node)
        if self.source.raw[node.start_byte : node.start_byte + len(SPREAD_FIELD)] == b"...":
            return Entry(span, None, Op(span, SPREAD, (self.expr(value),)))
        named = self.expr(key)
        if isinstance(named, Name):
            return Entry(span, named.name, self.expr(value))
        if isinstance(named, Lit):
            return Entry(span, str(named.value), self.expr(value))
        return Entry(span, None, self.expr(value), named)

    def call(self, node: Any, span: Span, kids: list[Any]) -> Expr:
        if len(kids) != 2 or kids[1].type != "arguments":
            return Odd(span, "a call")
        name = self.source.at(self.span(kids[0]))
        return Call(span, name.rpartition(".")[2], tuple(self.expr(kid) for kid in _named(kids[1])))

    def loop(self, node: Any, span: Span, kids: list[Any]) -> Expr:
        if len(kids) < 3:
            return Odd(span, "a loop")
        intro, source, body = kids[0], kids[1], kids[-1]
        parts = _named(intro) if intro.type == "for_loop_parameters" else [intro]
        names = [self.source.at(self.span(part)) for part in parts]
        condition: Expr | None = None
        if body.type == "if_statement":
            condition, body = self.expr(_named(body)[0]), _named(body)[-1]
        index = names[1] if len(names) > 1 else None
        return Loop(span, self.expr(source), names[0], index, self.expr(body), None, condition)

    def string(self, node: Any) -> Expr:
        span = self.span(node)
        raw = self.source.at(span)
        if raw.startswith("'''"):
            inside = raw[3:-3]
            return Lit(span, re.sub(r"^\r?\n", "", inside))
        parts: list[str | Expr] = []
        at = node.start_byte + 1
        for child in node.named_children:
            if child.start_byte > at:  # a `$` that escapes nothing is in no node
                parts.append(self.source.at(Span(span.path, at, child.start_byte)))
            match child.type:
                case "interpolation":
                    inner = _named(child)
                    parts.append(self.expr(inner[0]) if len(inner) == 1 else Odd(self.span(child), "an interpolation"))
                case "escape_sequence":
                    parts.append(_unescaped(self.source.at(self.span(child))))
                case _:
                    parts.append(self.source.at(self.span(child)))
            at = child.end_byte
        return text_of(span, parts)


def text_of(span: Span, parts: list[str | Expr]) -> Expr:
    """A text of these parts: a literal where none is an expression."""
    if all(isinstance(part, str) for part in parts):
        return Lit(span, "".join(str(part) for part in parts))
    return Text(span, tuple(parts))


def _unescaped(text: str) -> str:
    if text.startswith("\\u{"):
        return chr(int(text[3:-1], 16))
    return _ESCAPES.get(text, text)


def _text(node: Any) -> str:
    return str(node.text.decode())


def _named(node: Any) -> list[Any]:
    return [child for child in node.named_children if child.type not in ("comment", "diagnostic_comment")]


def _is_entry(node: Any) -> bool:
    kids = _named(node)
    return node.type == "object_property" and len(kids) >= 2


def _nested(node: Any) -> Iterator[Any]:
    """Resources that are declared inside this one's object, not deeper."""
    for child in node.named_children:
        if child.type == "resource_declaration":
            yield child
        elif child.type in ("object", "object_property", "if_statement", "for_statement"):
            yield from _nested(child)


def _operator(node: Any) -> str:
    return next((str(child.type) for child in node.children if not child.is_named), "")


def _words(kind: str) -> str:
    return kind.replace("_", " ")

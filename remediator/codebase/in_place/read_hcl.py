"""What does a Terraform file hold? Its blocks and attributes, with their places.

Called by `terraform_world` for `.tf` and `.tfvars`. A file with a syntax error anywhere is not read at all: `parsed` is
False and it is not edited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from remediator.codebase.in_place.expr import (
    At,
    Blocks,
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
)
from remediator.codebase.in_place.read_bicep import text_of
from remediator.codebase.in_place.source import Source

_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", '\\"': '"', "\\\\": "\\", "$${": "${", "%%{": "%{"}
_ESCAPED = re.compile(r'\\[nrt"\\]|\$\$\{|%%\{|\\u[0-9a-fA-F]{4}')
_NOISE = ("comment",)


@dataclass(frozen=True, slots=True)
class HclBlock:
    """A block at the top of a file: `resource "type" "name" { … }`. `labels` are the texts, `body` what it holds."""

    kind: str
    labels: tuple[str, ...]
    span: Span
    body: Fields


@dataclass(slots=True)
class HclFile:
    """One file: `top` are its attributes (a `.tfvars` file has only those)."""

    source: Source
    parsed: bool
    blocks: tuple[HclBlock, ...] = ()
    top: Fields | None = None


@cache
def _parser() -> Any:
    import tree_sitter_hcl
    from tree_sitter import Language, Parser

    return Parser(Language(tree_sitter_hcl.language()))


def read(source: Source) -> HclFile:
    """The file."""
    root = _parser().parse(source.raw).root_node
    file = HclFile(source, not root.has_error)
    if file.parsed:
        reader = _Reader(source)
        body = next((child for child in root.named_children if child.type == "body"), None)
        if body is not None:
            file.blocks = tuple(reader.top(child) for child in body.named_children if child.type == "block")
            entries = tuple(reader.attribute(child) for child in body.named_children if child.type == "attribute")
            file.top = Fields(reader.span(body), entries, block=True)
    return file


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source

    def span(self, node: Any) -> Span:
        return Span(self.source.path, node.start_byte, node.end_byte)

    def words(self, node: Any) -> str:
        return self.source.at(self.span(node))

    def top(self, node: Any) -> HclBlock:
        kind, labels = self.head(node)
        return HclBlock(kind, labels, self.span(node), self.body(node))

    def head(self, node: Any) -> tuple[str, tuple[str, ...]]:
        kids = node.named_children
        labels = [child for child in kids[1:] if child.type in ("string_lit", "identifier")]
        return self.words(kids[0]), tuple(self.words(label).strip('"') for label in labels)

    def body(self, node: Any) -> Fields:
        """What stands between the braces; nested blocks of one name become one list, dynamic ones a loop in it."""
        braces = [child for child in node.children if child.type in ("block_start", "block_end")]
        span = Span(self.source.path, braces[0].start_byte, braces[-1].end_byte)
        body = next((child for child in node.named_children if child.type == "body"), None)
        entries: list[Entry] = []
        nested: dict[str, list[tuple[Span, Expr]]] = {}
        for child in body.named_children if body is not None else ():
            if child.type == "attribute":
                entries.append(self.attribute(child))
            elif child.type == "block":
                name, expr = self.nested(child)
                nested.setdefault(name, []).append((self.span(child), expr))
        for name, found in nested.items():
            whole = Span(span.path, found[0][0].start, found[-1][0].end)
            entries.append(Entry(whole, name, Blocks(whole, tuple(expr for _, expr in found))))
        return Fields(span, tuple(entries), block=True)

    def nested(self, node: Any) -> tuple[str, Expr]:
        kind, labels = self.head(node)
        body = self.body(node)
        if kind != "dynamic" or not labels:
            return kind, body
        source, content = body.entry("for_each"), body.entry("content")
        iterator = body.entry("iterator")
        name = iterator.value.name if iterator and isinstance(iterator.value, Name) else labels[0]
        inner = content.value.items[0] if content and isinstance(content.value, Blocks) else None
        if source is None or inner is None:
            return labels[0], Odd(self.span(node), "a dynamic block")
        return labels[0], Loop(self.span(node), source.value, name, None, inner, Lit(source.span, "dynamic"))

    def attribute(self, node: Any) -> Entry:
        kids = _named(node)
        return Entry(self.span(node), self.words(kids[0]), self.expr(kids[-1]))

    def expr(self, node: Any) -> Expr:
        span, kids = self.span(node), _named(node)
        match node.type:
            case "expression" | "operation":
                return self.chain(span, kids)
            case "literal_value" | "collection_value" | "template_expr" | "for_expr" if len(kids) == 1:
                return self.expr(kids[0])
            case "string_lit" | "quoted_template":
                return self.template(node, span)
            case "numeric_lit":
                return Lit(span, _number(self.words(node)))
            case "bool_lit":
                return Lit(span, self.words(node) == "true")
            case "null_lit":
                return Lit(span, None)
            case "variable_expr" | "identifier":
                return Name(span, self.words(node))
            case "conditional" if len(kids) == 3:
                return Choice(span, self.expr(kids[0]), self.expr(kids[1]), self.expr(kids[2]))
            case "tuple":
                return Items(span, tuple(self.expr(kid) for kid in kids if kid.type == "expression"))
            case "object":
                return Fields(span, tuple(self.element(kid) for kid in kids if kid.type == "object_elem"))
            case "function_call":
                return self.call(span, kids)
            case "binary_operation" | "unary_operation":
                return self.operation(node, span)
            case "for_tuple_expr" | "for_object_expr":
                return self.loop(node, span, kids)
            case _:
                return Odd(span, node.type.replace("_", " "))

    def chain(self, span: Span, kids: list[Any]) -> Expr:
        """A first part and the accesses that follow it; parentheses are tokens and change nothing."""
        if not kids:
            return Odd(span, "nothing")
        found = self.expr(kids[0])
        for kid in kids[1:]:
            reach = Span(span.path, kids[0].start_byte, kid.end_byte)
            inner = _named(kid)
            if kid.type == "get_attr" and inner:
                found = Get(reach, found, self.words(inner[0]))
            elif kid.type == "index" and inner:
                key = inner[0]
                if key.type == "new_index":
                    found = At(reach, found, self.expr(_named(key)[0]))
                else:
                    found = At(reach, found, Lit(self.span(key), _number(self.words(key).lstrip("."))))
            else:
                found = Odd(reach, kid.type.replace("_", " "))
        return found

    def operation(self, node: Any, span: Span) -> Expr:
        """Operands may be a first part and its accesses side by side; the operator token parts them."""
        op, groups = "", list[list[Any]]([[]])
        for child in node.children:
            if child.is_named:
                if child.type not in _NOISE:
                    groups[-1].append(child)
            elif child.type not in ("(", ")"):
                op = child.type
                if groups[-1]:
                    groups.append([])
        operands = [
            self.chain(Span(span.path, group[0].start_byte, group[-1].end_byte), group) for group in groups if group
        ]
        return Op(span, op, tuple(operands))

    def element(self, node: Any) -> Entry:
        kids = _named(node)
        key, span = self.expr(kids[0]), self.span(node)
        value = self.expr(kids[-1])
        raw = self.words(kids[0])
        if isinstance(key, Name) and not raw.startswith("("):
            return Entry(span, key.name, value)
        if isinstance(key, Lit):
            return Entry(span, str(key.value), value)
        return Entry(span, None, value, key)

    def call(self, span: Span, kids: list[Any]) -> Expr:
        args = next((kid for kid in kids if kid.type == "function_arguments"), None)
        found = _named(args) if args is not None else []
        if any(kid.type == "ellipsis" for kid in found):
            return Odd(span, "a call with a list of arguments")
        return Call(span, self.words(kids[0]), tuple(self.expr(kid) for kid in found))

    def loop(self, node: Any, span: Span, kids: list[Any]) -> Expr:
        intro = next(kid for kid in kids if kid.type == "for_intro")
        names = [self.words(kid) for kid in _named(intro) if kid.type == "identifier"]
        source = next((kid for kid in _named(intro) if kid.type == "expression"), None)
        bodies = [kid for kid in kids if kid.type == "expression"]
        guard = next((kid for kid in kids if kid.type == "for_cond"), None)
        if source is None or not bodies or not names or any(kid.type == "ellipsis" for kid in kids):
            return Odd(span, "a loop")
        condition = self.expr(_named(guard)[0]) if guard is not None else None
        item, index = (names[1], names[0]) if len(names) > 1 else (names[0], None)
        key = self.expr(bodies[0]) if len(bodies) > 1 else None
        return Loop(span, self.expr(source), item, index, self.expr(bodies[-1]), key, condition)

    def template(self, node: Any, span: Span) -> Expr:
        parts: list[str | Expr] = []
        at = span.start + 1
        inside = [kid for kid in node.named_children if kid.type.startswith("template")]
        for child in inside:
            if child.start_byte > at:
                parts.append(_unescaped(self.source.at(Span(span.path, at, child.start_byte))))
            match child.type:
                case "template_interpolation":
                    inner = [kid for kid in _named(child) if kid.type == "expression"]
                    parts.append(self.expr(inner[0]) if len(inner) == 1 else Odd(self.span(child), "a template"))
                case "template_literal":
                    parts.append(_unescaped(self.words(child)))
                case _:
                    parts.append(Odd(self.span(child), "a template directive"))
            at = child.end_byte
        if span.end - 1 > at:
            parts.append(_unescaped(self.source.at(Span(span.path, at, span.end - 1))))
        return text_of(span, parts)


def _named(node: Any) -> list[Any]:
    return [child for child in node.named_children if child.type not in _NOISE]


def _number(text: str) -> int | float:
    return int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        token = found.group()
        return chr(int(token[2:], 16)) if token.startswith("\\u") else _ESCAPES[token]

    return _ESCAPED.sub(one, text)

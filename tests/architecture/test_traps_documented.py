"""docs/traps.md has all fifty traps, and what it names is there."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.house import DOCS, ROOT, anchors, parsed, relative, text_of

PAGE = DOCS / "traps.md"
ENTRY = re.compile(r"^### (\d+)\. (.+)\n([\s\S]*?)(?=^##|\Z)", re.MULTILINE)
TEST = re.compile(r"^- Test: `([\w/]+\.py)::(\w+)`$", re.MULTILINE)
LATER = re.compile(r"^- Later part: \S.+[.]$", re.MULTILINE)
LINK = re.compile(r"^- Page: \[([\w.-]+)\]\(([\w.-]+)#([\w-]+)\)$", re.MULTILINE)
TRAPS = {int(number): (title, body) for number, title, body in ENTRY.findall(text_of(PAGE))}


def _tests_of(file: str) -> set[str]:
    path = ROOT / file
    if not path.is_file():
        return set()
    return {node.name for node in parsed(path).body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_trap_is_there_once() -> None:
    """The page has the numbers 1 to 50 in their order, each with a title of its own."""
    numbers = [int(number) for number, _, _ in ENTRY.findall(text_of(PAGE))]
    assert numbers == list(range(1, 51))
    assert len({title for title, _ in TRAPS.values()}) == 50


@pytest.mark.parametrize("number", sorted(TRAPS))
def test_a_trap_is_answered(number: int) -> None:
    """An entry has words, and a test that holds it; nothing stands in its list but tests, pages and later parts."""
    _, body = TRAPS[number]
    words, _, listed = body.strip().partition("\n- ")
    assert len(words) > 40
    assert TEST.search(body)
    lines = [line for line in ("- " + listed).splitlines() if line.strip()]
    assert [line for line in lines if not (TEST.match(line) or LINK.match(line) or LATER.match(line))] == []


@pytest.mark.parametrize(("file", "function"), sorted(set(TEST.findall(text_of(PAGE)))))
def test_a_named_test_is_there(file: str, function: str) -> None:
    """Every test that the page names is a function of that file."""
    assert function in _tests_of(file), f"{file} has no {function}"


@pytest.mark.parametrize(("shown", "file", "anchor"), sorted(set(LINK.findall(text_of(PAGE)))))
def test_a_named_page_is_there(shown: str, file: str, anchor: str) -> None:
    """Every page that the page names has that heading."""
    assert shown == file
    assert anchor in anchors(DOCS / file)


def test_no_test_of_a_trap_is_left_out() -> None:
    """The page names every test that was written for a trap."""
    files = (path for path in (ROOT / "tests").rglob("test_traps_*.py") if path.name != "test_traps_documented.py")
    written = {
        (file, name)
        for path in files
        for file in [relative(path)]
        for name in _tests_of(file)
        if name.startswith("test_")
    }
    assert written - set(TEST.findall(text_of(PAGE))) == set()

"""Every template can be read, and what checkov says about it is mended or explained."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_bicep
from pycep import BicepParser
from tree_sitter import Language, Node, Parser

from tests.infra.bicep_syntax import read
from tests.infra.deployment import INFRA

FILES = sorted(INFRA.rglob("*.bicep"))
CHECKOV = INFRA.parent / ".venv-checkov" / "bin" / "checkov"
LOOP = re.compile(r"\[for \(?(\w+)(?:, (\w+)\))? in ")
SKIP = re.compile(r"checkov:skip=(\w+)(?::(.*))?")


@cache
def checked() -> dict[str, Any]:
    """What checkov says, offline."""
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: make test sets it up")
    command = [str(CHECKOV), "--framework", "bicep", "--directory", str(INFRA)]
    command += ["--skip-download", "--output", "json", "--compact"]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=INFRA.parent)
    found: dict[str, Any] = json.loads(said.stdout)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_every_file_is_read(file: Path) -> None:
    """A file is Bicep for pycep, for tree-sitter's grammar and for our reader, and begins with what it is for."""
    text = file.read_text("utf-8")
    tree = BicepParser().parse(text=text)
    ours = read(file)
    assert set(tree.get("resources", {})) == set(ours.of("resource"))
    assert set(tree.get("modules", {})) == set(ours.of("module"))
    assert set(tree.get("parameters", {})) == set(ours.of("param"))
    assert list(_mistakes(Parser(Language(tree_sitter_bicep.language())).parse(text.encode()).root_node)) == []
    assert text.startswith("// ")


def _mistakes(node: Node) -> Iterator[str]:
    if node.type == "ERROR" or node.is_missing:
        yield f"line {node.start_point.row + 1}"
    for child in node.children:
        yield from _mistakes(child)


def test_no_module_comes_from_elsewhere() -> None:
    """Every module is a file of ours, and every file but the first is somebody's module."""
    named = {(file.parent / one.type).resolve() for file in FILES for one in read(file).of("module").values()}
    assert {*named, (INFRA / "main.bicep").resolve()} == {file.resolve() for file in FILES}


def test_modules_stay_small() -> None:
    """A module has no more than 200 lines, so that it can be read at one sight."""
    assert [
        file.name for file in FILES if len(file.read_text("utf-8").splitlines()) > 200 and file.name != "main.bicep"
    ] == []


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_nothing_is_declared_twice_or_in_vain(file: Path) -> None:
    """Each name is declared once, no loop hides one, and each parameter and variable is used."""
    declared = [one.name for one in read(file).declared if one.what != "output"]
    code = re.sub(r"@description\((?:'(?:\\'|[^'\n])*')\)|(?<!:)//[^\n]*", "", file.read_text("utf-8"))
    assert len(set(declared)) == len(declared)
    assert {item for pair in LOOP.findall(code) for item in pair if item} & set(declared) == set()
    kept = [one.name for one in read(file).declared if one.what in ("param", "var")]
    assert [name for name in kept if len(re.findall(rf"\b{name}\b", code)) < 2] == []


def test_everything_declared_is_explained() -> None:
    """Parameters and outputs have a description."""
    bare = [
        f"{file.name}: {one.name}"
        for file in FILES
        for one in read(file).declared
        if one.what in ("param", "output") and "description" not in one.decorators
    ]
    assert bare == []


def test_secrets_are_secure() -> None:
    """A parameter that takes a secret is marked as one, so that no log of a deployment shows it."""
    found = [one for file in FILES for one in read(file).of("param").values() if one.name == "secrets"]
    assert len(found) == 2
    assert [one.name for one in found if "secure" not in one.decorators] == []


def test_checkov_reads_everything() -> None:
    """No file is left out because checkov cannot parse it, which it only counts."""
    summary = checked()["summary"]
    assert summary["parsing_errors"] == 0
    assert summary["passed"] > 50


def test_checkov_finds_nothing_that_is_not_explained() -> None:
    """No check fails; what is skipped has its reason in the file."""
    failed = [f"{one['check_id']} {one['resource']}" for one in checked()["results"]["failed_checks"]]
    assert failed == []
    skipped = [(match[1], match[2]) for file in FILES for match in SKIP.finditer(file.read_text("utf-8"))]
    assert [check for check, reason in skipped if not reason or len(reason) < 20] == []


def test_no_skip_is_left_over() -> None:
    """Every skip in a file is one that checkov met: none hides a check that passes, or that has gone."""
    met = {(Path(one["file_path"]).name, one["check_id"]) for one in checked()["results"]["skipped_checks"]}
    written = {(file.name, match[1]) for file in FILES for match in SKIP.finditer(file.read_text("utf-8"))}
    assert written - met == set()

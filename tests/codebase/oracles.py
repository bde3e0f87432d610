"""Programs that know the languages better than we do: HashiCorp's formatter, tree-sitter's grammars, checkov."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_bicep
import tree_sitter_hcl
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
# Where Debian's golang-github-hashicorp-hcl-v2-dev puts HashiCorp's source.
DEBIAN_GO = Path("/usr/share/gocode")
HCLWRITE = DEBIAN_GO / "src/github.com/hashicorp/hcl/v2/hclwrite"


def formatter(folder: Path) -> Path:
    """HashiCorp's formatter, built into a folder; skips where Go or its source is missing."""
    go = shutil.which("go")
    if go is None or not HCLWRITE.is_dir():
        pytest.skip("needs golang-go and golang-github-hashicorp-hcl-v2-dev (Debian), for HashiCorp's own formatter")
    program = folder / "hclfmt"
    surroundings = {"GO111MODULE": "off", "GOPATH": str(DEBIAN_GO), "HOME": str(Path.home()), "PATH": "/usr/bin:/bin"}
    command = [go, "build", "-o", str(program), str(Path(__file__).with_name("hclfmt.go"))]
    subprocess.run(command, env=surroundings, check=True, timeout=300)
    return program


def formatted_otherwise(program: Path, files: Sequence[Path]) -> list[str]:
    """Which of the files the formatter would change."""
    done = subprocess.run([str(program), *map(str, files)], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()


def flaws(text: str, ending: str) -> list[str]:
    """What a grammar cannot make sense of."""
    root = _parser(ending).parse(text.encode()).root_node
    return [f"{node.start_point}: {node.text!r}" for node in _nodes(root) if node.is_error or node.is_missing]


def checkov(folder: Path) -> dict[str, Any]:
    """Its report for each language; skips where it is not installed."""
    if not CHECKOV.exists():
        pytest.skip("needs checkov in .venv-checkov (make test installs it)")
    command = [str(CHECKOV), "-d", str(folder), "-o", "json", "--compact", "--skip-download", "--quiet"]
    done = subprocess.run(
        [*command, "--framework", "bicep", "--framework", "terraform"], capture_output=True, text=True, timeout=300
    )
    report = json.loads(done.stdout)
    return {one["check_type"]: one for one in (report if isinstance(report, list) else [report])}


@cache
def _parser(ending: str) -> Parser:
    return Parser(Grammar(tree_sitter_bicep.language() if ending == ".bicep" else tree_sitter_hcl.language()))


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _nodes(child)

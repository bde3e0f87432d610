"""The repository as the architecture tests see it: paths, parsed modules, pages and their headings."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "remediator"
DOCS = ROOT / "docs"
TOP_PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


def relative(path: Path) -> str:
    """A path as it is written in a message: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@cache
def modules(*, sandbox: bool = True) -> tuple[Path, ...]:
    """Every Python file of the package, with or without the sandbox, which has error codes of its own (Azure's)."""
    found = sorted(PACKAGE.rglob("*.py"))
    return tuple(path for path in found if sandbox or PACKAGE / "sandbox" not in path.parents)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), relative(path))


@cache
def pages() -> tuple[Path, ...]:
    """Every page that a person reads: those at the top and all of docs/."""
    return (*(ROOT / name for name in TOP_PAGES), *sorted(DOCS.rglob("*.md")))


@cache
def text_of(path: Path) -> str:
    """The text of a file."""
    return path.read_text("utf-8")


def prose(path: Path) -> str:
    """A page without its fenced code."""
    return _FENCE.sub("", text_of(path))


def headings(path: Path, level: int) -> list[str]:
    """The headings of one level, in their order."""
    return [title for marks, title in _HEADING.findall(prose(path)) if len(marks) == level]


def anchors(path: Path) -> set[str]:
    """What may stand behind `#` in a link to a page, as GitHub makes it from the headings."""
    titles = [title for _, title in _HEADING.findall(prose(path))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed or about to be: what git does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout.decode()
    return tuple(path for name in sorted(set(listed.split("\0"))) if name and (path := ROOT / name).is_file())

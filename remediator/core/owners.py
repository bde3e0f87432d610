"""Whom does a CODEOWNERS file name for some paths? For each path the last rule that matches counts, as on its hosts.

GitHub (docs.github.com, "About code owners"): the patterns of .gitignore without `!`, `[ ]` and `\\#`; a rule without
owners takes a path from everybody. Azure DevOps has no such file of its own; repositories that carry one for other
tools are read by the same rules, without the teams of GitHub. Mail addresses are left out: nothing of ours carries one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from remediator.core.code_home import CodeHostKind

MOST_RULES = 3000
_NAME = re.compile(r"@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?")


def owners_of(text: str, paths: Sequence[str], host: CodeHostKind) -> tuple[str, ...]:
    """The owners of the paths, each once, in the order in which they are met. Lines that are no rule are skipped."""
    rules = tuple(_rules(text))
    found: dict[str, None] = {}
    for path in paths:
        owners = next((names for pattern, names in reversed(rules) if pattern.fullmatch(path)), ())
        found.update(dict.fromkeys(owners))
    teams = host is CodeHostKind.GITHUB
    return tuple(name for name in found if teams or "/" not in name)


def _rules(text: str) -> Iterable[tuple[re.Pattern[str], tuple[str, ...]]]:
    for line in text.splitlines()[:MOST_RULES]:
        words = re.split(r"(?<!\\)\s+", line.split(" #")[0].strip())
        pattern = words[0].replace("\\ ", " ") if words else ""
        if not pattern or pattern[0] in "#!" or "[" in pattern:
            continue
        owners = tuple(word for word in words[1:] if _NAME.fullmatch(word))
        yield re.compile(_expression(pattern)), owners


def _expression(pattern: str) -> str:
    """The pattern as a regular expression for whole paths: anchored where a slash stands before its end."""
    body = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in body
    parts = [_part(part) for part in body.split("/")]
    inner = "/".join(parts).replace(f"{_ANY}/", "(?:.*/)?").replace(f"/{_ANY}", "/.*")
    start = "" if anchored else "(?:.*/)?"
    if pattern.endswith("/"):
        return f"{start}{inner}/.*"
    # a pattern whose last part is `*` names files of that folder alone; any other one a file or all below a folder
    return f"{start}{inner}" if body.endswith("/*") or (body == "*" and anchored) else f"{start}{inner}(?:/.*)?"


_ANY = "\x00"


def _part(part: str) -> str:
    if part == "**":
        return _ANY
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(letter, re.escape(letter)) for letter in part)

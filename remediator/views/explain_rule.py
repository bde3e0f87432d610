"""What does a rule say? Its page, which is the rule's part of docs/rules.md.

The pages come along as `rules.markdown`, a copy of docs/rules.md (`make format` writes it, a test holds them together):
neither docs/ nor any `.md` file is in an installed package or in what is deployed. `--explain` prints a page, and
`diagnose` says with its words why a finding breaks pulls.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from remediator.core.rules import RULES
from remediator.views.wording import HOPS, rule_title

_PAGE = re.compile(r"^## (\S+)\n+(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PART = re.compile(r"^\*\*(.+?)\*\* (.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#]*)[^)]*\)")
# What each part's label begins with, and its name for programs.
_KEYS = (("What it never", "never"), ("What", "what"), ("Why", "why"), ("How", "mended"))


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule's page: its id and the parts in their order, each a label and a text without markup."""

    rule: str
    parts: tuple[tuple[str, str], ...]

    def part(self, key: str) -> str:
        """The text of `what`, `why`, `mended` or `never`."""
        return next((text for label, text in self.parts if _key(label) == key), "")


@cache
def pages() -> Mapping[str, RulePage]:
    """Every page, in the order of docs/rules.md."""
    text = files("remediator.views").joinpath("rules.markdown").read_text("utf-8")
    return {rule: RulePage(rule, _parts(body)) for rule, body in _PAGE.findall(text)}


def terminal(rule: str, width: int = 100) -> str:
    """A rule's page as plain text; `rule` is one of `pages()`."""
    hop = next((HOPS[one.hop] for one in RULES if one.id == rule), "")
    lines = [*textwrap.wrap(f"{rule}: {rule_title(rule)}", width), f"judged at the hop: {hop}"]
    for label, text in pages()[rule].parts:
        lines += ["", label, *textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ")]
    return "\n".join(lines)


def document(rule: str) -> dict[str, Any]:
    """A rule's page for programs: `id`, `hop`, `says`, `what`, `why`, `mended`, `never`."""
    hop = next((one.hop.value for one in RULES if one.id == rule), None)
    page = pages()[rule]
    return {"id": rule, "hop": hop, "says": rule_title(rule), **{_key(label): text for label, text in page.parts}}


def why_it_breaks(rule: str | None) -> str:
    """Why a break of this rule keeps an image from being pulled, "" for a rule without a page."""
    page = pages().get(rule or "")
    return page.part("why") if page else ""


def _parts(body: str) -> tuple[tuple[str, str], ...]:
    return tuple((label, _words(text)) for label, text in _PART.findall(body))


def _words(text: str) -> str:
    linked = _LINK.sub(lambda found: f"{found[1]} (docs/{found[2]})" if found[2] else found[1], text)
    return " ".join(linked.replace("`", "").split())


def _key(label: str) -> str:
    return next(key for opening, key in _KEYS if label.startswith(opening))

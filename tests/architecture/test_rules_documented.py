"""A rule is a file, a place in RULES and a part of docs/rules.md, all under one id."""

from __future__ import annotations

import re

from remediator.core.rules import RULES
from remediator.views.wording import rule_title
from tests.architecture.house import DOCS, PACKAGE, headings

PAGE = DOCS / "rules.md"
KEPT = "Places that are kept"
IDS = [rule.id for rule in RULES]


def test_every_rule_is_explained_and_nothing_else_is() -> None:
    """The headings of docs/rules.md are the ids of RULES, in the same order, and the places that are kept."""
    assert [heading for heading in headings(PAGE, 2) if heading != KEPT] == IDS


def test_every_rule_is_a_file_and_every_file_a_rule() -> None:
    """core/rules/ holds one file for each rule, named by its id, and no other."""
    files = sorted(path.stem for path in (PACKAGE / "core" / "rules").glob("*.py") if path.stem != "__init__")
    assert files == sorted(rule.replace("-", "_") for rule in IDS)


def test_ids_are_unique_and_kebab_case() -> None:
    """No two rules share an id, and an id is lower-case words with hyphens between."""
    assert len(set(IDS)) == len(IDS)
    assert [rule for rule in IDS if not re.fullmatch(r"[a-z]+(-[a-z]+)*", rule)] == []


def test_every_rule_has_a_title() -> None:
    """A rule is worded for people, and no two in the same way."""
    titles = {rule: rule_title(rule) for rule in IDS}
    assert [rule for rule, title in titles.items() if title in ("", rule)] == []
    assert len(set(titles.values())) == len(IDS)

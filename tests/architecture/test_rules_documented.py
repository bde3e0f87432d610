"""A rule is a file, a place in RULES and a part of docs/rules.md, all under one id."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from remediator.core.rules import RULES
from remediator.views.explain_rule import pages
from remediator.views.wording import rule_title
from tests.architecture.house import DOCS, PACKAGE, ROOT, headings, text_of

PAGE = DOCS / "rules.md"
COPY = PACKAGE / "views" / "rules.markdown"
IDS = [rule.id for rule in RULES]


def test_every_rule_is_explained_and_nothing_else_is() -> None:
    """The headings of docs/rules.md are the ids of RULES, in the same order."""
    assert headings(PAGE, 2) == IDS


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


def test_the_page_comes_along_with_the_program() -> None:
    """The copy that `--explain` reads is docs/rules.md, byte for byte; `make format` writes it."""
    assert COPY.read_bytes() == PAGE.read_bytes(), "cp docs/rules.md remediator/views/rules.markdown"


def test_the_copy_is_deployed() -> None:
    """No line of .funcignore leaves the copy out, as `*.md` leaves docs out."""
    parts = COPY.relative_to(ROOT).parts
    ignored = [line.strip("/") for line in text_of(ROOT / ".funcignore").split()]
    assert [(line, part) for line in ignored for part in parts if fnmatch(part, line)] == []
    assert any(fnmatch(PAGE.name, line) for line in ignored)


def test_every_page_answers_four_questions() -> None:
    """What, why, how it is mended, and what it never does: each has a text, for every rule."""
    empty = [(rule, key) for rule in IDS for key in ("what", "why", "mended", "never") if not pages()[rule].part(key)]
    assert empty == []
    assert {rule: len(page.parts) for rule, page in pages().items()} == dict.fromkeys(IDS, 4)

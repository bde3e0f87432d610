"""docs/doctor.md has a row for each check, and none for one that does not exist."""

from __future__ import annotations

import ast
import re

from tests.architecture.house import DOCS, PACKAGE, parsed, text_of

TABLE = text_of(DOCS / "doctor.md").partition("## What is looked at")[2].partition("### ")[0]
ROWS = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \*? ?\|", TABLE, re.MULTILINE)
FILES = (
    *sorted((PACKAGE / "core").glob("doctor*.py")),
    PACKAGE / "flow" / "examine.py",
    PACKAGE / "bootstrap" / "examination.py",
)
MADE = ("Check", "tried", "reached", "delivered", "_failed")


def ids() -> set[str]:
    """What stands first where a check is made; an id that is put together counts for both identities."""
    found = {"reader-identity", "applier-identity"}
    for file in FILES:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                first = node.args[0]
                if name in MADE and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
    return found


def test_each_check_has_a_row() -> None:
    """The ids that the code gives are those of the table."""
    listed = {name for row in ROWS for name in re.findall(r"`([a-z-]+)`", row)} - {
        "ok",
        "warning",
        "error",
        "unknown",
        "skipped",
    }
    assert listed == ids()
    assert len(listed) > 15


def test_links_of_a_fix_lead_somewhere() -> None:
    """Each heading of a page that a fix names is there."""
    named = {
        (page, anchor) for file in FILES for page, anchor in re.findall(r"docs/(\w+)\.md#([a-z-]+)", text_of(file))
    }
    from tests.architecture.house import anchors

    assert named
    assert [(page, anchor) for page, anchor in sorted(named) if anchor not in anchors(DOCS / f"{page}.md")] == []

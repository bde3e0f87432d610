"""docs/permissions.md has every action of both identities, and none that the program does not need."""

from __future__ import annotations

import re

from remediator.core.permissions import BESIDE, KINDS_OF_RULE, NEEDS, READER
from tests.architecture.house import DOCS, text_of

PAGE = text_of(DOCS / "permissions.md")
ACTION = re.compile(r"`(Microsoft\.[A-Za-z]+/[A-Za-z./_]+/(?:read|write|delete|action))`")


def rows(*cells: str) -> list[list[str]]:
    """The rows of the table with these headings."""
    table = PAGE.partition(f"| {' | '.join(cells)} |\n")[2].partition("\n\n")[0]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table.splitlines()[1:]]


def test_the_readers_actions_are_listed() -> None:
    """The table is the list of the program, in its order and words."""
    assert rows("action", "what is not known without it") == [[action, why] for action, why in READER.items()]


def test_the_appliers_actions_are_listed() -> None:
    """The table has each need of each kind of change, with the scope and the use."""
    found, kind = [], ""
    for change, action, scope, use in rows("change", "action", "on", "for"):
        kind = change or kind
        found.append((kind, action, scope, use))
    assert found == [(k.value, n.action, n.at.value, n.use.value) for k, needs in NEEDS.items() for n in needs]


def test_the_rules_are_listed_with_their_changes() -> None:
    """The table says of each rule that proposes changes which ones."""
    found = {rule: set(re.findall(r"[a-z-]+", kinds)) for rule, kinds in rows("rule", "changes")}
    assert found == {rule: {kind.value for kind in kinds} for rule, kinds in KINDS_OF_RULE.items()}


def test_no_other_action_is_named() -> None:
    """Every action in the page is one of these."""
    needs = {need.action for needs in NEEDS.values() for need in needs}
    assert set(ACTION.findall(PAGE)) == {*READER, *needs, *(one.action for one in BESIDE)}


def test_what_is_needed_beside_changes_is_listed() -> None:
    """The table has each action that only a document or a setting asks for."""
    found = [tuple(row) for row in rows("`--with`", "who", "action", "for")]
    assert found == [(one.name, one.who, one.action, one.why) for one in BESIDE]

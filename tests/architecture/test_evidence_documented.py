"""docs/evidence.md has an entry for each claim that has a name: README's parts, commands, functions, and the pages."""

from __future__ import annotations

import re

import pytest

from tests.architecture.house import DOCS, ROOT, headings, text_of

PAGE = DOCS / "evidence.md"
README = ROOT / "README.md"
EVIDENCE = text_of(PAGE)
PARTS = ("Read on",)  # of the README, without claims of their own
COMMANDS = sorted(set(re.findall(r"^remediator (\w+)", text_of(README), re.MULTILINE)))
ROWS = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", text_of(README), re.MULTILINE)
FUNCTIONS = sorted({name for row in ROWS for name in re.findall(r"`(\w+)`", row)})
PAGES = sorted(path.name for path in DOCS.glob("*.md") if path != PAGE)


def _part(title: str) -> str:
    """What stands below a heading of the third level."""
    found = re.search(rf"^### {re.escape(title)}\n([\s\S]*?)(?=^##|\Z)", EVIDENCE, re.MULTILINE)
    return found[1] if found else ""


def test_every_part_of_the_readme_has_its_claims() -> None:
    """The opening and each further part of the README have a table of their own."""
    wanted = ["What it does", *(title for title in headings(README, 2) if title not in PARTS)]
    assert headings(PAGE, 3) == wanted
    assert [title for title in wanted if _part(title).count("\n|") < 4] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_has_a_row(command: str) -> None:
    """What a command was run against stands in the first column of the table."""
    assert re.search(rf"^\| [^|]*`remediator {command}`[^|]*\|", _part("Use it"), re.MULTILINE)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_a_row(function: str) -> None:
    """Each function of the README's table has its evidence."""
    assert re.search(rf"^\| [^|]*`{function}`[^|]*\|", _part("Deploy it"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_a_row(page: str) -> None:
    """What a page claims first has its evidence, or the words that nobody exercised it."""
    assert f"\n| [{page}]({page}) |" in EVIDENCE


def test_commands_and_functions_are_found() -> None:
    """The README does name commands and functions, so that the tests above look at something."""
    assert len(COMMANDS) > 10
    assert len(FUNCTIONS) > 8


def test_what_was_not_exercised_comes_first() -> None:
    """The page says what has never met Azure before it says what was shown."""
    assert headings(PAGE, 2)[0] == "No Azure"


@pytest.mark.parametrize("file", sorted(set(re.findall(r"\btests/[\w/.]+", EVIDENCE))))
def test_a_named_test_is_there(file: str) -> None:
    """Every file and folder of tests that a command names exists."""
    assert (ROOT / file).exists()

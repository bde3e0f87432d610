"""A command of the terminal is in a page, and no page names one that does not exist."""

from __future__ import annotations

import re

import click
import pytest

from remediator.cli.app import app
from tests.architecture.house import DOCS, ROOT, pages, relative, text_of

COMMANDS = app.list_commands(click.Context(app))
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
CALL = re.compile(r"(?:^|[\s`$])remediator ([a-z]+)(?: ([a-z]+)\b)?")


def _command(name: str) -> click.Command:
    found = app.get_command(click.Context(app), name)
    assert found is not None, f"{name} is listed and does not exist"
    return found


def _calls() -> list[tuple[str, str, str]]:
    """Page, command and the word after it, of each call that stands in a page as code."""
    return [
        (relative(page), command, word)
        for page in pages()
        for code in CODE.findall(text_of(page))
        for command, word in CALL.findall(code)
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_exists_and_is_explained(name: str) -> None:
    """A command that is listed can be loaded, has a help text, and stands in README.md or docs/."""
    assert _command(name).help
    read = (ROOT / "README.md", *DOCS.rglob("*.md"))
    assert any(re.search(rf"\bremediator {name}\b", text_of(page)) for page in read)


def test_no_page_names_a_command_that_does_not_exist() -> None:
    """Every `remediator …` in a page is a command, and behind a group a command of that group."""
    calls = _calls()
    assert len(calls) > 3
    assert [(page, command) for page, command, _ in calls if command not in COMMANDS] == []
    for page, command, word in calls:
        group = _command(command)
        if isinstance(group, click.Group) and word:
            assert word in group.commands, f"{page}: remediator {command} {word}"

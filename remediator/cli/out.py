"""How do words reach the terminal? Data on stdout, talk on stderr; colour only where a person looks at it.

Every command prints through here. What is printed was worded by `views`.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from typing import Any

import click

from remediator.core.errors import RemediatorError
from remediator.views.standing import stopped_sentence

MOST_COLUMNS = 100
_STYLES = {
    "✓": "green",
    "✗": "bold red",
    "?": "yellow",
    "+": "green",
    "~": "yellow",
    "-": "red",
    "┊": "red",
    "#": "bold",
}


def width() -> int:
    """How wide a line may be: 100 columns, less where the terminal is narrower."""
    return min(MOST_COLUMNS, shutil.get_terminal_size((MOST_COLUMNS, 24)).columns) if _person() else MOST_COLUMNS


def document(value: Mapping[str, Any] | list[Any]) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def line(value: Mapping[str, Any]) -> None:
    """One JSON document on one line of stdout."""
    click.echo(json.dumps(value, ensure_ascii=False))


def show(text: str) -> None:
    """Text on stdout; lines that begin with a mark are coloured where a person looks at them."""
    if not _person():
        click.echo(text)
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True, emoji=False)
    for one in text.split("\n"):
        console.print(Text(one.removeprefix("# "), style=_STYLES.get(one.lstrip()[:1], "")))


def heading(text: str) -> str:
    """A heading in text that goes to `show`."""
    return f"# {text}" if _person() else f"{text}\n{'-' * len(text)}"


def say(text: str) -> None:
    """Talk, on stderr."""
    click.echo(text, err=True)


def warn(stopped: str) -> None:
    """That every write is stopped, and why, on stderr; nothing where it is not."""
    if stopped:
        say(f"✗ {stopped_sentence(stopped)}")


def trouble(error: RemediatorError) -> None:
    """A known error and its hint, on stderr."""
    say(f"error[{error.code}]: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def _person() -> bool:
    return sys.stdout.isatty()

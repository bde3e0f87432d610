"""Numbers with their nouns, as people write them, and texts of a length that fits a line."""

from __future__ import annotations

# A line of the journal, and the text of an error in it, is for a page: what is longer is in the log.
MAX_TEXT = 400


def bounded(text: str) -> str:
    """A text of at most `MAX_TEXT` characters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"


def counted(number: int, noun: str) -> str:
    """`1 change`, `2 changes`; for nouns that take an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

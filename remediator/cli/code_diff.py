"""What is the difference of two texts, so that `git apply` takes it and a person can read it?"""

from __future__ import annotations

import difflib

_NO_END = "\n\\ No newline at end of file\n"


def unified(path: str, before: str | None, after: str | None) -> str:
    """A unified diff of one file; None is a file that is not there. Only LF ends a line, as git has it."""
    old = f"a/{path}" if before is not None else "/dev/null"
    new = f"b/{path}" if after is not None else "/dev/null"
    lines = difflib.unified_diff(_lines(before), _lines(after), old, new)
    return "".join(line if line.endswith("\n") else line + _NO_END for line in lines)


def _lines(text: str | None) -> list[str]:
    parts = (text or "").split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])

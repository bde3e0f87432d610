"""Writes the code of every case into tests/data/code: `python -m tests.codebase.goldens`; then read the difference."""

from __future__ import annotations

import shutil
from pathlib import Path

from remediator.codebase.draft import draft
from remediator.core.code_home import Language
from remediator.core.pull_request import Instruction, Tree
from tests.codebase.drafting import CASES, DATA, files_after, home, task_of

TOLD = "told.md"


def expected(name: str, language: Language) -> dict[str, str]:
    """The files of a case: those of the repository, and `told.md`, what is said beside them."""
    case = CASES[name]
    drafted = draft(task_of(case.build(), case.desired), Tree("c0ffee"), home(language))
    if isinstance(drafted, Instruction):
        return {TOLD: f"{drafted.code}: {drafted.reason}\n\n{drafted.text}"}
    said = [f"{commit.message}\n" for commit in drafted.commits]
    notes = [f"- {note}\n" for note in drafted.notes]
    return {**files_after(Tree(""), drafted), TOLD: "\n---\n\n".join(said) + "\n# Notes\n\n" + "".join(notes)}


def place(name: str, language: Language) -> Path:
    """Where the code of a case is kept."""
    return DATA / language.value / name


if __name__ == "__main__":
    shutil.rmtree(DATA, ignore_errors=True)
    for language in Language:
        for name in CASES:
            for path, text in expected(name, language).items():
                file = place(name, language) / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)

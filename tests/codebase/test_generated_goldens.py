"""The code of known plans is what stands in tests/data/code, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.core.code_home import Language
from tests.codebase.drafting import CASES
from tests.codebase.goldens import expected, place

EVERY = [(name, language) for name in sorted(CASES) for language in Language]


@pytest.mark.parametrize(("name", "language"), EVERY, ids=lambda one: str(getattr(one, "value", one)))
def test_the_code_of_a_plan_is_as_kept(name: str, language: Language) -> None:
    """Every file, message and note of a case is the kept one, and there are no others."""
    kept = {str(file.relative_to(place(name, language))): file.read_text() for file in _files(name, language)}
    assert expected(name, language) == kept


def test_nothing_is_kept_of_cases_that_do_not_exist() -> None:
    """Each folder of kept code belongs to a case."""
    names = {folder.name for language in Language for folder in place("", language).iterdir()}
    assert names == set(CASES)


def _files(name: str, language: Language) -> list[Path]:
    return [file for file in place(name, language).rglob("*") if file.is_file()]

"""Every error code has its paragraph, and no paragraph is about a code that does not exist."""

from __future__ import annotations

import re

import pytest

from remediator.web.door import _STATUSES
from tests.architecture.error_codes import codes, compared
from tests.architecture.house import DOCS, headings, text_of

PAGE = DOCS / "errors.md"
KINDS = ("rejected", "misconfigured", "forbidden", "stale", "transient", "not retried")


def test_every_code_is_explained() -> None:
    """Each code that the program can give has a heading in docs/errors.md."""
    missing = {code: place for code, place in codes().items() if code not in headings(PAGE, 2)}
    assert missing == {}


def test_every_explained_code_exists() -> None:
    """Each heading of docs/errors.md is a code that the program can give, and stands there once."""
    listed = headings(PAGE, 2)
    assert [heading for heading in listed if heading not in codes()] == []
    assert sorted(listed) == sorted(set(listed))


def test_codes_are_kebab_case() -> None:
    """A code is lower-case words with hyphens between."""
    odd = {code: place for code, place in codes().items() if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)}
    assert odd == {}


def test_codes_that_are_compared_exist() -> None:
    """Where the program asks an error for its code, it asks for one that exists."""
    asked = list(compared())
    assert len(asked) > 3
    assert [place for code, place in asked if code not in codes()] == []


def test_codes_with_a_status_of_their_own_exist() -> None:
    """Every code that the web app answers with a status of its own is one that exists."""
    assert set(_STATUSES) - set(codes()) == set()


@pytest.mark.parametrize("code", headings(PAGE, 2))
def test_a_paragraph_says_whether_it_is_retried(code: str) -> None:
    """A code's paragraph names its kind, from which follows whether it is retried, and is one paragraph."""
    body = text_of(PAGE).split(f"\n## {code}\n", 1)[1]
    body = re.split(r"^#", body, maxsplit=1, flags=re.MULTILINE)[0].strip()
    paragraphs = body.split("\n\n")
    assert any(kind in paragraphs[0].lower() for kind in KINDS)
    assert len(paragraphs[0]) > 60

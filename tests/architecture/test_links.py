"""Links within the repository lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.house import anchors, pages, prose, relative

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
CODE = re.compile(r"`[^`\n]*`")


def _targets(page: Path) -> list[str]:
    return [target for target in LINK.findall(CODE.sub("`", prose(page))) if "://" not in target]


def _broken(page: Path, target: str) -> str | None:
    if target.startswith("mailto:"):
        return None
    name, _, anchor = target.partition("#")
    other = (page.parent / name).resolve() if name else page
    if not other.exists():
        return f"{target}: there is no such file"
    if anchor and (other.suffix != ".md" or anchor not in anchors(other)):
        return f"{target}: there is no such heading"
    return None


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that exists, and behind `#` a heading of it."""
    assert [wrong for target in _targets(page) if (wrong := _broken(page, target))] == []


def test_links_are_found() -> None:
    """The pages do link to each other, so that the check above has something to look at."""
    assert sum(len(_targets(page)) for page in pages()) > 3

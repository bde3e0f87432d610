"""The site of `make docs`: every page is on it, every link leads somewhere, and nothing is fetched from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import DOCS, ROOT, text_of

MKDOCS = ROOT / ".venv-docs" / "bin" / "mkdocs"
CONFIG = text_of(ROOT / "mkdocs.yml")
NAMED = re.findall(r"^ +- (?:[^:\n]+: )?([\w/*.-]+(?:\.md|/\*))$", CONFIG, re.MULTILINE)
OF_THE_TOP = {"index.md", "architecture.md", "contributing.md", "security.md", "changelog.md"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does."""
    if not MKDOCS.exists():
        pytest.skip("mkdocs is not installed: make docs sets it up")
    folder = tmp_path_factory.mktemp("site")
    command = [MKDOCS, "build", "--strict", "--site-dir", folder]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "true"}
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_navigation_names_pages_that_are_there() -> None:
    """Each entry is a page of docs/ or one of the top of the repository, once; a folder may still be empty."""
    assert len(NAMED) > 15
    assert sorted(NAMED) == sorted(set(NAMED))
    pages = {name for name in NAMED if name.endswith(".md")} - OF_THE_TOP
    assert [name for name in sorted(pages) if not (DOCS / name).exists()] == []
    assert set(NAMED) >= OF_THE_TOP


def test_every_page_is_on_the_site(site: Path) -> None:
    """Whoever adds a page finds it on the site, named in the navigation or not; strict mode lets no dead link pass."""
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    wanted = {path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md")}
    assert wanted - made == set()
    index = (site / "index.html").read_text("utf-8")
    assert [name for name in sorted(wanted) if f'href="{name}"' not in index] == []


def test_a_reader_fetches_nothing_from_elsewhere(site: Path) -> None:
    """No page loads a script, style, font or picture from another host."""
    loaded = re.compile(r"<(?:script|img|link|iframe)\b[^>]*?(?:src|href)=[\"']?(https?:)?//", re.IGNORECASE)
    assert [path.name for path in site.rglob("*.html") if loaded.search(path.read_text("utf-8"))] == []
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert re.findall(r"url\(\"?https?://[^)]+", styles) == []

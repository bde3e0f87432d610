"""What `make docs` makes of the pages that lie outside docs/, and of links to them. A hook of MkDocs (mkdocs.yml).

README.md and the other pages at the top of the repository become pages of the site; links between them and docs/ are
turned accordingly. A link to a file that is no page, such as a setting's example, becomes its name: the site does not
know where the repository is.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
# A page at the top of the repository, and its name on the site.
TOP = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def on_config(config: Any) -> Any:
    """Fill the navigation: `folder/*` is what a folder has besides pages named before; what nobody names comes last."""
    listed = sorted(path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md"))
    named: set[str] = set()

    def filled(entry: Any) -> Any:
        if isinstance(entry, dict):
            return {title: filled(inner) for title, inner in entry.items()}
        if isinstance(entry, list):
            return [page for inner in entry for page in _flat(filled(inner))]
        if entry.endswith("/*"):
            entry = [page for page in listed if posixpath.dirname(page) == entry[:-2] and page not in named]
        named.update(_flat(entry))
        return entry

    nav = [entry for entry in filled(config.nav) if not _empty(entry)]
    rest = [page for page in listed if page not in named]
    config.nav = [*nav, {"More": rest}] if rest else nav
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages at the top of the repository."""
    for name, page in TOP.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text("utf-8")))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn the links of a page; what stands as code is left alone."""
    source = {site: name for name, site in TOP.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    parts = _CODE.split(markdown)
    return "".join(part if at % 2 else _turned(part, source, page.file.src_uri) for at, part in enumerate(parts))


def _turned(text: str, source: str, site: str) -> str:
    def turn(found: re.Match[str]) -> str:
        mark, words, target = found.groups()
        path, hash_, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:") or not path:
            return found[0]
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        place = TOP.get(inside) or (inside.removeprefix("docs/") if inside.startswith("docs/") else None)
        if place == "adr":
            place = "adr/0001-rules-answer-two-questions.md"
        if place is None or (ROOT / "docs" / place).is_dir():
            return words if words.startswith("`") else f"{words} (`{inside}`)" if words != inside else f"`{inside}`"
        return f"{mark}[{words}]({posixpath.relpath(place, posixpath.dirname(site) or '.')}{hash_}{anchor})"

    return _LINK.sub(turn, text)


def _flat(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def _empty(entry: Any) -> bool:
    return isinstance(entry, dict) and list(entry.values()) == [[]]

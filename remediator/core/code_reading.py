"""Which files of a repository are read? Text of the kinds that may declare a network, below a folder, up to a bound.

Adapters of code hosts ask; what is left out is named, because what is declared there is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from remediator.core.code_home import CodeHome
from remediator.core.pull_request import Tree

KINDS = (".bicep", ".bicepparam", ".tf", ".tfvars", ".json", ".yml", ".yaml", ".md")
# Where GitHub looks for it, in its order; the first that is there counts (docs.github.com, "About code owners").
OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
MOST_FILES = 400
MOST_BYTES = 8 * 1024 * 1024
LARGEST = 512 * 1024  # of one file


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a tree: how its host calls its content, and its size in bytes where the host says it."""

    path: str
    content: str
    size: int | None = None
    readable: bool = True


def is_wanted(path: str, home: CodeHome) -> bool:
    """Whether a file is of a kind that is read, and below the home's folder."""
    folder = home.folder.strip("/")
    return path.lower().endswith(KINDS) and (not folder or path.startswith(f"{folder}/"))


def text_of(data: bytes) -> str | None:
    """The text, with its line ends and its mark at the beginning; None where the bytes are none."""
    try:
        return None if b"\0" in data else data.decode()
    except UnicodeDecodeError:
        return None


@dataclass(slots=True)
class Contents:
    """Contents that were read before, by their repository and the id that git gives to their bytes, which never change.

    An open request is looked at again and again, and most files are as they were. When they are too many all are
    forgotten.
    """

    most: int = 2 * MOST_BYTES
    kept: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    def read(self, repository: str, content: str, ask: Callable[[], bytes | None]) -> bytes | None:
        """The bytes; asked for where they are not here. None is what cannot be had whole, and is asked for again."""
        name = f"{repository}\n{content}"
        found = self.kept.get(name)
        if found is None and (found := ask()) is not None:
            if self.size + len(found) > self.most:
                self.kept.clear()
                self.size = 0
            self.kept[name] = found
            self.size += len(found)
        return found


@dataclass(slots=True)
class Bounded:
    """Collects files until the bound is reached."""

    home: CodeHome
    files: dict[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    left: int = MOST_BYTES

    def chosen(self, listed: Iterable[Listed]) -> list[Listed]:
        """Which of these to read, in the order of their paths; the rest is unread."""
        wanted = sorted((one for one in listed if is_wanted(one.path, self.home)), key=lambda one: one.path)
        found: list[Listed] = []
        room = self.left
        for one in wanted:
            size = one.size or 0
            if not one.readable or size > LARGEST or size > room or len(found) == MOST_FILES:
                self.unread.append(one.path)
            else:
                room -= size
                found.append(one)
        return found

    def take(self, path: str, data: bytes | None) -> None:
        """Keep the content of a file; None: the host did not give it whole."""
        text = text_of(data) if data is not None and len(data) <= min(LARGEST, self.left) else None
        if text is None or data is None:
            self.unread.append(path)
        else:
            self.left -= len(data)
            self.files[path] = text

    def tree(self, commit: str, owners: str | None) -> Tree:
        """What was read of a commit."""
        return Tree(commit, dict(sorted(self.files.items())), owners, tuple(sorted(set(self.unread))))

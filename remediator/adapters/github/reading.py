"""What does a repository on GitHub hold below a home's folder? Trees folder by folder, then the blobs that are wanted.

GitHub cuts the list of a large tree short (docs.github.com: at 100,000 entries or 7 MB) and says so; such a folder is
read folder by folder.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from remediator.adapters.github.api import Api
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_reading import LARGEST, OWNERS, Bounded, Contents, Listed
from remediator.core.code_refusal import garbled, no_branch
from remediator.core.errors import RemediatorError
from remediator.core.pull_request import Tree

AT_ONCE = 6  # blobs
MOST_FOLDERS = 300  # that are read one by one


@dataclass(slots=True)
class Folders:
    """The trees of one commit, each asked for once."""

    api: Api
    root: str
    known: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def entry(self, path: str) -> dict[str, Any] | None:
        """The line of a path, None where there is none."""
        above, _, name = path.rpartition("/")
        return self.listed(above).get(name)

    def listed(self, folder: str) -> dict[str, dict[str, Any]]:
        """The lines of a folder by name; nothing where there is no such folder."""
        if folder not in self.known:
            line = self.entry(folder) if folder else {"type": "tree", "sha": self.root}
            found = self.api.get(f"/git/trees/{line['sha']}") if line and line["type"] == "tree" else {"tree": ()}
            self.known[folder] = {str(one["path"]): one for one in found["tree"]}
        return self.known[folder]


def head_of(api: Api, branch: str) -> str | None:
    """The commit of a branch, None where there is no such branch."""
    api.check_name()
    try:
        return str(api.get(f"/git/ref/heads/{branch}")["object"]["sha"])
    except RemediatorError as error:
        if status_of(error) in (404, 409):  # 409: a repository without a commit
            return None
        raise


def base_of(api: Api, home: CodeHome) -> str:
    """The commit of the home's branch; `Misconfigured` where there is no such branch."""
    found = head_of(api, home.branch)
    if found is None:
        raise no_branch(home.branch, home.name)
    return found


def read(api: Api, home: CodeHome, contents: Contents) -> Tree:
    """The home's branch as `CodeHost.read` gives it."""
    commit = base_of(api, home)
    folders = Folders(api, str(api.get(f"/git/commits/{commit}")["tree"]["sha"]))
    bounded = Bounded(home)
    chosen = bounded.chosen(_files(api, folders, home.folder.strip("/"), bounded))

    def content(one: Listed) -> bytes | None:
        return contents.read(home.name, one.content, lambda: blob(api, one.content))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for one, data in zip(chosen, pool.map(content, chosen), strict=True):
            bounded.take(one.path, data)
    return bounded.tree(commit, _owners(api, folders))


def blob(api: Api, sha: str) -> bytes:
    """The bytes of a blob."""
    found = api.get(f"/git/blobs/{sha}")
    try:
        return base64.b64decode(found["content"])
    except (binascii.Error, KeyError, TypeError):
        raise garbled(f"reading a file of {api.repository}") from None


def _files(api: Api, folders: Folders, folder: str, bounded: Bounded) -> Iterator[Listed]:
    """Every file below a folder."""
    start = {"type": "tree", "sha": folders.root} if not folder else folders.entry(folder)
    waiting = [(folder, str(start["sha"]))] if start and start["type"] == "tree" else []
    asked = 0
    while waiting:
        path, sha = waiting.pop(0)
        asked += 1
        if asked > MOST_FOLDERS:
            bounded.unread.append(f"{path}/")
            continue
        whole = api.get(f"/git/trees/{sha}", recursive=1)
        cut = bool(whole.get("truncated"))
        for one in api.get(f"/git/trees/{sha}")["tree"] if cut else whole["tree"]:
            at = f"{path}/{one['path']}" if path else str(one["path"])
            if one["type"] == "blob":
                # a link's content is another path
                yield Listed(at, str(one["sha"]), one.get("size"), one["mode"] != "120000")
            elif one["type"] == "tree" and cut:
                waiting.append((at, str(one["sha"])))


def _owners(api: Api, folders: Folders) -> str | None:
    """The text of CODEOWNERS, None where it is not there, or too large to be read."""
    for path in OWNERS:
        line = folders.entry(path)
        if line and line["type"] == "blob":
            small = (line.get("size") or 0) <= LARGEST
            return blob(api, str(line["sha"])).decode(errors="replace") if small else None
    return None

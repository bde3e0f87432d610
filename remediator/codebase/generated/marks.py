"""How do files say that they are ours and what they declare? Written and read back here, in comments.

The first line of a file is its header; above each resource stands its full id, `adopted` before it where the resource
was there before the folder. In Terraform `released` stands before the id of one that others keep from now on.
Nothing else is remembered: what a folder declares is what its files say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from remediator.core.code_home import CodeHome, Language
from remediator.core.pull_request import Tree
from remediator.core.resource_id import ResourceId

WRITER = "Written by remediator"
ADOPTED = "adopted "
RELEASED = "released "
ENDINGS = {Language.BICEP: ".bicep", Language.TERRAFORM: ".tf"}
_OPENINGS = {Language.BICEP: "//", Language.TERRAFORM: "#"}
_MARK = re.compile(
    r"^(?://|#) (?P<how>adopted |released )?(?P<id>/subscriptions/[^\n]+)\n"
    r"(?:resource \"\w+\" \"(?P<label>\w+)\"|removed \{\n  from = \w+\.(?P<from>\w+)\n)?",
    re.M,
)

_SUBSCRIPTION = re.compile(r'^  subscription_id += "([^"\n]+)"$', re.M)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file says of one resource that it declares, or has `released`; `label` is its name in Terraform."""

    id: ResourceId
    adopted: bool
    label: str
    released: bool = False


def comment(language: Language, *lines: str) -> str:
    """Comment lines; what could end one or go on with it, which no name in Azure holds, is shown as question marks."""
    opening = _OPENINGS[language]
    return "".join(f"{opening} {_plain(line)}".rstrip() + "\n" for line in lines)


def mark(language: Language, rid: ResourceId, *, adopted: bool) -> str:
    """The comment above a resource."""
    return comment(language, f"{ADOPTED if adopted else ''}{rid.text}")


def released_mark(rid: ResourceId) -> str:
    """The comment above a block that gives a resource out of Terraform's hands."""
    return comment(Language.TERRAFORM, f"{RELEASED}{rid.text}")


def header(language: Language, subject: str, *more: str) -> str:
    """The first lines of a file: who writes it, and that edits by hand are overwritten."""
    warning = "Edits by hand are overwritten by its next pull request."
    return comment(language, f"{WRITER}: {subject}.", warning, *more)


def is_ours(text: str) -> bool:
    """Whether a file says that we write it."""
    return text.split("\n", 1)[0].lstrip("/# ").startswith(WRITER)


def place(home: CodeHome, *names: str) -> str:
    """A path from the repository's root."""
    return "/".join(part for part in (home.folder.strip("/"), *names) if part)


def declared(tree: Tree, home: CodeHome) -> dict[str, dict[ResourceId, Mark]]:
    """What our files in the tree declare, by the name of the folder."""
    found: dict[str, dict[ResourceId, Mark]] = {}
    for name, _, text in _own_files(tree, home):
        marks = found.setdefault(name, {})
        for one in _MARK.finditer(text):
            rid = ResourceId(one["id"])
            marks[rid] = Mark(rid, one["how"] == ADOPTED, one["label"] or one["from"] or "", one["how"] == RELEASED)
    return found


def own_paths(tree: Tree, home: CodeHome, folder: str) -> Mapping[str, str]:
    """The files of one folder that we wrote in the home's language, by path."""
    return {path: text for name, path, text in _own_files(tree, home) if name == folder}


def subscriptions(tree: Tree, home: CodeHome, folder: str) -> frozenset[str]:
    """The subscriptions that our Terraform in a folder signs in to: its state may hold what is there, or was."""
    texts = own_paths(tree, home, folder).values()
    return frozenset(found.lower() for text in texts for found in _SUBSCRIPTION.findall(text))


def in_another_language(tree: Tree, home: CodeHome, folders: Collection[str]) -> str | None:
    """A file of these folders that we wrote in another language, None where there is none."""
    others = (replace(home, language=language) for language in Language if language is not home.language)
    found = (path for other in others for name, path, _ in _own_files(tree, other) if name in folders)
    return next(found, None)


def _own_files(tree: Tree, home: CodeHome) -> Iterator[tuple[str, str, str]]:
    root = place(home)
    prefix = f"{root}/" if root else ""
    for path in sorted(tree.files):
        inside = path.removeprefix(prefix)
        if not path.startswith(prefix) or inside.count("/") != 1 or not path.endswith(ENDINGS[home.language]):
            continue
        text = tree.files[path]
        if is_ours(text):
            yield inside.split("/")[0], path, text


def _plain(text: str) -> str:
    plain = "".join(letter if letter.isprintable() and letter != "\\" else "?" for letter in text)
    return plain.replace("'''", "???")

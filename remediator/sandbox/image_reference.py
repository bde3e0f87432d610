"""An image reference taken apart, and what is wrong with one that cannot be.

The grammar is that of distribution/reference: host, lower-case path, tag, digest. Called by `pulling`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[0-9]+)?"
PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
REFERENCE = re.compile(rf"(?:{HOST}/)?{PART}(?:/{PART})*(?::{TAG})?(?:@{DIGEST})?")


@dataclass(frozen=True)
class Image:
    """An image reference taken apart; `tag` is the digest when there is one."""

    text: str
    host: str
    repository: str
    tag: str


def parse_image(text: str) -> Image:
    """Host, repository and tag of a reference; without a host it is Docker Hub's."""
    first, slash, rest = text.partition("/")
    host, path = (first, rest) if slash and ("." in first or ":" in first) else ("docker.io", text)
    if "@" in path:
        repository, _, tag = path.partition("@")
        return Image(text, host, repository.partition(":")[0], tag)
    repository, colon, tag = path.rpartition(":")
    return Image(text, host, repository, tag) if colon else Image(text, host, path, "latest")


def unreadable(text: str) -> str | None:
    """What a client adds to "invalid reference format"; None when the reference can be read."""
    if REFERENCE.fullmatch(text):
        return None
    return ": repository name must be lowercase" if REFERENCE.fullmatch(text.lower()) else ""

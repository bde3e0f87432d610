"""Image references: which host, repository and tag does `host/repo:tag@digest` name?"""

from __future__ import annotations

import re
from dataclasses import dataclass

DOCKER_HUB = "docker.io"
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[\w][\w.-]{0,127}")
_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}")


@dataclass(frozen=True, slots=True)
class ImageReference:
    """The parts of a reference; `tag` is "" when only a digest is given, `latest` when neither is."""

    host: str
    repository: str
    tag: str
    digest: str = ""


def parse_image(reference: str) -> ImageReference:
    """Split a reference as containerd does: the first part is a host when it has a dot, a colon or is localhost.

    Source: distribution/reference grammar. Never raises; an empty text gives empty parts.
    """
    text = reference.strip().removeprefix("https://").removeprefix("http://")
    rest, _, digest = text.partition("@")
    first, slash, tail = rest.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        host, path = first.lower(), tail
    else:
        host, path = DOCKER_HUB, rest
    head, colon, tag = path.rpartition(":")
    if colon and "/" not in tag:
        return ImageReference(host, head, tag, digest)
    return ImageReference(host, path, "" if digest else "latest", digest)


def mistake_in(reference: str) -> str | None:
    """Why no client can pull a reference, None when its form is right (distribution/reference grammar)."""
    if "://" in reference:
        return "a reference has no scheme (https://)"
    if reference != reference.strip() or " " in reference:
        return "a reference has no spaces"
    parts = parse_image(reference)
    if not parts.repository or not _PATH.fullmatch(parts.repository):
        return "the repository's name must be lower case, its parts not empty"
    if parts.digest and not _DIGEST.fullmatch(parts.digest):
        return "the digest is not a whole one"
    if (not parts.digest or parts.tag) and not _TAG.fullmatch(parts.tag):
        return "the tag is empty or has other signs than letters, digits, dot, dash and underscore"
    return None

"""Image references: which host, repository and tag does `host/repo:tag@digest` name?"""

from __future__ import annotations

from dataclasses import dataclass

DOCKER_HUB = "docker.io"


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

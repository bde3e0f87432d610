"""What does the text of a failed image pull say: which cause, image, registry and client address, and how surely?

Intake, `diagnose --text` and `classify` call it. It is a hint and never a judge: half of the texts name the wrong
cause (azure-facts 2.7, sections A and B), so the ARM model decides, and a text never chooses what is changed. It reads
nothing but its argument.
"""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from remediator.core.pull_reference import (
    References,
    Request,
    client_address,
    host_of,
    is_managed,
    is_registry,
    references,
)
from remediator.core.pull_sign import EXPLICIT, LAYERS, PATH, PULLING, RELAY, VAGUE, Cause, Confidence, Kind, Sign
from remediator.core.pull_text import excerpt, readings

__all__ = ["Cause", "Confidence", "PullError", "classify"]

_PATH_RANK = 100
_VAGUE_RANK = 200
_NOTHING_RANK = 900
_OPENING = 160
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
"""Keeps every position, which `str.lower` does not for letters such as İ."""


@dataclass(frozen=True, slots=True)
class PullError:
    """What one error text says.

    `managed`: the registry's host is a login server or data endpoint of Azure Container Registry, so that a 403 from
    ghcr.io or a 429 from Docker Hub starts no network change. `registry` is that host and `image` the reference, as the
    text spells them; `client_ip` is the address that the registry refused, None where it is masked. `evidence` is the
    piece of the text that decided, at most 240 characters, without secrets; it is untrusted text.
    """

    cause: Cause
    managed: bool
    registry: str | None
    image: str | None
    client_ip: str | None
    confidence: Confidence
    evidence: str


class _Reading(NamedTuple):
    """One reading of the text with what it names."""

    text: str
    low: str
    names: References


class _Finding(NamedTuple):
    """What a reading says; the lower rank is the stronger word."""

    rank: int
    cause: Cause
    confidence: Confidence
    request: Request | None
    evidence: str


def classify(text: str) -> PullError:
    """The cause that a text names, with image, registry, client address and confidence; never raises.

    Takes what people and machines paste: one line or many, page-wrapped, JSON-escaped to any depth, CSV-quoted, a whole
    log line or a fragment. Order of decision: azure-facts 2.8. `unknown` means that the text does not tell.
    """
    seen = [_Reading(reading, reading.translate(_LOWER), references(reading)) for reading in readings(text)]
    image = _most_named(seen)
    host = host_of(image) if image else None
    found = min((_read(reading, host) for reading in seen), key=lambda finding: finding.rank)
    registry = _registry(host, found.request, seen)
    address = next((ip for reading in seen if (ip := client_address(reading.text))), None)
    return PullError(found.cause, is_managed(registry), registry, image, address, found.confidence, found.evidence)


def _most_named(seen: list[_Reading]) -> str | None:
    """The image that the readings name most often, the first of equals: a wrapped copy loses to the whole ones."""
    count: Counter[str] = Counter()
    for reading in seen:
        count.update(reading.names.images)
    managed = Counter({image: n for image, n in count.items() if is_managed(host_of(image))})
    spaced = seen[0].names.images
    if managed and not any(image in spaced and is_registry(host_of(image) or "") for image in count - managed):
        count = managed
    return count.most_common(1)[0][0] if count else None


def _registry(host: str | None, request: Request | None, seen: list[_Reading]) -> str | None:
    """The host that refused: the image's, unless the request that failed went to a registry of another kind."""
    asked = request.host if request and request.to_registry and not request.to_storage else None
    if host and (asked is None or is_managed(asked) == is_managed(host)):
        return host
    if asked:
        return asked
    for reading in seen:
        hosts = [*reading.names.hosts, *(r.host for r in reading.names.requests if r.to_registry)]
        ranked = sorted(hosts, key=lambda name: not is_managed(name))
        if ranked:
            return ranked[0]
    return None


def _read(reading: _Reading, image_host: str | None) -> _Finding:
    text, low, names = reading
    pulling = PULLING.search(low) is not None
    for rank, sign in enumerate(EXPLICIT):
        if match := sign.pattern.search(low):
            sure = sign.confidence if pulling or sign.cause is Cause.firewall_denied else Confidence.low
            request = names.request_before(match.end())
            return _Finding(rank, sign.cause, sure, request, excerpt(text, match.start(), match.end()))
    return _hop(reading, image_host, pulling) or _hint(reading, image_host, pulling) or _nothing(text)


def _hop(reading: _Reading, image_host: str | None, pulling: bool) -> _Finding | None:
    """The first hop that the text complains about; one on a mirror or other host counts only where no other does."""
    text, low, names = reading
    found: list[tuple[bool, int, _Finding]] = []
    for sign in PATH:
        for match in sign.pattern.finditer(low):
            request = names.request_before(match.end())
            judged = _judge(sign, request, image_host, low, match.start())
            if pulling or sign.cause is Cause.dns_failure:
                finding = _Finding(_PATH_RANK, *judged, request, excerpt(text, match.start(), match.end()))
                elsewhere = bool(image_host and request and is_managed(image_host) and _elsewhere(request))
                found.append((elsewhere, match.start(), finding))
            if not (image_host and is_managed(image_host)) or len(found) >= 64:
                break
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def _elsewhere(request: Request) -> bool:
    return not (is_managed(request.host) or request.to_storage or request.to_identity)


def _hint(reading: _Reading, image_host: str | None, pulling: bool) -> _Finding | None:
    text, low, names = reading
    for rank, sign in enumerate(VAGUE):
        match = sign.pattern.search(low)
        if match is None:
            continue
        request = names.request_before(match.end())
        judged = _judge(sign, request, image_host, low, match.start())
        if pulling:
            return _Finding(_VAGUE_RANK + rank, *judged, request, excerpt(text, match.start(), match.end()))
    return None


def _judge(sign: Sign, request: Request | None, image_host: str | None, text: str, at: int) -> tuple[Cause, Confidence]:
    """The cause of a sign where it stands: a 403 or a time-out means another thing for another host."""
    asked = request.host if request and (request.to_registry or request.to_storage or request.to_identity) else None
    ours = is_managed(asked or image_host)
    storage = request is not None and request.to_storage
    match sign.kind:
        case Kind.forbidden if storage:
            # a healthy data endpoint answers 403 too, so this is no word of the registry's firewall (azure-facts 1.4)
            return Cause.data_endpoint_blocked, Confidence.low
        case Kind.forbidden:
            return sign.cause, sign.confidence if ours else Confidence.low
        case Kind.network | Kind.closed if storage:
            return Cause.data_endpoint_blocked, Confidence.high
        case Kind.network | Kind.closed if asked is None and LAYERS.search(text, max(0, at - 400), at):
            return Cause.data_endpoint_blocked, Confidence.medium
        case Kind.closed if not ours and not (request and request.to_identity):
            # without a firewall of ours on the way a closed connection is the service's own fault, as far as one sees
            return Cause.other, Confidence.low
        case Kind.ping if ours:
            # Microsoft names the unresolved login server as the cause of this wording (context-deadline-exceeded.md)
            return Cause.dns_failure, Confidence.low
        case Kind.credential if _official(request):
            return Cause.bad_reference, Confidence.medium
        case Kind.server if RELAY in text and not is_managed(image_host):
            return Cause.throttled, Confidence.low
        case _:
            return sign.cause, sign.confidence


def _official(request: Request | None) -> bool:
    """Docker Hub's own images need no credential: asked for one there, the reference has lost its registry."""
    return request is not None and request.host.endswith("docker.io") and request.path.startswith("/v2/library/")


def _nothing(text: str) -> _Finding:
    return _Finding(_NOTHING_RANK, Cause.unknown, Confidence.low, None, excerpt(text, 0, min(len(text), _OPENING)))

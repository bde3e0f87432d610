"""What does the text of a failed image pull say: which cause, image, registry and client address, and how surely?

Intake, `diagnose --text` and `classify` call it. It is a hint and never a judge: half of the texts name the wrong
cause (azure-facts 2.7, sections A and B), so the ARM model decides, and a text never chooses what is changed. It reads
nothing but its argument.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from dataclasses import dataclass
from itertools import islice
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
from remediator.core.pull_sign import Cause, Confidence, Kind, Sign
from remediator.core.pull_text import excerpt, readings
from remediator.core.pull_words import (
    ANONYMOUS,
    CLIENT,
    EXPLICIT,
    LAYERS,
    PATH,
    PULLED,
    PULLING,
    RELAYED,
    UNPULLED,
    VAGUE,
    WRITING,
)

__all__ = ["Cause", "Confidence", "PullError", "classify"]

_PATH_RANK = 100
_VAGUE_RANK = 200
_ELSEWHERE_RANK = 300
_NOTHING_RANK = 900
_MATCHES = 64
_SURENESS = (Confidence.high, Confidence.medium, Confidence.low)
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
    """One reading of the text with what it names; `host` is that of the image that all readings agree on."""

    text: str
    low: str
    names: References
    host: str | None = None

    @property
    def pulling(self) -> bool:
        return PULLING.search(self.low) is not None


class _Finding(NamedTuple):
    """What a reading says, and where; the lower rank is the stronger word."""

    rank: int
    at: int
    cause: Cause
    confidence: Confidence
    request: Request | None
    evidence: str


def classify(text: str) -> PullError:
    """The cause that a text names, with image, registry, client address and confidence; never raises.

    Takes what people and machines paste: one line or many, page-wrapped, marked up, JSON-escaped to any depth,
    CSV-quoted, a whole log line or a fragment. Order of decision: azure-facts 2.8. `unknown` means that the text does
    not tell.
    """
    seen = [_Reading(reading, reading.translate(_LOWER), references(reading)) for reading in readings(text)]
    image = _most_named(seen)
    host = host_of(image) if image else None
    found = _strongest([_read(reading._replace(host=host)) for reading in seen])
    registry = _registry(host, found.request, seen)
    address = next((ip for reading in seen if (ip := client_address(reading.text))), None)
    return PullError(found.cause, is_managed(registry), registry, image, address, found.confidence, found.evidence)


def _strongest(findings: list[_Finding]) -> _Finding:
    """The strongest word of all readings, as the reading says it that is the surest of it."""
    best = min(findings, key=lambda finding: finding.rank)
    same = [finding for finding in findings if (finding.rank, finding.cause) == (best.rank, best.cause)]
    return min(same, key=lambda finding: _SURENESS.index(finding.confidence))


def _most_named(seen: list[_Reading]) -> str | None:
    """The image that the readings name most often, the first of equals: a wrapped copy loses to the whole ones.

    A short name gives way to the reference that spells it out (`redis:7`, `docker.io/library/redis:7`), a repository to
    the reference with its tag.
    """
    count: Counter[str] = Counter()
    for reading in seen:
        count.update(reading.names.images)
    managed = Counter({image: n for image, n in count.items() if is_managed(host_of(image))})
    spaced = seen[0].names.images
    if managed and not any(image in spaced and is_registry(host_of(image) or "") for image in count - managed):
        count = managed
    if not count:
        return None
    best = count.most_common(1)[0][0]
    best = next((image for image in count if not host_of(best) and image.endswith("/" + best)), best)
    return next((image for image in spaced if image.startswith((best + ":", best + "@"))), best)


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


def _read(reading: _Reading) -> _Finding:
    """The strongest word of one reading; one about a mirror or another host counts where nothing else is said."""
    elsewhere: list[_Finding] = []
    found = _explicit(reading, elsewhere) or _hop(reading, elsewhere) or _hint(reading)
    found = found or (elsewhere[0] if elsewhere else _nothing(reading.text))
    pulled = reading.low.rfind(PULLED)
    if pulled > found.at or (pulled != -1 and not UNPULLED.search(reading.low)):
        return found._replace(confidence=Confidence.low)
    return found


def _explicit(reading: _Reading, elsewhere: list[_Finding]) -> _Finding | None:
    for rank, sign in enumerate(EXPLICIT):
        for match in islice(sign.pattern.finditer(reading.low), _MATCHES):
            finding = _finding(reading, sign, rank, match)
            if not reading.pulling and sign.cause is not Cause.firewall_denied:
                finding = finding._replace(confidence=Confidence.low)
            elif sign.cause is Cause.not_found and not reading.names.images:
                finding = finding._replace(confidence=_lower(finding.confidence))
            if not _elsewhere(reading, finding.request):
                return finding
            elsewhere.append(finding._replace(rank=_ELSEWHERE_RANK, confidence=Confidence.low))
    return None


def _hop(reading: _Reading, elsewhere: list[_Finding]) -> _Finding | None:
    """The first hop that the text complains about."""
    fragment = not reading.pulling
    if fragment and not CLIENT.search(reading.low):
        signs = tuple(sign for sign in PATH if sign.kind is Kind.name)
    else:
        signs = tuple(sign for sign in PATH if not fragment or sign.kind in (Kind.name, Kind.network))
    first: _Finding | None = None
    for sign in signs:
        for match in islice(sign.pattern.finditer(reading.low), _MATCHES):
            if first and match.start() >= first.at:
                break
            finding = _finding(reading, sign, _PATH_RANK, match)
            if fragment:
                finding = finding._replace(confidence=Confidence.low)
            if _elsewhere(reading, finding.request):
                elsewhere.append(finding)
                continue
            first = finding
            break
    return first


def _hint(reading: _Reading) -> _Finding | None:
    if not reading.pulling:
        return None
    for rank, sign in enumerate(VAGUE):
        if match := sign.pattern.search(reading.low):
            return _finding(reading, sign, _VAGUE_RANK + rank, match)
    return None


def _finding(reading: _Reading, sign: Sign, rank: int, match: re.Match[str]) -> _Finding:
    request = reading.names.request_before(match.end())
    cause, confidence = _judge(reading, sign, request, match)
    return _Finding(rank, match.start(), cause, confidence, request, excerpt(reading.text, match.start(), match.end()))


def _lower(confidence: Confidence) -> Confidence:
    """Not more than medium: what is missing is not named, so that nobody can look."""
    return Confidence.medium if confidence is Confidence.high else confidence


def _elsewhere(reading: _Reading, request: Request | None) -> bool:
    """Whether a failure is that of a mirror or another host, where the image is in a registry of ours."""
    if request is None or not is_managed(reading.host):
        return False
    return not (is_managed(request.host) or request.to_storage or request.to_identity)


def _judge(reading: _Reading, sign: Sign, request: Request | None, match: re.Match[str]) -> tuple[Cause, Confidence]:
    """The cause of a sign where it stands: a 403 or a time-out means another thing for another host."""
    asked = request.host if request and (request.to_registry or request.to_storage or request.to_identity) else None
    ours = is_managed(asked or reading.host)
    storage = request is not None and request.to_storage
    layers = asked is None and LAYERS.search(reading.low, max(0, match.start() - 400), match.end()) is not None
    match sign.kind:
        case Kind.forbidden if storage or layers:
            # a healthy data endpoint answers 403 too, so this is no word of the registry's firewall (azure-facts 1.4)
            return Cause.data_endpoint_blocked, Confidence.low
        case Kind.forbidden | Kind.denied:
            return _refusal(reading, sign, request, asked or reading.host)
        case Kind.network | Kind.closed if storage or layers:
            return Cause.data_endpoint_blocked, Confidence.medium
        case Kind.name:
            return sign.cause, sign.confidence if ours else Confidence.medium
        case Kind.closed if not ours and not (request and request.to_identity):
            # without a firewall of ours on the way a closed connection is the service's own fault, as far as one sees
            return Cause.other, Confidence.low
        case Kind.missing if request and request.to_root:
            # whatever answers there is no registry
            return Cause.other, Confidence.low
        case Kind.ping if ours:
            # Microsoft names the unresolved login server as the cause of this wording (context-deadline-exceeded.md)
            return Cause.dns_failure, Confidence.low
        case Kind.credential if _official(request):
            return Cause.bad_reference, Confidence.medium
        case Kind.server if not is_managed(reading.host) and RELAYED.search(reading.low):
            return Cause.throttled, Confidence.low
        case _:
            return sign.cause, sign.confidence


def _refusal(reading: _Reading, sign: Sign, request: Request | None, host: str | None) -> tuple[Cause, Confidence]:
    """Who says no: the firewall of a registry of ours, or one elsewhere that does not accept the credential?

    Sure only where a registry of ours refuses to hand out an image or its token: a refused push, the exchange of a
    token and a login have other reasons too, among them a proxy on the way (container-registry-troubleshoot-access.md).
    """
    if host is None:
        named = reading.names.hosts
        elsewhere = bool(named) and not any(is_managed(name) for name in named)
        return Cause.auth_unauthorized if elsewhere else sign.cause, Confidence.low
    if not is_managed(host):
        anonymous = host.endswith(ANONYMOUS)
        return Cause.other if anonymous else Cause.auth_unauthorized, Confidence.low
    if sign.confidence is not Confidence.high:
        return sign.cause, sign.confidence
    for_image = (
        request is not None and is_managed(request.host) and not request.to_root and "/exchange" not in request.path
    )
    writes = request is not None and WRITING.search(reading.low, max(0, request.start - 24), request.start) is not None
    return sign.cause, Confidence.high if for_image and not writes else Confidence.medium


def _official(request: Request | None) -> bool:
    """Docker Hub's own images need no credential: asked for one there, the reference has lost its registry."""
    return request is not None and request.host.endswith("docker.io") and request.path.startswith("/v2/library/")


def _nothing(text: str) -> _Finding:
    end = min(len(text), _OPENING)
    return _Finding(_NOTHING_RANK, 0, Cause.unknown, Confidence.low, None, excerpt(text, 0, end))

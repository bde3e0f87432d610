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

from remediator.core.pull_context import CLIENT, FETCHING, PULLED, UNPULLED
from remediator.core.pull_hints import HINTS
from remediator.core.pull_hops import HOPS
from remediator.core.pull_place import Reading, elsewhere_than_ours, judge, subject
from remediator.core.pull_reference import Request, client_address, host_of, is_managed, is_registry, references
from remediator.core.pull_sign import Cause, Confidence, Kind, Sign
from remediator.core.pull_text import excerpt, readings
from remediator.core.pull_words import EXPLICIT

__all__ = ["Cause", "Confidence", "PullError", "classify"]

_HOP_RANK = 100
_HINT_RANK = 200
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


class _Finding(NamedTuple):
    """What a reading says, and where; the lower rank is the stronger word."""

    rank: int
    at: int
    cause: Cause
    confidence: Confidence
    request: Request | None
    image: str | None
    evidence: str


def classify(text: str) -> PullError:
    """The cause that a text names, with image, registry, client address and confidence; never raises.

    Takes what people and machines paste: one line or many, page-wrapped, marked up, JSON-escaped to any depth,
    CSV-quoted, a whole log line or a fragment. Order of decision: azure-facts 2.8. `unknown` means that the text does
    not tell.
    """
    seen = [Reading(reading, reading.translate(_LOWER), references(reading)) for reading in readings(text)]
    image = _most_named(seen)
    host = host_of(image) if image else None
    found = _strongest([_read(reading._replace(host=host)) for reading in seen])
    decisive = host_of(found.image) if found.image else None
    if decisive and is_managed(decisive) != is_managed(host):
        image, host = found.image, decisive
    registry = _registry(host, found.request, seen)
    address = next((ip for reading in seen if (ip := client_address(reading.text))), None)
    return PullError(found.cause, is_managed(registry), registry, image, address, found.confidence, found.evidence)


def _strongest(findings: list[_Finding]) -> _Finding:
    """The strongest word of all readings, as the reading says it that is the surest of it."""
    best = min(findings, key=lambda finding: finding.rank)
    same = [finding for finding in findings if (finding.rank, finding.cause) == (best.rank, best.cause)]
    return min(same, key=lambda finding: _SURENESS.index(finding.confidence))


def _most_named(seen: list[Reading]) -> str | None:
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


def _registry(host: str | None, request: Request | None, seen: list[Reading]) -> str | None:
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


def _read(reading: Reading) -> _Finding:
    """The strongest word of one reading; one about a mirror or another host counts where nothing else is said."""
    elsewhere: list[_Finding] = []
    found = _explicit(reading, elsewhere) or _hop(reading, elsewhere) or _hint(reading)
    found = found or (elsewhere[0] if elsewhere else _nothing(reading.text))
    pulled = reading.low.rfind(PULLED)
    if pulled > found.at or (pulled != -1 and not UNPULLED.search(reading.low)):
        return found._replace(confidence=Confidence.low)
    return found


def _explicit(reading: Reading, elsewhere: list[_Finding]) -> _Finding | None:
    for rank, sign in enumerate(EXPLICIT):
        if sign.kind is Kind.local and any(request.to_registry for request in reading.names.requests):
            continue
        for match in islice(sign.pattern.finditer(reading.low), _MATCHES):
            finding = _finding(reading, sign, rank, match)
            if not elsewhere_than_ours(reading, match.end()):
                return finding
            elsewhere.append(finding._replace(rank=_ELSEWHERE_RANK, confidence=Confidence.low))
    return None


def _hop(reading: Reading, elsewhere: list[_Finding]) -> _Finding | None:
    """The first hop that the text complains about."""
    fragment = not reading.pulling
    if fragment and not CLIENT.search(reading.low):
        signs = tuple(sign for sign in HOPS if sign.kind is Kind.name)
    else:
        signs = tuple(sign for sign in HOPS if not fragment or sign.kind in (Kind.name, Kind.network))
    first: _Finding | None = None
    for sign in signs:
        for match in islice(sign.pattern.finditer(reading.low), _MATCHES):
            if first and match.start() >= first.at:
                break
            finding = _finding(reading, sign, _HOP_RANK, match)
            if elsewhere_than_ours(reading, match.end()):
                elsewhere.append(finding._replace(confidence=Confidence.low))
                continue
            first = finding
            break
    return first


def _hint(reading: Reading) -> _Finding | None:
    if not reading.pulling:
        return None
    for rank, sign in enumerate(HINTS):
        if match := sign.pattern.search(reading.low):
            return _finding(reading, sign, _HINT_RANK + rank, match)
    return None


def _finding(reading: Reading, sign: Sign, rank: int, match: re.Match[str]) -> _Finding:
    request, host = subject(reading, match.end())
    cause, confidence = judge(reading, sign, match, request, host)
    if not reading.pulling and cause is not Cause.firewall_denied:
        confidence = Confidence.low
    if confidence is Confidence.high and cause is not Cause.firewall_denied and not FETCHING.search(reading.low):
        confidence = Confidence.medium
    mention = reading.names.mention_before(match.end())
    evidence = excerpt(reading.text, match.start(), match.end())
    return _Finding(rank, match.start(), cause, confidence, request, mention.image if mention else None, evidence)


def _nothing(text: str) -> _Finding:
    end = min(len(text), _OPENING)
    return _Finding(_NOTHING_RANK, 0, Cause.unknown, Confidence.low, None, None, excerpt(text, 0, end))

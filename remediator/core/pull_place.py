"""What does a sign mean where it stands in a text: about whose registry is it, and what does it say of that one?

`pull_error.classify` is the only caller. A 403, a time-out or a closed connection means another thing for a registry of
ours, for the storage behind it, and for a registry elsewhere.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from remediator.core.pull_context import ANONYMOUS, LAYERS, PAGE, PULLING, RELAYED, WRITING
from remediator.core.pull_reference import References, Request, host_of, is_managed, is_registry
from remediator.core.pull_sign import Cause, Confidence, Kind, Sign


class Reading(NamedTuple):
    """One reading of the text with what it names; `host` is that of the image that all readings agree on."""

    text: str
    low: str
    names: References
    host: str | None = None

    @property
    def pulling(self) -> bool:
        return PULLING.search(self.low) is not None


def subject(reading: Reading, position: int) -> tuple[Request | None, str | None]:
    """The request and the host that the words at `position` are about: what was named last before them.

    The host is that of the request, else of the image; without either that of the image which the whole text names.
    """
    request = reading.names.request_before(position)
    mention = reading.names.mention_before(position)
    image_host = host_of(mention.image) if mention else None
    if request and mention and mention.start > request.start and image_host and not _same_side(request, image_host):
        request = None
    if request and (request.to_registry or request.to_storage or request.to_identity):
        return request, request.host
    return request, image_host or reading.host


def elsewhere_than_ours(reading: Reading, position: int) -> bool:
    """Whether the words are about no registry at all, or about a mirror where the image is in a registry of ours."""
    if reading.names.stranger_before(position):
        return True
    if not is_managed(reading.host):
        return False
    request, host = subject(reading, position)
    if request:
        return not (is_managed(request.host) or request.to_storage or request.to_identity)
    return host is not None and not is_managed(host)


def _same_side(request: Request, host: str) -> bool:
    return request.to_storage or request.to_identity or is_managed(request.host) == is_managed(host)


def judge(
    reading: Reading, sign: Sign, match: re.Match[str], request: Request | None, host: str | None
) -> tuple[Cause, Confidence]:
    """The cause of a sign where it stands, and how surely; `request` and `host` are its subject."""
    ours = is_managed(host)
    storage = request is not None and request.to_storage
    layers = request is None and LAYERS.search(reading.low, max(0, match.start() - 400), match.end()) is not None
    match sign.kind:
        case Kind.forbidden if storage or layers:
            # a healthy data endpoint answers 403 too, so this is no word of the registry's firewall (azure-facts 1.4)
            return Cause.data_endpoint_blocked, Confidence.low
        case Kind.forbidden if PAGE.match(reading.low, match.end()):
            return (sign.cause if ours or host is None else Cause.other), Confidence.low
        case Kind.forbidden | Kind.denied:
            return _refusal(reading, sign, request, host)
        case Kind.network | Kind.closed if storage or layers:
            # a blob's request that ends without a word of the network is a reason to look there, no more
            return Cause.data_endpoint_blocked, sign.confidence
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
        case _ if sign.cause is Cause.not_found and sign.confidence is Confidence.high and not _lookable(reading, host):
            return sign.cause, Confidence.medium
        case _:
            return sign.cause, sign.confidence


def _refusal(reading: Reading, sign: Sign, request: Request | None, host: str | None) -> tuple[Cause, Confidence]:
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
    before = reading.low[max(0, request.start - 24) : request.start] if request else ""
    writes = request is not None and request.path.startswith("/v2/") and WRITING.search(before) is not None
    return sign.cause, Confidence.high if for_image and not writes else Confidence.medium


def _lookable(reading: Reading, host: str | None) -> bool:
    """Whether an image is named, and not one behind a proxy, where a limit of its source looks like a missing one."""
    return bool(reading.names.images) and (host is None or is_registry(host))


def _official(request: Request | None) -> bool:
    """Docker Hub's own images need no credential: asked for one there, the reference has lost its registry."""
    return request is not None and request.host.endswith("docker.io") and request.path.startswith("/v2/library/")

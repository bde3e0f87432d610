"""What is an error text worth beside the estate? The text is a hint, the estate is the judge (house, section 5).

`weigh` sets what a text says against the pull paths that it is about, and says in words where the two disagree. It may
add a finding for what only a text can tell (an image that is not there, a DNS server that answers otherwise than its
place suggests), never a change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from remediator.core.finding import Finding, Severity
from remediator.core.pull_error import Cause, Confidence, PullError
from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.core.resolver import Resolver, resolver_for
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Network, Snapshot


class Stand(StrEnum):
    """How text and estate stand to each other."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    ADDS = "adds"
    NOT_DRIFT = "not-drift"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the text says, how that stands to the estate, and why in one sentence; `to_check` is for a person.

    `NOT_DRIFT` is an answer of its own: nothing in the estate has to change, `why` says the reason.
    """

    cause: Cause
    confidence: Confidence
    stand: Stand
    why: str
    to_check: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The testimony and the findings that only it can tell."""

    testimony: Testimony
    findings: tuple[Finding, ...] = ()


# The hops whose break each cause is the ordinary word for.
_EXPECTED: dict[Cause, frozenset[HopName]] = {
    Cause.firewall_denied: frozenset(
        {
            HopName.ENVIRONMENT,
            HopName.ENDPOINT,
            HopName.RESOLVER,
            HopName.ZONE,
            HopName.RECORD,
            HopName.FIREWALL,
        }
    ),
    Cause.auth_unauthorized: frozenset({HopName.CREDENTIAL}),
    Cause.not_found: frozenset({HopName.IMAGE}),
    Cause.dns_failure: frozenset({HopName.RESOLVER, HopName.ZONE, HopName.RECORD}),
    Cause.timeout_unreachable: frozenset({HopName.ENDPOINT, HopName.RESOLVER, HopName.RECORD, HopName.ROUTE}),
    Cause.tls_error: frozenset({HopName.IMAGE, HopName.RECORD, HopName.ROUTE}),
    Cause.data_endpoint_blocked: frozenset({HopName.RECORD, HopName.ROUTE, HopName.FIREWALL, HopName.ZONE}),
    Cause.bad_reference: frozenset({HopName.IMAGE}),
}
_NOT_OURS_TO_MEND: dict[Cause, tuple[str, str]] = {
    Cause.throttled: (
        "too many requests (HTTP 429): a limit of the registry or of a public hub, not the network",
        "Wait, pull less often, or cache the image in a registry of yours.",
    ),
    Cause.platform_mismatch: (
        "the image is built for another platform; Container Apps runs linux/amd64 only",
        "Build and push the image for linux/amd64.",
    ),
    Cause.other: ("the text names a fault that no change of the network mends", "Read the text: it names the fault."),
}
_WORDS: dict[Cause, str] = {
    Cause.firewall_denied: "the registry's firewall refused the pull",
    Cause.auth_unauthorized: "the registry did not accept who asked",
    Cause.not_found: "the image is not there",
    Cause.dns_failure: "the name did not resolve",
    Cause.timeout_unreachable: "nobody answered",
    Cause.tls_error: "the certificate was not accepted",
    Cause.throttled: "there were too many requests",
    Cause.platform_mismatch: "the image is for another platform",
    Cause.data_endpoint_blocked: "the layers could not be fetched",
    Cause.bad_reference: "the image reference is malformed",
    Cause.other: "something else failed",
    Cause.unknown: "the pull failed, and not why",
}


def weigh(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    """The text beside the paths of the registry (and app) that it is about."""
    if said.registry is not None and not said.managed:
        why = f"{said.registry} is no registry of Azure: whatever it answered, no change of this estate mends it"
        return _only(said, Stand.NOT_DRIFT, why, f"Ask {said.registry} about the image and the credential.")
    concerned = _named_first(said, paths, snapshot)
    broken = next((path for path in concerned if path.verdict is Verdict.BROKEN), None)
    if broken is not None:
        return _beside_a_break(said, broken)
    if said.cause in _NOT_OURS_TO_MEND:
        return _only(said, Stand.NOT_DRIFT, *_NOT_OURS_TO_MEND[said.cause])
    unknown = next((path for path in concerned if path.verdict is Verdict.UNKNOWN), None)
    if unknown is not None and unknown.deciding is not None:
        return _only(said, Stand.OPEN, f"{_WORDS[said.cause]}; the estate cannot say why: {unknown.deciding.detail}")
    if not paths:
        return _only(said, Stand.OPEN, "no app of this estate that was read pulls from there", "Name the app.")
    whole = tuple(path for path in paths if path.verdict is Verdict.OK)
    return _WHOLE.get(said.cause, _whole)(said, whole, snapshot)


def _named_first(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> tuple[PullPath, ...]:
    """The paths of the apps that name the image of the text; all of them where it names none, or nobody does."""
    if said.image is None:
        return paths
    naming = tuple(p for p in paths if (c := snapshot.consumers.get(p.consumer)) and said.image in c.images)
    return naming or paths


def _only(said: PullError, stand: Stand, why: str, to_check: str = "") -> Weighed:
    return Weighed(Testimony(said.cause, said.confidence, stand, why, to_check))


def _beside_a_break(said: PullError, path: PullPath) -> Weighed:
    hop = path.deciding
    detail = hop.detail if hop else "the path is broken"
    if said.cause is Cause.unknown or (hop and hop.name in _EXPECTED.get(said.cause, frozenset())):
        return _only(said, Stand.AGREES, f"the text says {_WORDS[said.cause]}, and the estate shows why: {detail}")
    why = f"the text says {_WORDS[said.cause]}, but the estate shows another cause: {detail}"
    return _only(said, Stand.DISAGREES, why, _DISTRACTIONS.get(said.cause, ""))


_DISTRACTIONS: dict[Cause, str] = {
    Cause.auth_unauthorized: "Grant no role because of this text: a pull that arrives in public is refused like this.",
    Cause.not_found: "Push no image because of this text: a refused pull reads 'not found' too.",
    Cause.firewall_denied: "Open no firewall because of this text.",
}


def _whole(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    why = f"the text says {_WORDS[said.cause]}, but every hop that can be read is whole now: nothing to do"
    return _only(said, Stand.NOT_DRIFT, why, _AFTERWARDS)


_AFTERWARDS = (
    "A fault that is mended goes on failing for some minutes (DNS caches, the puller's back-off of up to 5 minutes): "
    "look for a later PulledImage, or restart the revision."
)


def _answered_elsewhere(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    """A refusal or a name that did not resolve, where the model says all is well: who answers the name?"""
    found = tuple(f for path in paths if (f := _own_servers(said, path, snapshot)) is not None)
    if not found:
        return _whole(said, paths, snapshot)
    why = f"the text says {_WORDS[said.cause]}, which the estate explains only if {found[0].summary}"
    return Weighed(Testimony(said.cause, said.confidence, Stand.ADDS, why, found[0].advice), found)


def _own_servers(said: PullError, path: PullPath, snapshot: Snapshot) -> Finding | None:
    network = _network_of(path, snapshot)
    resolver = resolver_for(snapshot, network, path.host) if network else None
    if network is None or not isinstance(resolver, Resolver) or not resolver.through:
        return None
    servers = ", then ".join(resolver.through)
    return Finding(
        rule="custom-dns",
        target=network.id,
        severity=Severity.UNKNOWN,
        summary=f"the DNS servers of {network.id.name} ({servers}) do not forward {path.host} to Azure DNS",
        evidence=(f"error text: {said.evidence}", "zone, link, records and endpoint are whole as far as they are read"),
        advice=f"Ask from inside {network.id.name} what {path.host} is, and the owner of {servers} where these queries "
        "go: they must reach 168.63.129.16 in a network that links the private zone.",
        paths=(path.key,),
    )


def _network_of(path: PullPath, snapshot: Snapshot) -> Network | None:
    consumer = snapshot.consumers.get(path.consumer)
    environment = snapshot.environments.get(consumer.environment) if consumer and consumer.environment else None
    return snapshot.networks.get(environment.network) if environment and environment.network else None


def _not_there(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    """The way is whole, so the word about the image stands."""
    image = said.image or "the image"
    targets = _consumers_of(said, paths, snapshot)
    bad = said.cause is Cause.bad_reference
    summary = f"{image} is no reference that can be pulled" if bad else f"{image} is not in the registry"
    findings = tuple(
        Finding(
            rule="image-reference",
            target=target,
            severity=Severity.BROKEN if said.confidence is Confidence.high else Severity.UNKNOWN,
            summary=f"{summary}, says the error text of {target.name}; the way to the registry is whole",
            evidence=(f"error text: {said.evidence}",),
            advice="Correct the reference, or push the tag under the name that the app asks for. Nothing has to change "
            "in the network.",
            paths=tuple(path.key for path in paths if path.consumer == target),
        )
        for target in targets
    )
    why = f"the way to the registry is whole, and the text says {_WORDS[said.cause]}: not a network matter"
    return Weighed(
        Testimony(said.cause, said.confidence, Stand.ADDS, why, "Look up the tag in the registry."), findings
    )


def _consumers_of(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> tuple[ResourceId, ...]:
    """The consumers that name the image; those of all paths when the text does not say or nobody names it."""
    everyone = tuple(dict.fromkeys(path.consumer for path in paths))
    if said.image is None:
        return everyone[:1]
    named = [rid for rid in everyone if (c := snapshot.consumers.get(rid)) and said.image in c.images]
    return tuple(named) or everyone[:1]


def _not_accepted(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    why = (
        "the text says the registry did not accept who asked, but the way is whole and the configured credential may "
        "pull, as far as it can be read: a new role assignment takes minutes to count, and a password may be an old one"
    )
    check = "Wait ten minutes after a grant; else compare the secret with the registry's password, or name an identity."
    return _only(said, Stand.NOT_DRIFT, why, check)


def _no_answer(said: PullError, paths: tuple[PullPath, ...], snapshot: Snapshot) -> Weighed:
    why = (
        f"the text says {_WORDS[said.cause]}, but names, endpoint and routes are whole as far as they can be read: "
        "something that Azure does not show is in the way, or it is over"
    )
    check = (
        "Look at the logs of firewalls and appliances on the way (port 443 to the endpoint's addresses, to Entra and, "
        "without data endpoints, to blob storage). " + _AFTERWARDS
    )
    return _only(said, Stand.NOT_DRIFT, why, check)


_WHOLE: dict[Cause, Callable[[PullError, tuple[PullPath, ...], Snapshot], Weighed]] = {
    Cause.firewall_denied: _answered_elsewhere,
    Cause.dns_failure: _answered_elsewhere,
    Cause.not_found: _not_there,
    Cause.bad_reference: _not_there,
    Cause.auth_unauthorized: _not_accepted,
    Cause.timeout_unreachable: _no_answer,
    Cause.tls_error: _no_answer,
    Cause.data_endpoint_blocked: _no_answer,
}

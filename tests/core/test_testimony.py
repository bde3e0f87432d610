"""What an error text is worth beside the estate: where it agrees, misleads, adds something, or is no drift at all."""

from __future__ import annotations

import pytest

from remediator.core.finding import Severity
from remediator.core.pull_error import Cause, Confidence, PullError
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.core.testimony import Stand, Weighed, weigh
from tests.core.breaks import APP
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import healthy

HOST = "shop.azurecr.io"
IMAGE = f"{HOST}/orders:1"
AGREES, DISAGREES, ADDS = Stand.AGREES, Stand.DISAGREES, Stand.ADDS
NOT_DRIFT, OPEN = Stand.NOT_DRIFT, Stand.OPEN


def said(cause: Cause, registry: str | None = HOST, image: str | None = IMAGE, **more: object) -> PullError:
    """What a text says, as `classify` would read it."""
    held = {"client_ip": None, "confidence": Confidence.high, "evidence": "the text", **more}
    return PullError(
        cause=cause, managed=registry is None or ".azurecr." in registry, registry=registry, image=image, **held
    )


def path(verdict: Verdict = Verdict.OK, at: HopName | None = None, consumer: str = APP) -> PullPath:
    """A path that is whole, or ends at a hop."""
    hops = []
    for name in HopName:
        hops.append(Hop(name, verdict if name is at else Verdict.OK, f"what {name} found"))
        if name is at:
            break
    return PullPath(ResourceId(consumer), HOST, None, tuple(hops))


def broken(at: HopName, cause: Cause) -> Weighed:
    return weigh(said(cause), (path(Verdict.BROKEN, at),), Snapshot())


# Written from azure-facts 2.7: the number of the text, its cause, the hop that was broken, and what the two are worth.
CASES = [
    ("1", Cause.firewall_denied, HopName.FIREWALL, AGREES),
    ("2", Cause.firewall_denied, HopName.ENDPOINT, AGREES),
    ("3", Cause.firewall_denied, HopName.RESOLVER, AGREES),
    ("4", Cause.firewall_denied, HopName.ZONE, AGREES),
    ("3.5", Cause.firewall_denied, HopName.RECORD, AGREES),
    ("13", Cause.auth_unauthorized, HopName.ZONE, DISAGREES),
    ("13", Cause.auth_unauthorized, HopName.ENDPOINT, DISAGREES),
    ("14", Cause.auth_unauthorized, HopName.ROUTE, DISAGREES),
    ("15", Cause.auth_unauthorized, HopName.CREDENTIAL, AGREES),
    ("1", Cause.not_found, HopName.FIREWALL, DISAGREES),
    ("1", Cause.not_found, HopName.ZONE, DISAGREES),
    ("28", Cause.dns_failure, HopName.RECORD, AGREES),
    ("29", Cause.dns_failure, HopName.RESOLVER, AGREES),
    ("28", Cause.dns_failure, HopName.CREDENTIAL, DISAGREES),
    ("31", Cause.timeout_unreachable, HopName.ROUTE, AGREES),
    ("31", Cause.timeout_unreachable, HopName.CREDENTIAL, DISAGREES),
    ("32", Cause.timeout_unreachable, HopName.RECORD, AGREES),
    ("34", Cause.tls_error, HopName.IMAGE, AGREES),
    ("33", Cause.tls_error, HopName.ROUTE, AGREES),
    ("1.4", Cause.data_endpoint_blocked, HopName.RECORD, AGREES),
    ("1.4", Cause.data_endpoint_blocked, HopName.CREDENTIAL, DISAGREES),
    ("18", Cause.bad_reference, HopName.IMAGE, AGREES),
    ("41", Cause.unknown, HopName.ZONE, AGREES),
    ("41", Cause.unknown, HopName.CREDENTIAL, AGREES),
]


@pytest.mark.parametrize(("number", "cause", "at", "expected"), CASES)
def test_a_text_beside_a_broken_hop(number: str, cause: Cause, at: HopName, expected: Stand) -> None:
    """The estate decides: the text agrees where such a break reads so, else it names another cause; it adds nothing."""
    weighed = broken(at, cause)
    assert (weighed.testimony.stand, weighed.findings) == (expected, ())
    assert f"what {at} found" in weighed.testimony.why


MISLEADING = [
    (Cause.auth_unauthorized, "Grant no role"),
    (Cause.not_found, "Push no image"),
]


@pytest.mark.parametrize(("cause", "words"), MISLEADING)
def test_a_misleading_text_says_what_not_to_do(cause: Cause, words: str) -> None:
    """Where the text names the wrong cause, a person is told not to act on it."""
    assert broken(HopName.ZONE, cause).testimony.to_check.startswith(words)


@pytest.mark.parametrize("at", list(HopName))
@pytest.mark.parametrize("cause", [Cause.throttled, Cause.platform_mismatch, Cause.other])
def test_what_no_change_mends_does_not_hide_a_break(cause: Cause, at: HopName) -> None:
    """Too many requests, another platform or a quota is another matter than the break that the estate shows."""
    assert broken(at, cause).testimony.stand is Stand.DISAGREES


@pytest.mark.parametrize("cause", [Cause.throttled, Cause.platform_mismatch, Cause.other])
def test_what_no_change_mends_is_no_drift(cause: Cause) -> None:
    """Beside a whole path it is the answer: nothing in the estate has to change."""
    weighed = weigh(said(cause), (path(Verdict.OK),), Snapshot())
    assert (weighed.testimony.stand, weighed.findings) == (NOT_DRIFT, ())


@pytest.mark.parametrize("cause", list(Cause))
@pytest.mark.parametrize("registry", ["ghcr.io", "docker.io", "mcr.microsoft.com"])
def test_another_registry_is_no_drift(cause: Cause, registry: str) -> None:
    """Whatever a registry elsewhere answered (ghcr's 403, Docker Hub's 429), no change of this estate mends it."""
    weighed = weigh(said(cause, registry, f"{registry}/acme/web:1"), (path(Verdict.BROKEN, HopName.ZONE),), Snapshot())
    assert (weighed.testimony.stand, weighed.findings) == (NOT_DRIFT, ())
    assert registry in weighed.testimony.why


WHOLE = [
    (Cause.firewall_denied, NOT_DRIFT),
    (Cause.auth_unauthorized, NOT_DRIFT),
    (Cause.not_found, ADDS),
    (Cause.dns_failure, NOT_DRIFT),
    (Cause.timeout_unreachable, NOT_DRIFT),
    (Cause.tls_error, NOT_DRIFT),
    (Cause.throttled, NOT_DRIFT),
    (Cause.platform_mismatch, NOT_DRIFT),
    (Cause.data_endpoint_blocked, NOT_DRIFT),
    (Cause.bad_reference, ADDS),
    (Cause.other, NOT_DRIFT),
    (Cause.unknown, NOT_DRIFT),
]


@pytest.mark.parametrize(("cause", "expected"), WHOLE)
def test_a_text_beside_a_whole_path(cause: Cause, expected: Stand) -> None:
    """Where all is whole there is nothing to do, said with a reason; only a missing image is a finding of the text."""
    testimony = weigh(said(cause), (path(),), Snapshot()).testimony
    assert (testimony.stand, bool(testimony.why), bool(testimony.to_check)) == (expected, True, True)


NOT_OURS = (Cause.throttled, Cause.platform_mismatch, Cause.other)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in NOT_OURS])
def test_a_text_beside_a_path_that_is_not_known(cause: Cause) -> None:
    """Where the estate cannot say, the question stays open and says what could not be read."""
    testimony = weigh(said(cause), (path(Verdict.UNKNOWN, HopName.RESOLVER),), Snapshot()).testimony
    assert (testimony.stand, "what resolver found" in testimony.why) == (OPEN, True)


def test_a_broken_path_is_told_before_an_unknown_one() -> None:
    """Of several paths the broken one explains the text."""
    paths = (path(Verdict.UNKNOWN, HopName.RESOLVER), path(Verdict.BROKEN, HopName.FIREWALL))
    assert weigh(said(Cause.firewall_denied), paths, Snapshot()).testimony.stand is AGREES


def test_a_text_about_nobody_we_know_stays_open() -> None:
    """Without a path the estate says nothing; the person is asked which app it was."""
    testimony = weigh(said(Cause.firewall_denied), (), Snapshot()).testimony
    assert (testimony.stand, testimony.to_check) == (OPEN, "Name the app.")


def test_the_testimony_keeps_what_the_text_said() -> None:
    """Cause and confidence of the text stay beside the judgement."""
    testimony = weigh(said(Cause.auth_unauthorized, confidence=Confidence.low), (path(),), Snapshot()).testimony
    assert (testimony.cause, testimony.confidence) == (Cause.auth_unauthorized, Confidence.low)


@pytest.mark.parametrize(
    ("confidence", "severity"),
    [(Confidence.high, Severity.BROKEN), (Confidence.medium, Severity.UNKNOWN), (Confidence.low, Severity.UNKNOWN)],
)
def test_an_image_that_is_missing_is_a_finding_as_sure_as_the_text(confidence: Confidence, severity: Severity) -> None:
    """Only the text can tell that an image is not there; it is about the app that names it, and plans nothing."""
    text = said(Cause.not_found, confidence=confidence)
    (finding,) = weigh(text, (path(),), snapshot_of(healthy())).findings
    assert (finding.rule, finding.target.text, finding.severity, finding.remedy) == (
        "image-reference",
        APP,
        severity,
        (),
    )


@pytest.mark.parametrize(
    ("cause", "words"), [(Cause.not_found, "is not in the registry"), (Cause.bad_reference, "is no")]
)
def test_what_is_wrong_with_an_image_is_said(cause: Cause, words: str) -> None:
    """An image that is missing and a reference that is none are told apart, with the image's name."""
    (finding,) = weigh(said(cause), (path(),), snapshot_of(healthy())).findings
    assert finding.summary.startswith(f"{IMAGE} {words}")


def test_an_image_that_the_text_does_not_name_is_somebodys() -> None:
    """Without an image in the text the finding is about the first app, and says 'the image'."""
    paths = (path(), path(consumer=APP.replace("/orders", "/web")))
    (finding,) = weigh(said(Cause.not_found, image=None), paths, snapshot_of(healthy())).findings
    assert (finding.target.name, finding.summary.startswith("the image ")) == ("orders", True)


def test_only_the_apps_own_paths_are_named() -> None:
    """The finding about one app names the paths of that app, not those of others."""
    other = path(consumer=APP.replace("/orders", "/web"))
    (finding,) = weigh(said(Cause.not_found), (path(), other), snapshot_of(healthy())).findings
    assert finding.paths == (path().key,)

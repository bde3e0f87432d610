"""Whole texts beside whole estates: what the two together say, and that a text never adds a change."""

from __future__ import annotations

import pytest

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.finding import Severity
from remediator.core.pull_error import Cause, Confidence, PullError, classify
from remediator.core.testimony import Stand
from tests.core.breaks import APP, BREAKS, ENVIRONMENT, link_removed
from tests.core.breaks_dns import hub_answers, inbound_endpoint
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder, healthy, spoke

HOST = "shop.azurecr.io"
IMAGE = f"{HOST}/orders:1"
AGREES, DISAGREES, ADDS = Stand.AGREES, Stand.DISAGREES, Stand.ADDS
NOT_DRIFT, OPEN = Stand.NOT_DRIFT, Stand.OPEN


def several() -> EstateBuilder:
    """Three apps in one environment, each with an image of its own."""
    builder = healthy()
    builder.app("web", ENVIRONMENT, f"{HOST}/web:1")
    builder.app("jobs", ENVIRONMENT, f"{HOST}/jobs:1")
    return builder


def heard(builder: EstateBuilder, text: str) -> Diagnosis:
    return diagnose(DesiredState(), snapshot_of(builder), None, classify(text))


def missing(image: str) -> str:
    tag = image.rpartition(":")[2]
    return (
        f"Container 'app' was terminated with exit code '' and reason 'ImagePullFailure'. Image {image} not found in "
        'registry. ErrorMessage=Image not found or access denied. Error: {"errors":[{"code":"MANIFEST_UNKNOWN",'
        f'"message":"manifest tagged by \\"{tag}\\" is not found","detail":{{"Tag":"{tag}"}}}}]}}'
    )


def refused(image: str) -> str:
    return (
        f"Container 'app' was terminated with exit code '' and reason 'ImagePullFailure'. Image {image} not found in "
        'registry. ErrorMessage=Image not found or access denied. Error: {"errors":[{"code":"DENIED","message":"client '
        "with IP '20.196.208.15' is not allowed access, refer https://aka.ms/acr/firewall to grant access\"}]}"
    )


def test_the_app_that_names_the_missing_image_is_meant() -> None:
    """Of several apps the one whose image the text names has the finding."""
    found = heard(several(), missing(f"{HOST}/web:1"))
    assert [(one.rule, one.target.name) for one in found.findings] == [("image-reference", "web")]


def test_a_missing_image_beside_another_app_that_is_broken() -> None:
    """Another app's broken path does not explain a text about an image whose own path is whole."""
    builder = several()
    _, infrastructure, _ = spoke(builder, "other", 40, group="rg-other")
    builder.app("remote", builder.environment("cae-other", infrastructure, group="rg-other"), f"{HOST}/remote:1")
    found = heard(builder, missing(f"{HOST}/web:1"))
    assert found.testimony is not None
    assert (found.testimony.stand, "image-reference" in {one.rule for one in found.findings}) == (ADDS, True)


UNAUTHORIZED = (
    f'Failed to pull image "{IMAGE}": Container pull image failed with unauthorized error. '
    "UNAUTHORIZED authentication required"
)


def test_unauthorized_that_is_a_missing_link() -> None:
    """The text speaks of authentication, the estate of a link: the link is planned, no role is advised."""
    found = heard(link_removed(), UNAUTHORIZED)
    assert found.testimony is not None
    assert (found.testimony.stand, found.findings[0].rule) == (DISAGREES, "vnet-link")
    assert [change.kind.value for change in found.plan.changes] == ["create-vnet-link"]


def test_not_found_that_is_the_firewall() -> None:
    """'Not found in registry' with DENIED inside is a refusal, and the missing link explains it."""
    found = heard(link_removed(), refused(IMAGE))
    assert found.testimony is not None
    assert (found.testimony.cause, found.testimony.stand) == (Cause.firewall_denied, AGREES)


def test_not_found_beside_a_missing_link_is_not_believed() -> None:
    """A refused pull reads 'not found' too: while a hop before is broken, no image is called missing."""
    found = heard(link_removed(), missing(IMAGE))
    assert found.testimony is not None
    assert (found.testimony.stand, "image-reference" in {one.rule for one in found.findings}) == (DISAGREES, False)


ELSEWHERE = {
    "ghcr.io answers 403": (
        'Failed to pull image "ghcr.io/acme/orders:1": failed to resolve reference "ghcr.io/acme/orders:1": failed to '
        "authorize: failed to fetch oauth token: unexpected status: 403 Forbidden"
    ),
    "Docker Hub answers 429": (
        "Image pull for docker.io/library/redis:7-alpine failed due to registry rate limiting (HTTP 429)."
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_happened_at_another_registry_is_no_drift(name: str) -> None:
    """A text about a registry elsewhere is answered 'not drift', and adds no finding to a healthy estate."""
    found = heard(healthy(), ELSEWHERE[name])
    assert found.testimony is not None
    assert (found.testimony.stand, found.findings, found.plan.changes) == (NOT_DRIFT, (), ())


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_text_from_elsewhere_does_not_hide_a_broken_path(name: str) -> None:
    """What is broken here is found all the same; the text is not its reason."""
    found = heard(link_removed(), ELSEWHERE[name])
    assert found.testimony is not None
    assert (found.testimony.stand, found.findings[0].rule) == (NOT_DRIFT, "vnet-link")


def hub_with_endpoint() -> EstateBuilder:
    builder = hub_answers()
    inbound_endpoint(builder, str(builder.get(hub_id(builder))["id"]))
    return builder


def hub_id(builder: EstateBuilder) -> str:
    return next(key for key in builder.bodies if key.endswith("/virtualnetworks/vnet-hub"))


OWN_SERVERS = [
    ("a machine", hub_answers, refused(IMAGE), ADDS),
    ("a machine", hub_answers, f"dial tcp: lookup {HOST} on 10.10.4.40:53: no such host", ADDS),
    ("an inbound endpoint", hub_with_endpoint, refused(IMAGE), ADDS),
    ("Azure DNS", healthy, refused(IMAGE), NOT_DRIFT),
    ("a machine", hub_answers, UNAUTHORIZED, NOT_DRIFT),
]


@pytest.mark.parametrize(("what", "build", "text", "expected"), OWN_SERVERS, ids=lambda one: str(one)[:20])
def test_a_refusal_beside_a_whole_path_points_at_the_dns_servers(
    what: str, build: type[EstateBuilder], text: str, expected: Stand
) -> None:
    """Where the model says all is well, a 403 or a missing name means that a server answers otherwise."""
    found = heard(build(), text)
    assert found.testimony is not None
    assert found.testimony.stand is expected
    assert [(one.rule, one.severity, one.remedy) for one in found.findings] == (
        [("custom-dns", Severity.UNKNOWN, ())] if expected is ADDS else []
    )


def test_several_apps_behind_one_server_are_one_finding() -> None:
    """The DNS servers of a network are one thing to ask about, however many apps stand there."""
    builder = hub_answers()
    builder.app("web", ENVIRONMENT, f"{HOST}/web:1")
    found = heard(builder, refused(IMAGE))
    assert [(one.rule, len(one.paths)) for one in found.findings] == [("custom-dns", 2)]


def test_a_text_about_the_private_link_name_finds_the_reference() -> None:
    """The certificate's complaint names the private-link name (azure-facts 2.7, no. 34), and so does the app."""
    builder = healthy()
    held = builder.get(APP)["properties"]
    held["template"]["containers"][0]["image"] = "shop.privatelink.azurecr.io/orders:1"
    held["configuration"]["registries"][0]["server"] = "shop.privatelink.azurecr.io"
    text = (
        'Get "https://shop.privatelink.azurecr.io/v2/": x509: certificate is valid for *.azurecr.io, '
        "not shop.privatelink.azurecr.io"
    )
    found = heard(builder, text)
    assert found.testimony is not None
    assert (found.testimony.stand, [one.rule for one in found.findings]) == (AGREES, ["image-reference"])


def test_a_text_about_a_data_name_is_about_the_registry() -> None:
    """A data name in the text finds the paths of its login server."""
    builder = BREAKS["data record missing"][0]()
    text = f"dial tcp: lookup shop.westeurope.data.azurecr.io on 168.63.129.16:53: no such host (pulling {IMAGE})"
    found = heard(builder, text)
    assert found.testimony is not None
    assert (found.testimony.cause, found.testimony.stand) == (Cause.dns_failure, AGREES)


def test_a_text_about_an_unknown_registry_of_azure_stays_open() -> None:
    """An ACR host that no app here names is not ours to judge."""
    found = heard(healthy(), refused("elsewhere.azurecr.io/orders:1"))
    assert found.testimony is not None
    assert (found.testimony.stand, found.findings) == (OPEN, ())


@pytest.mark.parametrize("name", ["whole", "own servers", *sorted(BREAKS)])
def test_a_text_never_adds_a_change(name: str) -> None:
    """Whatever a text says of whichever estate, the plan is the one without it, and what it adds has no remedy."""
    build = {"whole": healthy, "own servers": hub_answers}.get(name) or BREAKS[name][0]
    snapshot = snapshot_of(build())
    without = diagnose(DesiredState(), snapshot)
    for cause in Cause:
        said = PullError(cause, True, None, IMAGE, "20.196.208.15", Confidence.high, "the text")
        found = diagnose(DesiredState(), snapshot, None, said)
        added = [one for one in found.findings if one not in without.findings]
        assert (found.plan, [one.remedy for one in added if one.remedy]) == (without.plan, [])

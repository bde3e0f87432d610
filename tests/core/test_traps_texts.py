"""Traps of error texts: each of these says one thing and means another. The estate decides, the text is answered."""

from __future__ import annotations

import pytest

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.pull_error import Cause, classify
from remediator.core.testimony import Stand
from tests.core.breaks import closed_without_endpoint, link_removed, standard_tier
from tests.core.breaks_way import acr_pull_in_abac_mode, no_role
from tests.core.diagnosing import kinds, rules, snapshot_of
from tests.estate_builder import EstateBuilder, healthy

IMAGE = "shop.azurecr.io/orders:1"
FAILED = f"Container 'orders' was terminated with exit code '' and reason 'ImagePullFailure'. Image {IMAGE}"
NOT_THERE = f"{FAILED} not found in registry. ErrorMessage=Image not found or access denied."
FIREWALL = (
    f'{NOT_THERE} Error: {{"errors":[{{"code":"DENIED","message":"client with IP \'20.196.208.15\' is not allowed '
    'access, refer https://aka.ms/acr/firewall to grant access"}]}'
)
NO_TAG = f'{NOT_THERE} Error: {{"errors":[{{"code":"MANIFEST_UNKNOWN","message":"manifest tagged by \\"1\\"…"}}]}}'
IDENTITY = (
    "Failed to construct registry secret for registry 'shop.azurecr.io' for ContainerApp 'orders'. Ensure the managed "
    "identity 'system' has the correct permissions."
)
UNAUTHORIZED = f"Container pull image failed with unauthorized error. {IMAGE}"
ENTRA = 'unable to resolve an endpoint for shop.azurecr.io: Get "https://login.microsoftonline.com/t": EOF'


def told(builder: EstateBuilder, text: str) -> Diagnosis:
    """The diagnosis of an estate beside a text."""
    return diagnose(DesiredState(), snapshot_of(builder), said=classify(text))


def test_the_code_decides_and_not_the_sentence() -> None:
    """The firewall prints "not found in registry" too: DENIED or MANIFEST_UNKNOWN tells the two apart."""
    assert [classify(text).cause for text in (FIREWALL, NO_TAG, NOT_THERE)] == [
        Cause.firewall_denied,
        Cause.not_found,
        Cause.unknown,
    ]


@pytest.mark.parametrize("text", [IDENTITY, UNAUTHORIZED, NO_TAG], ids=["identity", "unauthorized", "not found"])
def test_a_missing_link_is_mended_whatever_the_text_blames(text: str) -> None:
    """Neither a role nor an image: the zone's link is missing, which the estate shows, and nothing else is planned."""
    diagnosis = told(link_removed(), text)
    assert (rules(diagnosis), kinds(diagnosis)) == (["vnet-link"], ["create-vnet-link"])
    assert diagnosis.testimony is not None
    assert diagnosis.testimony.stand is Stand.DISAGREES


@pytest.mark.parametrize("build", [no_role, acr_pull_in_abac_mode])
def test_a_missing_role_is_no_network_matter(build: type[EstateBuilder]) -> None:
    """An identity without a role that counts is told even beside a firewall's words, and no network is changed."""
    diagnosis = told(build(), FIREWALL)
    assert (rules(diagnosis), kinds(diagnosis)) == (["pull-credential"], [])


def test_a_new_grant_is_given_time() -> None:
    """Everything is whole and the registry still says no: a grant takes minutes, and nothing has to change."""
    diagnosis = told(healthy(), UNAUTHORIZED)
    assert kinds(diagnosis) == []
    assert diagnosis.testimony is not None
    assert (diagnosis.testimony.stand, "Wait" in diagnosis.testimony.to_check) == (Stand.NOT_DRIFT, True)


@pytest.mark.parametrize(
    "text",
    [
        'failed to resolve reference "ghcr.io/acme/orders:1": failed to authorize: unexpected status: 403 Forbidden',
        "Image pull for docker.io/library/redis:7 failed due to registry rate limiting (HTTP 429).",
        "Failed to pull image mcr.microsoft.com/k8se/quickstart:latest: 403 Forbidden",
    ],
    ids=["ghcr.io", "docker.io", "mcr.microsoft.com"],
)
def test_another_registrys_refusal_is_not_ours_to_mend(text: str) -> None:
    """A 403 or 429 of a registry that is not ours is no drift, and is not explained by what else is broken."""
    assert not classify(text).managed
    for builder in (healthy(), link_removed()):
        diagnosis = told(builder, text)
        assert diagnosis.testimony is not None
        assert diagnosis.testimony.stand is Stand.NOT_DRIFT


@pytest.mark.parametrize("build", [link_removed, closed_without_endpoint, standard_tier, healthy])
def test_the_address_of_a_text_is_let_in_by_no_plan(build: type[EstateBuilder]) -> None:
    """The address that the firewall refused is tomorrow another one: it is never added to the registry's rules."""
    said = classify(FIREWALL)
    diagnosis = told(build(), FIREWALL)
    assert said.client_ip == "20.196.208.15"
    assert "update-registry" not in kinds(diagnosis)
    assert said.client_ip not in repr(diagnosis.plan)


def test_a_closed_way_to_entra_is_answered_with_where_to_look() -> None:
    """A pull needs Entra too; no resource of the estate shows that way, so the text is answered with it."""
    diagnosis = told(healthy(), ENTRA)
    assert diagnosis.testimony is not None
    assert (diagnosis.testimony.stand, "Entra" in diagnosis.testimony.to_check) == (Stand.NOT_DRIFT, True)


def test_a_healthy_data_endpoint_says_403_too() -> None:
    """A 403 of a data name is no word about the firewall: an unauthenticated look at a healthy one gets it as well."""
    text = "GET https://shop.westeurope.data.azurecr.io/v2/: 403 Forbidden"
    assert classify(text).cause is not Cause.firewall_denied
    assert kinds(told(healthy(), text)) == []


def test_the_fallback_hides_a_missing_record_behind_a_403() -> None:
    """With `NxDomainRedirect` a missing record ends in public, at the firewall: the record is what is mended."""
    builder = healthy()
    link = next(key for key in builder.bodies if "/virtualnetworklinks/" in key)
    builder.bodies[link]["properties"]["resolutionPolicy"] = "NxDomainRedirect"
    builder.drop(next(body["id"] for key, body in builder.bodies.items() if key.endswith("/a/shop")))
    diagnosis = told(builder, FIREWALL)
    assert (rules(diagnosis), kinds(diagnosis)) == (["dns-record"], ["update-dns-zone-group"])
    assert diagnosis.testimony is not None
    assert diagnosis.testimony.stand is Stand.AGREES

"""What becomes of image references that are wrong, and of the name that is no login server."""

from __future__ import annotations

import pytest

from remediator.sandbox.azure import Azure
from remediator.sandbox.network import Network
from tests.sandbox.valley import LOGIN, Valley


def pulling(image: str) -> Valley:
    """The valley, with another image in the app."""
    valley = Valley()
    valley.of(valley.app)["template"]["containers"][0]["image"] = image
    return valley


@pytest.mark.parametrize(
    ("image", "why"),
    [
        (f"{LOGIN}/Orders:1", "invalid reference format: repository name must be lowercase"),
        (f"https://{LOGIN}/orders:1", "invalid reference format"),
        (f"{LOGIN}/orders:", "invalid reference format"),
        (f"{LOGIN}/orders: 1", "invalid reference format"),
        (f"{LOGIN}/orders@sha256:abc", "invalid reference format"),
        (f"{LOGIN}/", "invalid reference format"),
        (f"{LOGIN}//orders:1", "invalid reference format"),
    ],
)
def test_what_is_no_reference_is_not_pulled(image: str, why: str) -> None:
    """The client refuses before it asks anybody."""
    attempt = pulling(image).pull()
    assert (attempt.ok, attempt.stage) == (False, "image")
    assert attempt.text.endswith(why)


@pytest.mark.parametrize(
    "image",
    [f"{LOGIN}/orders", f"{LOGIN}/team_a/web--shop.api:v1.0-rc_2", f"{LOGIN}/orders:1@sha256:{'ab' * 32}"],
)
def test_what_is_a_reference_is_pulled(image: str) -> None:
    """Paths, separators, tags and digests of the grammar pass."""
    assert pulling(image).pull().ok


@pytest.mark.parametrize("linked", [True, False])
def test_the_private_name_is_no_login_server(linked: bool) -> None:
    """By the name in the private zone the registry is reached, and its certificate does not fit."""
    valley = pulling("shop.privatelink.azurecr.io/orders:1")
    if not linked:
        valley.unlink("spoke")
    attempt = valley.pull()
    assert (attempt.ok, attempt.stage) == (False, "tls")
    assert "x509: certificate is valid for *.azurecr.io, not shop.privatelink.azurecr.io" in attempt.text


def test_a_private_name_that_leads_nowhere_does_not_resolve() -> None:
    """Neither does that of a registry that nobody has, nor of one without an endpoint."""
    assert pulling("nobody.privatelink.azurecr.io/orders:1").pull().stage == "record"
    valley = Valley("", closed=False)
    valley.unlink("spoke")
    valley.of(valley.app)["template"]["containers"][0]["image"] = "shop.privatelink.azurecr.io/orders:1"
    assert valley.pull().stage == "record"


def test_an_estate_may_tell_what_no_body_does() -> None:
    """Missing images and the knobs stand under `sandbox` in an estate document, and come out of it again."""
    told = {
        "missingImages": ["orders:1"],
        "forwarders": {"10.0.0.4": "dead"},
        "appliances": {"10.0.0.5": "drop"},
        "egress": {"/an/environment": "203.0.113.9"},
    }
    valley = Valley()
    azure = Azure.from_estate({**valley.builder.document(), "sandbox": told})
    assert Network(azure).pull_app(valley.app).stage == "image"
    assert azure.estate()["sandbox"] == told
    assert "sandbox" not in valley.azure().estate()
    odd = {"missingImages": 3, "forwarders": []}
    assert Azure.from_estate({**valley.builder.document(), "sandbox": odd}).missing_images == set()

# ruff: noqa: E501 - error texts stand as machines print them
"""What one error text says: cause, registry, image, client address, confidence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.core.pull_error import Cause, Confidence, classify

FIRST_CASE = r"""{"TimeStamp":"2025-07-30 12:58:24.9603413 \u002B0000 UTC","Type":"Warning","ContainerAppName":"xxxxx","RevisionName":"xxxxx--0000001","ReplicaName":"xxxxx--0000001-56db958c8b-k97xk","Msg":"Container \u0027xxxxx\u0027 was terminated with exit code \u0027\u0027 and reason \u0027
ImagePullFailure
\u0027. Pull image: xxxxxxx.azurecr.cn/mynodejsalbum:v1 failed with exit code: 1, error: time=\u00222025-07-30T12:58:24Z\u0022 level=info msg=\u0022trying next host\u0022 error=\u0022failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://xxxxxxx.azurecr.cn/oauth2/token?scope=repository%3Amynodejsalbum%3Apull\u0026service=xxxxxxx.azurecr.cn:403 Forbidden
\u0022 host=xxxxxxx.azurecr.cn\nctr: failed to resolve reference \u0022xxxxxxx.azurecr.cn/mynodejsalbum:v1\u0022: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://xxxxxxx.azurecr.cn/oauth2/token?scope=repository%3Amynodejsalbum%3Apull\u0026service=xxxxxxx.azurecr.cn: 403 Forbidden\n.","Reason":"ContainerTerminated","EventSource":"ContainerAppController","Count":1}"""

SHA = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"


def test_first_case() -> None:
    """China's 403 has neither DENIED nor an address, and is the firewall of a registry of ours all the same."""
    said = classify(FIRST_CASE)
    assert said.cause is Cause.firewall_denied
    assert said.confidence is Confidence.high
    assert said.managed
    assert said.registry == "xxxxxxx.azurecr.cn"
    assert said.image == "xxxxxxx.azurecr.cn/mynodejsalbum:v1"
    assert said.client_ip is None
    assert "403 Forbidden" in said.evidence


def test_first_case_wrapped_anywhere() -> None:
    """A line break at any single place of the first case, even inside an escape, changes neither cause nor registry."""
    for at in range(0, len(FIRST_CASE), 3):
        said = classify(FIRST_CASE[:at] + "\n" + FIRST_CASE[at:])
        assert (said.cause, said.managed, said.registry, said.image) == (
            Cause.firewall_denied,
            True,
            "xxxxxxx.azurecr.cn",
            "xxxxxxx.azurecr.cn/mynodejsalbum:v1",
        ), at


@pytest.mark.parametrize("width", [40, 61, 72, 80, 100, 120, 133])
def test_first_case_wrapped_to_a_width(width: int) -> None:
    """A terminal's or a page's width changes neither the cause nor whose registry it is."""
    text = FIRST_CASE.replace("\n", "")
    said = classify("\r\n".join(text[at : at + width] for at in range(0, len(text), width)))
    assert (said.cause, said.managed) == (Cause.firewall_denied, True)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("client with IP '20.1.2.3' is not allowed access", "20.1.2.3"),
        ("client with IP \\u002720.1.2.3\\u0027 is not allowed access", "20.1.2.3"),
        ("client with IP ''20.1.2.3'' is not allowed access", "20.1.2.3"),
        ("client with IP ‘2603:1030:20e::1’ is not allowed access", "2603:1030:20e::1"),
        ("client with IP 20.1.2.3 is not allowed access", "20.1.2.3"),
        ("client with IP 'x.x.x.x' is not allowed access", None),
        ("client with IP 'xx.xx.xxx1.xx' is not allowed access", None),
        ("client with IP '20.1.2.xx' is not allowed access", None),
        ("client with IP '***' is not allowed access", None),
    ],
)
def test_client_address(text: str, address: str | None) -> None:
    """The refused address is read through quotes and escapes, IPv6 too; a masked one is no address."""
    said = classify(text)
    assert (said.cause, said.client_ip) == (Cause.firewall_denied, address)


@pytest.mark.parametrize(
    ("text", "registry", "image"),
    [
        ("Pull image: shop.azurecr.io/a/b:1 failed", "shop.azurecr.io", "shop.azurecr.io/a/b:1"),
        (f'Failed to pull image "shop.azurecr.io/a@{SHA}": x', "shop.azurecr.io", f"shop.azurecr.io/a@{SHA}"),
        ("Get https://Shop.AzureCR.io/v2/a/b/manifests/1: x", "Shop.AzureCR.io", "Shop.AzureCR.io/a/b:1"),
        ("Registry 'shop.azurecr.cn' did not issue a challenge.", "shop.azurecr.cn", None),
        ('Failed to pull image "redis:7": 403 Forbidden', None, "redis:7"),
        ("/subscriptions/s/providers/Microsoft.ContainerRegistry/registries/shop failed to pull", None, None),
        ("visit https://aka.ms/acr/authorization for more on images", None, None),
        (
            'Failed to pull image "registry.corp.example:5000/a:1"',
            "registry.corp.example",
            "registry.corp.example:5000/a:1",
        ),
        (
            "image shop.azurecr.io.evil.example/a:1: 403 Forbidden",
            "shop.azurecr.io.evil.example",
            "shop.azurecr.io.evil.example/a:1",
        ),
        ("docker.io/shop.azurecr.io/a:1: 403 Forbidden", "docker.io", "docker.io/shop.azurecr.io/a:1"),
    ],
)
def test_registry_and_image(text: str, registry: str | None, image: str | None) -> None:
    """The registry is the image's host as the text spells it; resource types and help links are none."""
    said = classify(text)
    assert ((said.registry or "").lower() or None, said.image) == ((registry or "").lower() or None, image)


def test_look_alike_hosts_are_not_ours() -> None:
    """A host that merely contains a registry's name is not managed."""
    assert not classify("image shop.azurecr.io.evil.example/a:1: 403 Forbidden").managed
    assert not classify("docker.io/shop.azurecr.io/a:1: 403 Forbidden").managed


def test_a_base_image_elsewhere_is_not_ours() -> None:
    """A build of our image that is refused by another registry does not blame ours."""
    said = classify(
        "failed to build shop.azurecr.io/web:v7: FROM ghcr.io/org/base:1: unexpected status from HEAD request to "
        "https://ghcr.io/v2/org/base/manifests/1: 403 Forbidden"
    )
    assert not said.managed
    assert said.confidence is Confidence.low


def test_evidence_hides_secrets() -> None:
    """Signatures, tokens and passwords do not reach the evidence."""
    jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhYmMifQ.c2lnbmF0dXJl"
    said = classify(
        f'Get "https://a.blob.core.windows.net/x?sig=Zm9vYmFyYmF6cXV4&se=1" Authorization: Bearer {jwt} '
        f'"refresh_token":"0.AXoAb" password=hunter2hunter2 https://u:sekret99@shop.azurecr.io/v2/: 403 Forbidden'
    )
    for secret in ("Zm9vYmFyYmF6", "eyJzdWIi", "0.AXoAb", "hunter2", "sekret99"):
        assert secret not in said.evidence
    assert len(said.evidence) <= 240


@given(
    st.lists(st.integers(0, len(FIRST_CASE)), max_size=3), st.integers(0, 3), st.sampled_from(["\n", "\r\n", "\n    "])
)
def test_first_case_wrapped_and_escaped(places: list[int], levels: int, line_break: str) -> None:
    """Up to three line breaks anywhere and up to three levels of JSON leave it a refusal by our registry's firewall."""
    text = FIRST_CASE
    for at in sorted(places, reverse=True):
        text = text[:at] + line_break + text[at:]
    for _ in range(levels):
        text = json.dumps(text)
    said = classify(text)
    assert (said.cause, said.managed, said.confidence) == (Cause.firewall_denied, True, Confidence.high)
    assert said.registry == "xxxxxxx.azurecr.cn"


def test_one_megabyte_is_bounded() -> None:
    """Of a huge text the head and the tail are read."""
    assert classify("x" * 500_000 + FIRST_CASE + "y" * 500_000).cause is Cause.unknown
    assert classify("x" * 1_000_000 + " " + FIRST_CASE).cause is Cause.firewall_denied
    assert classify(FIRST_CASE + " " + "x" * 1_000_000).cause is Cause.firewall_denied

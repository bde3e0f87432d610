# ruff: noqa: E501 - error texts stand as machines print them
"""Wordings that only one client or service has, one line each."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, classify

LINES: list[tuple[Cause, str]] = [
    (Cause.firewall_denied, "az acr check-health: Looks like you don't have access to registry 'shop.azurecr.io'."),
    (
        Cause.firewall_denied,
        "failed to get ACR refresh token of shop.azurecr.io, exchange API response code: 403 Forbidden",
    ),
    (Cause.firewall_denied, "POST https://shop.azurecr.io/oauth2/exchange\nRESPONSE 403: 403 Forbidden"),
    (Cause.firewall_denied, 'pinging container registry shop.azurecr.io: StatusCode: 403, ""'),
    (Cause.firewall_denied, "unexpected status code https://shop.azurecr.io/v2/web/blobs/sha256:0a: 403"),
    (
        Cause.auth_unauthorized,
        "The image 'shop.azurecr.io/web:1' in container group 'g' is not accessible. Please check the image and registry credential.",
    ),
    (
        Cause.auth_unauthorized,
        "Cannot access ACR 'shop' because admin credentials on the ACR are disabled and no identity is assigned.",
    ),
    (Cause.auth_unauthorized, "Container pull image failed with unauthorized error."),
    (Cause.not_found, "Error response from daemon: repository shop.azurecr.io/nope not found"),
    (Cause.not_found, "deployment refused: image shop.azurecr.io/web:v8 does not exist"),
    (Cause.not_found, "shop.azurecr.io/web@sha256:0a0a0a: MANIFEST_BLOB_UNKNOWN: blob unknown to registry"),
    (Cause.dns_failure, "getaddrinfo ENOTFOUND shop.azurecr.io"),
    (Cause.dns_failure, "** server can't find shop.azurecr.us: NXDOMAIN"),
    (Cause.dns_failure, "An error occurred: CONNECTIVITY_DNS_ERROR for shop.azurecr.cn"),
    (
        Cause.timeout_unreachable,
        "curl: (28) Failed to connect to shop.azurecr.io port 443 after 129 ms: Connection timed out",
    ),
    (
        Cause.timeout_unreachable,
        'unable to resolve an endpoint for shop.azurecr.io: Get "https://login.microsoftonline.com/t": EOF',
    ),
    (
        Cause.timeout_unreachable,
        "rpc error: code = DeadlineExceeded desc = pull of shop.azurecr.io/web:1: context deadline exceeded",
    ),
    (
        Cause.timeout_unreachable,
        "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 403 Forbidden')) shop.azurecr.io",
    ),
    (
        Cause.data_endpoint_blocked,
        "unexpected status code https://shop.westeurope.data.azurecr.io/x: 403 Forbidden: shop.azurecr.io/web:1",
    ),
    (
        Cause.data_endpoint_blocked,
        'Get "https://shop.westeurope.data.azurecr.io/x": dial tcp 10.0.0.4:443: connect: connection refused',
    ),
    (Cause.tls_error, "remote error: tls: handshake failure https://shop.azurecr.io/v2/"),
    (Cause.tls_error, "SSL certificate problem: unable to get local issuer certificate shop.azurecr.io"),
    (Cause.throttled, 'Failed to pull image "shop.azurecr.io/web:1": pull QPS exceeded'),
    (Cause.throttled, "unexpected status from GET request to https://shop.azurecr.io/v2/web/manifests/1: 429"),
    (Cause.platform_mismatch, 'no image found in image index for architecture "arm64", variant "v8", OS "linux"'),
    (Cause.platform_mismatch, 'image operating system "windows" cannot be used on this platform'),
    (Cause.bad_reference, "lookup shop.azurecr.us.azurecr.io: no such host"),
    (Cause.bad_reference, 'Invalid value: "shop.azurecr.io/": could not parse reference'),
    (
        Cause.other,
        '{"errors":[{"code":"DENIED","message":"The size quota of the registry has been exceeded."}]} shop.azurecr.io',
    ),
    (Cause.other, "received unexpected HTTP status: 503 Service Unavailable https://shop.azurecr.io/v2/"),
    (
        Cause.unknown,
        "Image pull failed: Verify docker image configuration and credentials (if using private repository)",
    ),
    (Cause.unknown, "GET /api/orders 403 Forbidden"),
    (
        Cause.unknown,
        "DNS lookup to shop.azurecr.io at IP 10.0.0.4 : OK\nChallenge endpoint https://shop.azurecr.io/v2/ : OK",
    ),
]


@pytest.mark.parametrize(("cause", "text"), LINES, ids=[f"{cause}-{i}" for i, (cause, _) in enumerate(LINES)])
def test_cause(cause: Cause, text: str) -> None:
    """A wording of one client names its cause."""
    assert classify(text).cause is cause, classify(text)

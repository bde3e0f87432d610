# ruff: noqa: E501 - error texts stand as machines print them
"""Error texts of every client and cause, in wordings of our own after azure-facts 2.7, and what each of them says."""

from __future__ import annotations

import json

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

SHA = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

TEXTS: list[tuple[Cause, bool, str]] = [
    # firewall
    (
        Cause.firewall_denied,
        True,
        "Container 'web' was terminated with exit code '' and reason 'ImagePullFailure'. Image shop.azurecr.io/web:v7 not "
        'found in registry. ErrorMessage=Image not found or access denied. Error: {"errors":[{"code":"DENIED","message":'
        "\"client with IP '20.31.4.5' is not allowed access, refer https://aka.ms/acr/firewall to grant access\"}]}",
    ),
    (
        Cause.firewall_denied,
        True,
        "Failed to construct registry secret for registry 'shop.azurecr.us' for ContainerApp 'web'. Ensure the managed "
        "identity 'system' has the correct permissions. Error: ACR token exchange endpoint returned error status: 403.",
    ),
    (
        Cause.firewall_denied,
        True,
        "Error: initializing source docker://shop.azurecr.cn/web:v7: reading manifest v7 in shop.azurecr.cn/web: denied: "
        "client with IP '2603:1046:c04::5' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.",
    ),
    (
        Cause.firewall_denied,
        True,
        "Trying to pull shop.azurecr.io/web:v7...\nError: unable to copy from source docker://shop.azurecr.io/web:v7: "
        "Requesting bearer token: invalid status code from registry 403 (Forbidden)",
    ),
    (
        Cause.firewall_denied,
        True,
        "2026/03/01 09:00:01 failed to login, ran out of retries: failed to set docker credentials: Error response from "
        "daemon: Get \"https://shop.azurecr.io/v2/\": denied: client with IP '13.69.1.2' is not allowed access",
    ),
    (
        Cause.firewall_denied,
        True,
        "(InvalidParameterValueInContainerTemplate) The following field(s) are either invalid or missing. Field "
        "'template.containers.web.image' is invalid with details: 'Invalid value: \"shop.azurecr.io/web:v7\": GET https:: "
        "DENIED: client with IP '20.1.2.3' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.';..",
    ),
    (
        Cause.firewall_denied,
        True,
        "An error occurred: CONNECTIVITY_REFRESH_TOKEN_ERROR\nAccess to registry 'shop.azurecr.io' was denied. Response "
        "code: 403. Please try running 'az login' again to refresh permissions.",
    ),
    (
        Cause.firewall_denied,
        True,
        'rpc error: code = Unknown desc = failed to pull and unpack image "shop.azurecr.cn/web:v7": failed to resolve '
        'reference "shop.azurecr.cn/web:v7": unexpected status from HEAD request to https://shop.azurecr.cn/v2/web/'
        "manifests/v7: 403 Forbidden; retry: failed to fetch anonymous token: 401 Unauthorized",
    ),
    (
        Cause.firewall_denied,
        True,
        'level=info msg="trying next host" error="failed to do request: Head \\"https://mirror.corp.example/v2/web/'
        'manifests/v7?ns=shop.azurecr.io\\": dial tcp: lookup mirror.corp.example: no such host" host=mirror.corp.example\n'
        'ctr: failed to resolve reference "shop.azurecr.io/web:v7": unexpected status from HEAD request to '
        "https://shop.azurecr.io/v2/web/manifests/v7: 403 Forbidden",
    ),
    # authentication
    (
        Cause.auth_unauthorized,
        True,
        "Unauthorized to access image shop.azurecr.io/web:v7. ErrorMessage=Image pull failed with unauthorized error. "
        "UNAUTHORIZED authentication required",
    ),
    (
        Cause.auth_unauthorized,
        True,
        "Field 'template.containers.web.image' is invalid with details: 'Invalid value: \"shop.azurecr.io/web:v7\": unable "
        "to pull image using Managed identity system for registry shop.azurecr.io'",
    ),
    (
        Cause.auth_unauthorized,
        False,
        "pull access denied for shop-web, repository does not exist or may require 'docker login'",
    ),
    (
        Cause.auth_unauthorized,
        True,
        "docker login shop.azurecr.io failed: AADSTS7000222: the client secret keys are expired",
    ),
    (
        Cause.auth_unauthorized,
        True,
        "unable to retrieve auth token: invalid username/password: unauthorized: see https://shop.azurecr.io/v2/",
    ),
    (Cause.auth_unauthorized, True, 'Head "https://shop.azurecr.io/v2/web/manifests/v7": no basic auth credentials'),
    (Cause.auth_unauthorized, True, "push shop.azurecr.io/web: denied: requested access to the resource is denied"),
    # not found
    (
        Cause.not_found,
        True,
        "ErrorMessage=Image not found or access denied. Image shop.azurecr.io/web:v8 not found in registry. Error: "
        '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest tagged by \\"v8\\" is not found"}]}',
    ),
    (
        Cause.not_found,
        True,
        'rpc error: code = NotFound desc = failed to pull and unpack image "shop.azurecr.io/web:v8": failed to resolve '
        'reference "shop.azurecr.io/web:v8": shop.azurecr.io/web:v8: not found',
    ),
    (Cause.not_found, True, "Error: reading manifest v8 in shop.azurecr.io/web: manifest unknown"),
    (
        Cause.not_found,
        True,
        'Invalid value: "shop.azurecr.io/web:v8": GET https:: unexpected status code 404 Not Found:',
    ),
    (
        Cause.not_found,
        True,
        'shop.azurecr.io/nope {"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}',
    ),
    # DNS
    (
        Cause.dns_failure,
        True,
        'failed to do request: Head "https://shop.azurecr.io/v2/web/manifests/v7": dial tcp: lookup shop.azurecr.io on '
        "100.100.224.1:53: no such host",
    ),
    (Cause.dns_failure, True, 'Get "https://shop.azurecr.io/v2/": dial tcp: lookup shop.azurecr.io: i/o timeout'),
    (
        Cause.dns_failure,
        True,
        "dial tcp: lookup shop.azurecr.cn on 10.0.0.4:53: read udp 10.1.0.9:41234->10.0.0.4:53: i/o timeout",
    ),
    (Cause.dns_failure, True, "dial tcp: lookup shop.azurecr.io on 127.0.0.53:53: server misbehaving"),
    (Cause.dns_failure, True, "curl: (6) Could not resolve host: shop.azurecr.us"),
    (
        Cause.dns_failure,
        True,
        "HTTPSConnectionPool(host='shop.azurecr.io', port=443): Max retries exceeded with url: /v2/ "
        "(Caused by NewConnectionError('Failed to establish a new connection: [Errno -2] Name or service not known'))",
    ),
    (Cause.dns_failure, True, "拉取镜像 shop.azurecr.cn/web:v7 失败：无法解析主机名"),
    # the way
    (
        Cause.timeout_unreachable,
        True,
        'failed to resolve reference "shop.azurecr.io/web:v7": failed to do request: Head "https://shop.azurecr.io/v2/web/'
        'manifests/v7": dial tcp 10.20.0.5:443: i/o timeout',
    ),
    (
        Cause.timeout_unreachable,
        True,
        "Post https://shop.azurecr.io/oauth2/exchange: dial tcp 10.2.0.5:443: connect: no route to host",
    ),
    (Cause.timeout_unreachable, True, 'Head "https://shop.azurecr.io/v2/web/manifests/v7": EOF'),
    (Cause.timeout_unreachable, True, 'Get "https://shop.azurecr.io/v2/": net/http: TLS handshake timeout'),
    (
        Cause.timeout_unreachable,
        True,
        "read tcp 10.1.0.4:51000->10.2.0.5:443: read: connection reset by peer shop.azurecr.io/web",
    ),
    (
        Cause.timeout_unreachable,
        False,
        "proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: connection refused docker pull web",
    ),
    # layers
    (
        Cause.data_endpoint_blocked,
        True,
        'failed to pull and unpack image "shop.azurecr.cn/web:v7": failed to copy: httpReadSeeker: failed open: failed to do '
        'request: Get "https://shop.chinanorth3.data.azurecr.cn/0a1b/docker/registry/v2/blobs/data?sig=AbCdEf0123456789": '
        "dial tcp 10.20.0.6:443: i/o timeout",
    ),
    (
        Cause.data_endpoint_blocked,
        False,
        "error pulling image configuration: download failed after attempts=6: dial tcp 20.60.1.1:443: i/o timeout",
    ),
    (
        Cause.data_endpoint_blocked,
        True,
        "copying system image from manifest list: reading blob " + SHA + " in shop.azurecr.io/web: Get "
        '"https://weumanaged1.blob.core.windows.net/x": read: connection reset by peer',
    ),
    # TLS
    (Cause.tls_error, True, 'Get "https://shop.azurecr.io/v2/": x509: certificate has expired or is not yet valid'),
    (Cause.tls_error, True, "shop.azurecr.io: tls: failed to verify certificate: signed by unknown authority"),
    (
        Cause.tls_error,
        True,
        "SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed') shop.azurecr.io",
    ),
    # too much
    (Cause.throttled, True, "shop.azurecr.io/web: toomanyrequests: Too many requests."),
    (
        Cause.throttled,
        False,
        "Image pull for docker.io/library/redis:7 failed due to registry rate limiting (HTTP 429).",
    ),
    (Cause.throttled, False, "denied: You have reached your unauthenticated pull rate limit. docker.io/library/redis"),
    (
        Cause.throttled,
        False,
        'Pull image: docker.io/library/redis:7 failed: msg="trying next host - response was 503 Service Unavailable" '
        'host="localhost:8578"',
    ),
    # platform
    (
        Cause.platform_mismatch,
        True,
        'Invalid value: "shop.azurecr.io/web:arm": no child with platform linux/amd64 in index',
    ),
    (
        Cause.platform_mismatch,
        True,
        "shop.azurecr.io/web:arm: no matching manifest for linux/amd64 in the manifest list entries",
    ),
    (Cause.platform_mismatch, True, "shop.azurecr.io/web:arm: image OS/Arc must be linux/amd64 but found linux/arm64"),
    # reference
    (
        Cause.bad_reference,
        False,
        "Error response from daemon: invalid reference format: repository name must be lowercase",
    ),
    (Cause.bad_reference, True, 'Failed to pull image "https://shop.azurecr.io/web:v7": not usable'),
    (
        Cause.bad_reference,
        False,
        'Failed to apply default image tag "shop/web:": couldn\'t parse image name "shop/web:"',
    ),
    (
        Cause.bad_reference,
        False,
        "GET https://index.docker.io/v2/library/shop-web/manifests/v7: UNAUTHORIZED: authentication required",
    ),
    # named, but none of these
    (Cause.other, True, "shop.azurecr.io/web:v7: failed to register layer: write /layer.tar: no space left on device"),
    (Cause.other, True, "shop.azurecr.io/web: The operation is disallowed on this registry, repository or image."),
    (
        Cause.other,
        True,
        'Head "https://shop.azurecr.io/v2/web/manifests/v7": received unexpected HTTP status: 500 Internal Server '
        "Error, unauthorized: authentication required",
    ),
    # nothing to go by
    (Cause.unknown, False, "Container 'web' was terminated with exit code '0' and reason 'ManuallyStopped'"),
    (Cause.unknown, False, "Container 'web' was terminated with exit code '' and reason 'ImagePullFailure'"),
    (Cause.unknown, False, "Probe of StartUp failed with status code: 404"),
    (
        Cause.unknown,
        False,
        "'where' operator: Failed to resolve table or column expression named 'ContainerAppSystemLogs_CL'",
    ),
    (Cause.unknown, True, 'Successfully pulled image "shop.azurecr.io/web:v7" in 1.61s. Image size: 44040192 bytes.'),
    (Cause.unknown, True, 'Persistent Image Pull Errors for image "shop.azurecr.io/web:v7"'),
    (Cause.unknown, False, "1/3 Pending:ImagePullBackOff on legion"),
    (
        Cause.unknown,
        True,
        "Image shop.azurecr.io/web:v7 not found in registry. ErrorMessage=Image not found or access denied.",
    ),
    (Cause.unknown, False, ""),
]


@pytest.mark.parametrize(("cause", "managed", "text"), TEXTS, ids=[f"{c}-{i}" for i, (c, _, _) in enumerate(TEXTS)])
def test_cause_and_whose_registry(cause: Cause, managed: bool, text: str) -> None:
    """A text of each mechanism names its cause, and whether the registry is one of ours."""
    said = classify(text)
    assert (said.cause, said.managed) == (cause, managed), said


@pytest.mark.parametrize(("cause", "managed", "text"), TEXTS, ids=[f"{c}-{i}" for i, (c, _, _) in enumerate(TEXTS)])
def test_escaping_changes_nothing(cause: Cause, managed: bool, text: str) -> None:
    """The same text inside a JSON string, twice over or with doubled quotes, says the same."""
    once = json.dumps({"statusMessage": text})
    ascii_html = once.replace("'", "\\u0027").replace("<", "\\u003C").replace("+", "\\u002B").replace("&", "\\u0026")
    for form in (once, json.dumps([once]), ascii_html, text.replace('"', '""')):
        said = classify(form)
        assert (said.cause, said.managed) == (cause, managed), form


def test_identity_texts_are_never_sure() -> None:
    """Texts about identities are printed for missing links and closed firewalls too, so they stay a low hint."""
    for cause, _, text in TEXTS:
        if cause is Cause.auth_unauthorized:
            assert classify(text).confidence is not Confidence.high, text

# ruff: noqa: E501 - error texts stand as machines print them
"""Words that several causes share: what they are taken for where they stand, and how surely."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

HIGH, MEDIUM, LOW = Confidence.high, Confidence.medium, Confidence.low
OURS = "https://contoso.azurecr.io"


def verdict(text: str) -> tuple[Cause, Confidence]:
    said = classify(text)
    return said.cause, said.confidence


@pytest.mark.parametrize(
    ("confidence", "text"),
    [
        (HIGH, f"unexpected status from HEAD request to {OURS}/v2/web/manifests/7: 403 Forbidden"),
        (
            HIGH,
            f"failed to fetch oauth token: unexpected status from POST request to {OURS}/oauth2/token: 403 Forbidden",
        ),
        (HIGH, "image contoso.azurecr.us/web:7: client with IP '20.1.2.3' is not allowed access"),
        (
            MEDIUM,
            'Failed to pull image "contoso.azurecr.cn/web:7": failed to authorize: unexpected status: 403 Forbidden',
        ),
        (MEDIUM, f"login attempt to {OURS}/v2/ failed with status: 403 Forbidden"),
        (MEDIUM, f"POST {OURS}/oauth2/exchange RESPONSE 403: 403 Forbidden"),
        (MEDIUM, f"unexpected status from PUT request to {OURS}/v2/web/manifests/7: 403 Forbidden"),
        (MEDIUM, 'contoso.azurecr.io/web:7 {"errors":[{"code":"DENIED","message":"no"}]}'),
        (LOW, "Access to registry 'contoso.azurecr.io' was denied. Response code: 403. Please try running 'az login'"),
        (LOW, "Error response from daemon: login attempt failed with status: 403 Forbidden"),
        (LOW, 'DockerApiException: Docker API responded, response={"message":"denied"}'),
    ],
)
def test_how_sure_a_refusal_is(confidence: Confidence, text: str) -> None:
    """A refused image or token of a registry of ours is its firewall for sure; a login, a push or a bare word is less so."""
    assert verdict(text) == (Cause.firewall_denied, confidence)


@pytest.mark.parametrize(
    "text",
    [
        "failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?scope=x: 403 Forbidden",
        'Error response from daemon: Head "https://ghcr.io/v2/org/web/manifests/1": denied: denied',
        'Head "https://europe-docker.pkg.dev/v2/p/r/web/manifests/1": denied: Permission "artifactregistry.repositories.downloadArtifacts" denied',
        'GET https://gcr.io/v2/token?scope=x: DENIED: Permission "artifactregistry.repositories.get" denied on resource',
        "initializing source docker://quay.io/org/web:1: Requesting bearer token: invalid status code from registry 403 (Forbidden)",
        "'DENIED: denied' when accessing the image at ghcr.io",
    ],
)
def test_a_refusal_elsewhere_is_a_credential_that_is_not_accepted(text: str) -> None:
    """Registries that are not ours have no firewall for us: their 403 or denied asks for another credential."""
    said = classify(text)
    assert (said.cause, said.managed, said.confidence is HIGH) == (Cause.auth_unauthorized, False, False)


def test_a_refusal_where_nobody_is_asked_for_a_credential() -> None:
    """Microsoft's registry is anonymous, so its 403 is no matter of credentials either, and stays a low hint."""
    text = "unexpected status from HEAD request to https://mcr.microsoft.com/v2/dotnet/sdk/manifests/9: 403 Forbidden"
    assert verdict(text) == (Cause.other, LOW)


@pytest.mark.parametrize(
    "text",
    [
        'Failed to pull image "contoso.azurecr.io/web:7": error pulling image configuration: error parsing HTTP 403 response body: <Code>AuthorizationFailure</Code>',
        "contoso.azurecr.io/web:7: failed to copy: httpReadSeeker: failed open: unexpected status code https://euw1.blob.core.windows.net/x: 403",
    ],
)
def test_a_refusal_of_the_storage_is_not_the_registrys_firewall(text: str) -> None:
    """A 403 while layers are fetched comes from the storage, and a healthy data endpoint says 403 too."""
    assert verdict(text) == (Cause.data_endpoint_blocked, LOW)


@pytest.mark.parametrize(
    ("cause", "confidence", "text"),
    [
        # the same words, another meaning
        (Cause.unknown, LOW, "x-ms-ratelimit-remaining-subscription-reads: 11999; Failed to provision container image"),
        (Cause.throttled, HIGH, "Access to registry 'contoso.azurecr.io' was denied. Response code: 429."),
        (Cause.auth_unauthorized, LOW, "Access to registry 'contoso.azurecr.io' was denied. Response code: 401."),
        (Cause.other, LOW, "Access to registry 'contoso.azurecr.io' was denied. Response code: 504."),
        (Cause.other, MEDIUM, "pulling contoso.azurecr.io/web:7: dial unix /run/containerd/containerd.sock: connect: connection refused"),
        (Cause.other, MEDIUM, 'code = NotFound desc = failed to pull and unpack image "contoso.azurecr.io/web:7": content digest sha256:0a1b2c: not found'),
        (Cause.other, MEDIUM, 'code = NotFound desc = failed to pull and unpack image "contoso.azurecr.io/web:7": unexpected media type text/html for sha256:0a1b2c: not found'),
        (Cause.other, MEDIUM, "contoso.azurecr.io/web:7: manifest unknown: OCI index found, but accept header does not support OCI indexes"),
        (Cause.other, MEDIUM, 'admission webhook "gate.corp.example" denied the request: container image contoso.azurecr.io/web:7 is not allowed'),
        (Cause.other, MEDIUM, 'code = Unimplemented desc = unknown service runtime.v1alpha2.ImageService image="contoso.azurecr.io/web:7"'),
        (Cause.other, LOW, f"login attempt to {OURS}/v2/ failed with status: 404 Not Found"),
        (Cause.not_found, LOW, 'Failed to pull image "contoso.azurecr.io/web:7": rpc error: code = NotFound desc = failed to pull and unpack image "contoso.azurecr.io/we'),
        (Cause.not_found, LOW, "CannotPullContainerError: image not found"),
        (Cause.unknown, LOW, "Image contoso.azurecr.io/web:7 not found in registry. ErrorMessage=Image not found or access denied."),
        (Cause.platform_mismatch, HIGH, "image Manifest does not contain descriptor matching platform 'linux/amd64'"),
        (Cause.not_found, LOW, "repository contoso.azurecr.io/web not found: does not exist or no pull access"),
        (Cause.not_found, HIGH, "contoso.azurecr.io/web:7: MANIFEST_UNKNOWN: manifest tagged by \"7\" is not found"),
        (Cause.not_found, MEDIUM, "docker: manifest unknown"),
        (Cause.not_found, MEDIUM, "contoso.azurecr.io/web:7: MANIFEST_BLOB_UNKNOWN: blob unknown to registry"),
        (Cause.bad_reference, MEDIUM, 'Get "https://contoso.azureacr.io/v2/": dial tcp: lookup contoso.azureacr.io: no such host'),
        (Cause.dns_failure, HIGH, f'Get "{OURS}/v2/": dial tcp: lookup contoso.azurecr.io on 10.0.0.4:53: server misbehaving'),
        (Cause.dns_failure, HIGH, f'Get "{OURS}/v2/": dial tcp: lookup contoso.azurecr.io: i/o timeout'),
        (Cause.dns_failure, MEDIUM, 'Get "https://***/v2/": dial tcp: lookup *** on 127.0.0.53:53: server misbehaving'),
        (Cause.dns_failure, MEDIUM, f'Get "{OURS}/v2/": dial tcp: lookup contoso.azurecr.io on 10.0.0.4:53: no such host'),
        (Cause.dns_failure, MEDIUM, 'Get "https://***/v2/": dial tcp: lookup *** on 127.0.0.53:53: no such host'),
        (Cause.dns_failure, LOW, "gaierror: [Errno -2] Name or service not known"),
        (Cause.tls_error, MEDIUM, f'Get "{OURS}/v2/": x509: certificate is valid for *.azurecr.io, not contoso.privatelink.azurecr.io'),
        (Cause.tls_error, HIGH, f'Get "{OURS}/v2/": x509: certificate signed by unknown authority'),
        (Cause.platform_mismatch, MEDIUM, "docker: exec /app: exec format error"),
        (Cause.timeout_unreachable, MEDIUM, "curl: (56) Received HTTP code 403 from proxy after CONNECT contoso.azurecr.io"),
        (Cause.timeout_unreachable, LOW, f'Get "{OURS}/v2/": EOF'),
        (Cause.other, LOW, 'Get "https://quay.io/v2/": EOF'),
        (Cause.timeout_unreachable, LOW, "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"),
        (Cause.timeout_unreachable, LOW, "dial tcp 10.1.2.3:443: i/o timeout"),
        (Cause.unknown, LOW, "replica unhealthy: probe failed: connect: connection refused"),
        (Cause.throttled, LOW, "RegistryErrorResponse: An error response is received from the docker registry 'index.docker.io'."),
    ],
)  # fmt: skip
def test_what_shared_words_are_taken_for(cause: Cause, confidence: Confidence, text: str) -> None:
    """Where it stands decides what a shared word means; a text that does not settle it is no sure one."""
    assert verdict(text) == (cause, confidence)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause.dns_failure, "dial tcp: lookup contoso.azurecr.cn: 不知道这样的主机。"),
        (Cause.dns_failure, "HttpRequestException: Hôte inconnu. (contoso.azurecr.io:443)"),
        (Cause.dns_failure, "そのようなホストは不明です。 (contoso.azurecr.io:443)"),
        (Cause.timeout_unreachable, "dial tcp 20.1.2.3:443: connectex: 由于目标计算机积极拒绝，无法连接。 contoso.azurecr.cn"),
        (Cause.timeout_unreachable, "Ein Verbindungsversuch ist fehlgeschlagen (contoso.azurecr.io:443)"),
        (Cause.auth_unauthorized, "拉取映像 contoso.azurecr.cn/web:7 失败: 未经授权"),
        (Cause.not_found, "contoso.azurecr.cn/web:7 找不到清单"),
    ],
)  # fmt: skip
def test_other_languages(cause: Cause, text: str) -> None:
    """Windows and the portal speak the user's language."""
    said = classify(text)
    assert (said.cause, said.managed) == (cause, True)


def test_a_refused_address_in_chinese() -> None:
    """The portal's Chinese sentence names the refused address too."""
    said = classify("客户端 IP '40.73.1.2' 不允许访问 contoso.azurecr.cn")
    assert (said.cause, said.client_ip, said.confidence) == (Cause.firewall_denied, "40.73.1.2", HIGH)


MIRROR = 'msg="trying next host" error="failed to do request: Head https://mirror.corp.example/v2/web/manifests/7: x509: certificate has expired"'


def test_a_mirror_does_not_decide_where_our_registry_answered() -> None:
    """What a mirror said before is nothing against the word of the image's own registry."""
    said = classify(f'Pull image: contoso.azurecr.io/web:7 {MIRROR}; "{OURS}/v2/web/manifests/7": 401 Unauthorized')
    assert (said.cause, said.registry) == (Cause.auth_unauthorized, "contoso.azurecr.io")


def test_a_mirror_alone_is_a_low_hint() -> None:
    """Where nobody else is heard, the mirror's failure is told, without weight."""
    assert verdict(f"Pull image: contoso.azurecr.io/web:7 {MIRROR}") == (Cause.tls_error, LOW)


def test_cause_and_image_belong_together() -> None:
    """Of two images that fail for two reasons, the answer names the one whose reason it tells."""
    ours = 'Failed to pull image "contoso.azurecr.io/web:7": manifest for contoso.azurecr.io/web:7 not found'
    theirs = 'Failed to pull image "docker.io/library/redis:7": dial tcp 1.2.3.4:443: i/o timeout'
    for text in (f"{ours}\n{theirs}", f"{theirs}\n{theirs}\n{ours}"):
        said = classify(text)
        assert (said.cause, said.image, said.managed) == (Cause.not_found, "contoso.azurecr.io/web:7", True)


def test_ours_is_told_where_both_fail() -> None:
    """A missing image elsewhere is no word about a registry of ours that refused."""
    said = classify(
        f'Failed to pull image "contoso.azurecr.io/web:7": {OURS}/v2/web/manifests/7: 403 Forbidden\n'
        'Failed to pull image "contoso.azurecr.io/web:7": back-off\n'
        "manifest for ghcr.io/org/side:1 not found: manifest unknown"
    )
    assert (said.cause, said.registry) == (Cause.firewall_denied, "contoso.azurecr.io")


def test_a_pull_that_went_well_afterwards() -> None:
    """A failure before the image was pulled is over: it stays a low hint, however plain its words."""
    failure = f'Failed to pull image "contoso.azurecr.io/web:7": {OURS}/v2/web/manifests/7: 403 Forbidden'
    assert verdict(failure)[1] is HIGH
    assert verdict(f'{failure}\nSuccessfully pulled image "contoso.azurecr.io/web:7"')[1] is LOW


def test_a_container_that_fails_by_itself() -> None:
    """A time-out of a container whose image was pulled is not the pull's."""
    text = 'Successfully pulled image "contoso.azurecr.io/web:7" in 2s. web exited: dial tcp 10.0.0.9:5432: i/o timeout'
    assert verdict(text)[1] is LOW

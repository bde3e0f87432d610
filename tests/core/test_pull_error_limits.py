# ruff: noqa: E501 - error texts stand as machines print them
"""Where words stop short of their usual cause: misspelt names, pages, wrapped answers, other people's ports."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

HIGH, MEDIUM, LOW = Confidence.high, Confidence.medium, Confidence.low
OURS = "https://contoso.azurecr.io"


def verdict(text: str) -> tuple[Cause, Confidence]:
    said = classify(text)
    return said.cause, said.confidence


@pytest.mark.parametrize(
    "words",
    [
        "dial tcp: lookup contoso.azurecr.io on 10.0.0.4:53: no such host",
        "getaddrinfo ENOTFOUND contoso.azurecr.io",
        "NXDOMAIN",
        "Name or service not known",
    ],
)
def test_a_name_that_is_not_there_may_be_a_wrong_one(words: str) -> None:
    """A misspelt or deleted registry prints what a missing zone link prints, so no such answer is a sure one."""
    assert verdict(f'Get "{OURS}/v2/": {words}') == (Cause.dns_failure, MEDIUM)


@pytest.mark.parametrize(
    "words",
    ["server misbehaving", "SERVFAIL", "read udp 10.1.0.4:40112->10.0.0.4:53: i/o timeout"],
)
def test_a_resolver_that_fails_is_sure(words: str) -> None:
    """A resolver that answers with its own fault, or not at all, says nothing about the name that was asked."""
    text = f'Get "{OURS}/v2/": dial tcp: lookup contoso.azurecr.io on 10.0.0.4:53: {words}'
    assert verdict(text) == (Cause.dns_failure, HIGH)


@pytest.mark.parametrize(
    "words",
    [
        "x509: certificate is valid for *.corp.example, not contoso.azurecr.io",
        "Certificate name does not match target host name 'contoso.azurecr.io'",
        "http: server gave HTTP response to HTTPS client",
    ],
)
def test_a_certificate_of_another_name_is_not_sure(words: str) -> None:
    """Who answers under a wrong name may be the wrong server: the resolver or the reference sent us there."""
    assert verdict(f'Get "{OURS}/v2/": {words}') == (Cause.tls_error, MEDIUM)


def test_a_platform_warning_is_not_sure() -> None:
    """Docker warns of another platform and then runs the image, under emulation."""
    text = "The requested image's platform (linux/arm64) does not match the detected host platform (linux/amd64/v3) contoso.azurecr.io/web:7"
    assert verdict(text) == (Cause.platform_mismatch, MEDIUM)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause.firewall_denied, "docker push contoso.azurecr.io/web:7: error parsing HTTP 403 response body: invalid character '<'"),
        (Cause.firewall_denied, "Error response from daemon: error parsing HTTP 403 response body: unexpected end of JSON input"),
        (Cause.other, "pull ghcr.io/org/web:7: error parsing HTTP 403 response body: invalid character '<'"),
        (Cause.other, "https://registry.corp.example/v2/web/manifests/7: 403 Forbidden <html><head>"),
    ],
)  # fmt: skip
def test_a_page_behind_a_403_is_no_registrys_word(cause: Cause, text: str) -> None:
    """A registry refuses in JSON; a proxy or a web server on the way shows a page, which makes no firewall sure."""
    assert verdict(text) == (cause, LOW)


@pytest.mark.parametrize("status", ["400", "404", "502"])
def test_a_page_in_place_of_an_answer(status: str) -> None:
    """What cannot be parsed as a registry's error was not said by one."""
    text = f"contoso.azurecr.io/web:7: error parsing HTTP {status} response body: invalid character '<'"
    assert verdict(text) == (Cause.other, LOW)


def test_the_engines_own_500_only_wraps() -> None:
    """Docker's engine answers 500 for whatever its own request met; that request is what failed."""
    text = f'request returned Internal Server Error: 500 Internal Server Error (Get "{OURS}/v2/": dial tcp 10.1.2.3:443: i/o timeout)'
    assert verdict(text) == (Cause.timeout_unreachable, MEDIUM)


def test_a_status_without_its_number() -> None:
    """Older engines print the name of a status alone, after the address that was asked."""
    assert verdict(f"Get {OURS}/v2/: Service Unavailable") == (Cause.other, LOW)


def test_a_kubelets_port_is_no_registrys() -> None:
    """Port 10250 is where logs of a node are read: that it does not answer is no pull that failed."""
    text = 'Get "https://10.240.0.4:10250/containerLogs/shop/web/web": dial tcp 10.240.0.4:10250: i/o timeout'
    assert verdict(text) == (Cause.unknown, LOW)


@pytest.mark.parametrize(
    "text",
    [
        'Failed to pull image "mcrprod.azurecr.io/dotnet/sdk:9": 403 Forbidden',
        "dial tcp: lookup mcrprod.azurecr.io on 10.0.0.4:53: server misbehaving",
    ],
)
def test_the_registry_behind_the_public_one_is_not_managed(text: str) -> None:
    """What answers for mcr.microsoft.com is nobody's resource: its name must not start a change of ours."""
    said = classify(text)
    assert (said.managed, said.confidence is HIGH) == (False, False)


@pytest.mark.parametrize("host", ["{name}.azurecr.io", "${ACR_NAME}.azurecr.cn", "[registry].azurecr.us"])
def test_a_login_server_with_its_name_left_out(host: str) -> None:
    """A name that was masked or never filled in hides which registry, not whose kind it is."""
    said = classify(f'Failed to pull image "{host}/web:7": unauthorized: authentication required')
    assert (said.cause, said.managed, said.registry) == (Cause.auth_unauthorized, True, host)


@pytest.mark.parametrize(
    "text",
    [
        "Field 'template.containers.web.image' is invalid with details: 'Invalid value: \"/web:7\": GET https:: UNAUTHORIZED: authentication required",
        'failed to do request: Head "https://contoso.azurecr.iocontoso.azurecr.io/v2/web/manifests/7": no such host',
        'failed to resolve reference "contoso.azurecr.io%20/web:7": unexpected status: 400 Bad Request',
        "ContainerAppInvalidRegistryServerValue: Property 'registries.server' has an invalid value 'Contoso.azurecr.io'.",
    ],
)
def test_a_name_that_was_put_together_wrongly(text: str) -> None:
    """A registry that is left out, doubled or padded is a fault of the reference, whatever the client met with it."""
    assert verdict(text) == (Cause.bad_reference, MEDIUM)


@pytest.mark.parametrize(
    "text",
    [
        "Error saving credentials: error storing credentials - err: exit status 1, out: `no session` contoso.azurecr.io",
        "error during connect: docker daemon is not running; docker pull contoso.azurecr.io/web:7",
        "contoso.azurecr.io/web:7: open /var/lib/docker/tmp/0a: read-only file system",
        "The push refers to repository [contoso.azurecr.io/web] 0a1b2c: Layer already exists unknown blob",
        "403 Forbidden: registry contoso.azurecr.io is over quota",
    ],
)
def test_a_fault_of_the_machine_or_the_store(text: str) -> None:
    """Words that name a fault of client, disk or store are no matter of network or identity."""
    assert verdict(text) == (Cause.other, MEDIUM)


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        (Cause.timeout_unreachable, "The push refers to repository [contoso.azurecr.io/web]\n0a1b: Pushing [=>]  12MB/80MB\nEOF"),
        (Cause.other, "The push refers to repository [ghcr.io/org/web]\n0a1b: Layer already exists\nEOF"),
        (Cause.unknown, "cat <<EOF > contoso.azurecr.io.txt"),
    ],
)  # fmt: skip
def test_a_transfer_that_ends_in_a_bare_eof(cause: Cause, text: str) -> None:
    """After the progress of layers a lone EOF is a closed connection; elsewhere it is a word of the shell."""
    assert verdict(text) == (cause, LOW)


@pytest.mark.parametrize(
    "text",
    [
        '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{"Type":"repository"}]}]}',
        "error: authentication required",
        "failed to resolve reference \"registry.corp.example/web:7\": unauthorized",
        "ManagedIdentityCredential authentication unavailable while pulling contoso.azurecr.io/web:7",
        "the identity does not have the required role on registry contoso",
        "contoso.azurecr.io/web:7: refresh token has expired",
        'unauthorized: "aad access token with sp failed client id must be guid"',
        "Only images from container registries with admin enabled can be run",
    ],
)  # fmt: skip
def test_words_about_identities_are_never_sure(text: str) -> None:
    """A missing link and a closed firewall print what a missing role prints, in whatever words."""
    said = classify(text)
    assert (said.cause, said.confidence is HIGH) == (Cause.auth_unauthorized, False)


@pytest.mark.parametrize(
    "text",
    [
        "failed to solve: contoso/web:7: contoso/web:7: not found",
        "manifest not found contoso.azurecr.io/web:7",
        "no such manifest: contoso.azurecr.io/web:7",
        "Image contoso.azurecr.io/web:7 could not be found",
    ],
)
def test_an_image_that_is_not_there(text: str) -> None:
    """Builders and clients say in their own words that the registry has no such image."""
    said = classify(text)
    assert (said.cause, said.confidence is HIGH) == (Cause.not_found, False)


def test_a_file_that_a_build_misses_is_no_image() -> None:
    """A builder reports a file that the context lacks in the words of a missing image."""
    text = 'failed to solve: failed to compute cache key: failed to calculate checksum of ref 0a1b: "/app": not found'
    assert verdict(text) == (Cause.unknown, LOW)

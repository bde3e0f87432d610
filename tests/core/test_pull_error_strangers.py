"""What a text says of services that are no registry: it does not decide, and never with certainty."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

HIGH, MEDIUM, LOW = Confidence.high, Confidence.medium, Confidence.low
PULL = 'Failed to pull image "contoso.azurecr.io/web:7": '


@pytest.mark.parametrize(
    "words",
    [
        'Liveness probe failed: Get "https://10.0.0.3:8443/healthz": x509: certificate signed by unknown authority',
        'failed calling webhook: Post "https://image-policy.tools.svc:443/validate": x509: certificate has expired',
        "the app's log: GET https://api.contoso.example/orders: 429 Too Many Requests",
        "the app's log: GET /orders: 403 Forbidden",
    ],
)
def test_a_service_that_is_no_registry_does_not_decide(words: str) -> None:
    """A probe, a webhook and the app's own calls fail in the same words as a pull."""
    assert classify(f"image pull: {words}").confidence is LOW
    said = classify(f"{words}\n{PULL}manifest unknown")
    assert (said.cause, said.confidence) == (Cause.not_found, HIGH)


def test_a_request_in_the_course_of_a_pull_is_no_stranger() -> None:
    """Token services and storage have many addresses; their paths tell what they are for."""
    for url in ("https://git.contoso.example/jwt/auth", "https://cdn.contoso.example/0a1b/blobs/sha256:aa"):
        said = classify(f'docker pull: Get "{url}": x509: certificate signed by unknown authority')
        assert (said.cause, said.confidence) == (Cause.tls_error, HIGH)


def test_what_is_named_after_the_stranger_counts() -> None:
    """A platform reports through its own API what the registry has answered."""
    text = f'GET https://api.contoso.example/operations/1 failed: {PULL}Head "https://contoso.azurecr.io/v2/": x509: no'
    assert classify(text).confidence is HIGH


@pytest.mark.parametrize(
    "words",
    [
        "Client with IP address '20.1.2.3' is not allowed to access the server",
        "Client with IP address '20.1.2.3' is not allowed to connect to this MySQL server",
    ],
)
def test_a_databases_firewall_is_not_the_registrys(words: str) -> None:
    """Azure's databases refuse an address in nearly the registry's words; what they saw is not what a registry saw."""
    said = classify(f"image contoso.azurecr.io/web:7 stopped: {words}")
    assert said.cause is not Cause.firewall_denied
    assert said.client_ip is None


def test_an_image_that_is_only_running_is_not_being_fetched() -> None:
    """An app that stops over its database's certificate names its image too."""
    assert classify("Container contoso.azurecr.io/web:7 exited: x509: certificate has expired").confidence is MEDIUM


@pytest.mark.parametrize(
    ("registry", "confidence"), [("contoso.azurecr.io", HIGH), ("ghcr.io", HIGH), ("nexus.contoso.example", MEDIUM)]
)
def test_a_proxy_may_hide_another_answer(registry: str, confidence: Confidence) -> None:
    """A proxy that its source limits says that there is no such manifest."""
    assert classify(f"manifest for {registry}/team/web:7 not found: manifest unknown").confidence is confidence


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.auth_unauthorized, "push to ghcr.io/org/web:7: received status code 'Forbidden'"),
        (Cause.not_found, "Docker API responded with status code=NotFound"),
        (Cause.not_found, "(TagNotFound) contoso.azurecr.io has no such thing"),
        (Cause.not_found, "the tag v7 was not found in contoso.azurecr.io"),
        (Cause.auth_unauthorized, "Failed to obtain a registry token for contoso.azurecr.io/web"),
        (Cause.other, "the manifest of registry.corp.example/web:7 has the unknown type: text/html"),
    ],
)
def test_a_status_by_its_reason(cause: Cause, words: str) -> None:
    """Libraries print the reason of a status in one word, or wrap it in an error of their own."""
    assert classify(words).cause is cause


def test_a_probes_status_is_not_the_registrys() -> None:
    """A kubelet prints the status of its probe in the words of an HTTP client."""
    text = f"Readiness probe failed: HTTP probe failed with statuscode: 503\n{PULL}unauthorized: who are you"
    assert classify(text).cause is Cause.auth_unauthorized

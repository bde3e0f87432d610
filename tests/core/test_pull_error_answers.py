# ruff: noqa: E501 - error texts stand as machines print them
"""What the plainest answers are taken for: a status by its number, a missing image in anybody's words, a tool at fault."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

HIGH, LOW = Confidence.high, Confidence.low


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.auth_unauthorized, "unsupported status code 401; body: no"),
        (Cause.not_found, "API error (404)"),
        (Cause.not_found, "answered 404 page"),
        (Cause.throttled, "error 429"),
        (Cause.other, "Status 500: try later"),
        (Cause.other, "http code: 503"),
        (Cause.timeout_unreachable, "Proxy Authentication Required"),
        (Cause.timeout_unreachable, "UNKNOWN: token timeout"),
    ],
)
def test_a_status_by_its_number(cause: Cause, words: str) -> None:
    """Clients give the number of an HTTP status without its reason, and a proxy asks for its own credential."""
    assert classify(f"pulling registry.corp.example/web:7: {words}").cause is cause


def test_a_number_without_a_word_for_it_is_no_status() -> None:
    """Sizes, ports and ids have three digits too."""
    said = classify("Pulling image contoso.azurecr.io/web:404, 503 of 429 MB, exit status 125")
    assert said.cause is Cause.unknown


@pytest.mark.parametrize(
    "text",
    [
        'Failed to pull image "nginx:no-such": ... not found',
        "Error: image web:7 not found",
        "did not find docker image 'contoso.azurecr.io/web:7'",
        'error pulling image "web": reading docker://registry.corp.example/web:7: unknown: Not Found',
    ],
)
def test_an_image_that_is_missed_in_other_words(text: str) -> None:
    """That an image is not there is said in many ways; none of them is more than a reason to look."""
    said = classify(text)
    assert (said.cause, said.confidence) == (Cause.not_found, LOW)


@pytest.mark.parametrize(
    "words",
    ["web failed: not found or access denied", "Unable to find image 'contoso/web:7' locally", "/bin/web: not found"],
)
def test_what_is_missed_may_be_no_image(words: str) -> None:
    """A firewall prints 'not found or access denied', a client looks at home first, and files are missed too."""
    assert classify(f"docker: {words}").cause is not Cause.not_found


def test_a_tool_at_fault_gives_way_to_the_registrys_answer() -> None:
    """A scanner tries the engine, then the registry: that there is no engine is not why the registry refused."""
    tried = "* Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
    asked = "* GET https://contoso.azurecr.io/oauth2/token?scope=repository%3Aweb%3Apull: UNAUTHORIZED: no"
    assert classify(tried).cause is Cause.other
    assert classify(f"2 errors occurred:\n{tried}\n{asked}").cause is Cause.auth_unauthorized


def test_a_neighbour_that_was_cancelled_does_not_decide() -> None:
    """Where several images are pulled at once, the first that fails cancels the rest."""
    text = (
        "web Error pull access denied for registry.corp.example/web, repository does not exist or may require "
        "'docker login'\nredis Error context canceled"
    )
    assert classify(text).cause is Cause.auth_unauthorized


def test_the_host_of_a_log_field() -> None:
    """containerd names the host that refused in a field of its own."""
    text = 'level=info msg="trying next host" error="fetch anonymous token: unexpected status: 403 Forbidden" host='
    assert classify(f"{text}registry.corp.example").cause is Cause.auth_unauthorized
    assert classify(f"{text}contoso.azurecr.io").cause is Cause.firewall_denied


def test_a_code_that_contains_a_resolvers_word() -> None:
    """`ResourceNotFoundError` holds the letters of a resolver's `ENOTFOUND` and means no name."""
    text = "(ResourceNotFoundError) The manifest 'v1' does not exist for the repository 'web' in the registry 'contoso'"
    assert classify(text).cause is Cause.not_found


def test_a_word_about_credentials_is_not_hidden() -> None:
    """A scheme's name beside the word `basic` is no credential."""
    assert "basic authentication" in classify("docker pull: no password was given for basic authentication").evidence

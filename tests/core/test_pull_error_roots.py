"""What a text is taken for that no wording fits: by the roots of its words, and never surely."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import Cause, Confidence, classify

LOW = Confidence.low


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.throttled, "too many pulls from this address"),
        (Cause.platform_mismatch, "nothing was built for your architecture"),
        (Cause.tls_error, "the handshake of the server's certificate ended in an error"),
        (Cause.dns_failure, "resolving the registry's host went wrong"),
        (Cause.timeout_unreachable, "cannot reach it from this subnet"),
        (Cause.auth_unauthorized, "this identity lacks permission"),
        (Cause.auth_unauthorized, "authenticate once more"),
        (Cause.not_found, "the tag v7 seems to be missing"),
        (Cause.bad_reference, "malformed target name"),
        (Cause.other, "a corrupt archive"),
    ],
)
def test_an_unknown_wording_by_its_roots(cause: Cause, words: str) -> None:
    """A client that nobody has listed still speaks of limits, names, connections and rights."""
    said = classify(f"Failed to pull image contoso.azurecr.io/web:7: {words}")
    assert (said.cause, said.confidence) == (cause, LOW)


@pytest.mark.parametrize(
    "words",
    [
        "Back-off pulling image contoso.azurecr.io/web:7",
        "Image pull failed: verify configuration and credentials (if using a private repository)",
        "Error: ImagePullBackOff, not found or access denied",
        "pulling contoso.azurecr.io/web:7 ended with status 125",
    ],
)
def test_a_text_that_tells_nothing_stays_unknown(words: str) -> None:
    """What is printed whatever the cause has no root in it."""
    assert classify(words).cause is Cause.unknown


@pytest.mark.parametrize("words", ["authenticate once more", "a corrupt archive", "too many files"])
def test_roots_count_where_an_image_is_pulled(words: str) -> None:
    """The same words stand in the log of any program."""
    assert classify(words).cause is Cause.unknown


def test_a_listed_wording_goes_before_a_root() -> None:
    """An answer of the registry outweighs advice about credentials around it."""
    text = "pulling contoso.azurecr.io/web:7: check authentication and permission: dial tcp 10.0.0.4:443: i/o timeout"
    assert classify(text).cause is Cause.timeout_unreachable


def test_a_request_with_a_dial_error_of_its_own_kind() -> None:
    """Whatever the system call answers, a connection that cannot be opened is the network's."""
    text = 'Get "https://contoso.azurecr.io/v2/": dial tcp 0.0.9.9:443: connect: invalid argument'
    assert classify(text).cause is Cause.timeout_unreachable


def test_a_short_name_that_no_search_list_completes() -> None:
    """An alias that does not resolve is a reference without a registry, and no name of a host."""
    text = 'pulling image: short-name "web" did not resolve to an alias and no search registries are defined'
    assert classify(text).cause is Cause.bad_reference


def test_an_identity_error_inside_a_bad_request() -> None:
    """A token endpoint answers 400, and its body says that the secret is no longer good."""
    text = (
        'Failed to pull image "contoso.azurecr.io/web:7": unexpected status: 400 Bad Request: AADSTS7000215: no secret'
    )
    assert classify(text).cause is Cause.auth_unauthorized


def test_a_blob_that_was_cancelled_is_no_sign_of_its_endpoint() -> None:
    """A pull that its caller gives up breaks off while blobs are read, whatever the network."""
    text = 'PullImage "registry.corp.example/web:7": rpc error: code = Canceled desc = copying config: context canceled'
    assert (classify(text).cause, classify(text).confidence) == (Cause.timeout_unreachable, LOW)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.platform_mismatch, "no matching manifest for windows(10.0.1)/amd64 10.0.1 in the list"),
        (Cause.auth_unauthorized, "Managed identity client 0a1b2c was not found on the node"),
        (Cause.other, "mounting: overlay mount program: permission denied"),
        (Cause.other, "layers from manifest don't match"),
        (Cause.other, "media type in manifest should be another"),
        (Cause.other, "received unexpected HTTP status: 522"),
        (Cause.bad_reference, "Container 'web' must have an 'Image' property"),
        (Cause.firewall_denied, "Get https://contoso.azurecr.io/v2/: Forbidden"),
        (Cause.other, "the image size of 20 GB exceeds what a group may have"),
        (Cause.platform_mismatch, "the OS type of image does not match that of the container group"),
        (Cause.platform_mismatch, "Unsupported Windows image version"),
        (Cause.tls_error, "unable to verify the leaf certificate"),
        (Cause.auth_unauthorized, "it failed with 401"),
    ],
)
def test_a_known_wording_in_another_dress(cause: Cause, words: str) -> None:
    """Versions in brackets, ids between the words and denials of the machine's own file system."""
    assert classify(f"Failed to pull image contoso.azurecr.io/web:7: {words}").cause is cause


def test_a_request_whose_host_and_path_stand_apart() -> None:
    """Python's clients print the host in one place and the path in another; the storage is known by its host."""
    text = (
        "pull failed: HTTPSConnectionPool(host='weuexample1.blob.core.windows.net', port=443): Max retries exceeded "
        "with url: /0a1b//docker/registry/v2/blobs/sha256/aa (Caused by ConnectTimeoutError('timed out'))"
    )
    assert classify(text).cause is Cause.data_endpoint_blocked
    assert classify(text.replace("weuexample1.blob.core.windows.net", "contoso.azurecr.io")).cause is (
        Cause.timeout_unreachable
    )


def test_an_image_in_a_query_string() -> None:
    """The engine is asked for an image in a URL, with its slashes escaped."""
    said = classify(
        "429 Too Many Requests for http+docker://localhost/v1.4/images/create?fromImage=contoso.azurecr.io%2Fweb"
    )
    assert (said.image, said.managed) == ("contoso.azurecr.io/web", True)


def test_a_web_server_that_is_no_registry() -> None:
    """It knows no such method; that it is not allowed says nothing of the one who asks."""
    text = "Error: Status 405 trying to pull repository team/web: <title>405 Method Not Allowed</title>"
    assert classify(text).cause is Cause.other


def test_an_image_by_its_version() -> None:
    """Runners name the image as a version; the registry in it tells whose refusal it was."""
    text = "Pulling the latest version of registry.corp.example/web:7: unexpected HTTP status code 403 for a token"
    assert (classify(text).registry, classify(text).cause) == ("registry.corp.example", Cause.auth_unauthorized)

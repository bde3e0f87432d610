# ruff: noqa: E501 - error texts stand as machines print them
"""Which image and registry an error text is about."""

from __future__ import annotations

import pytest

from remediator.core.pull_error import classify


@pytest.mark.parametrize(
    ("registry", "image", "text"),
    [
        # a reference carries the scheme of its tool
        ("contoso.azurecr.io", "contoso.azurecr.io/bicep/net:v1", 'Unable to restore "br:contoso.azurecr.io/bicep/net:v1"'),
        ("contoso.azurecr.io", "contoso.azurecr.io/charts/web", "could not download oci://contoso.azurecr.io/charts/web"),
        ("registry.corp.example", "registry.corp.example/a/web:1", "choosing an image from docker://registry.corp.example/a/web:1"),
        # a link is written in angle brackets
        ("contoso.azurecr.io", None, 'Error response from daemon: Get "<https://contoso.azurecr.io/v2/>": unauthorized'),
        # an address is a registry, too
        ("10.2.0.4", "10.2.0.4:5000/web:1", 'Failed to pull image "10.2.0.4:5000/web:1": http: server gave HTTP response to HTTPS client'),
        # the fuller of two spellings
        ("docker.io", "docker.io/library/redis:7", 'Failed to pull image "redis:7": failed to pull and unpack image "docker.io/library/redis:7": EOF'),
        ("docker.io", "docker.io/org/web:latest", "Trying to pull docker.io/org/web:latest...\nreading manifest latest in docker.io/org/web: errors: denied"),
        # what failed outweighs what is mentioned more often
        ("ghcr.io", "ghcr.io/org/b:2", 'Pulling image "quay.io/org/a:1" Pulling image "quay.io/org/a:1" Pulling image "quay.io/org/a:1" Failed to pull image "ghcr.io/org/b:2": x'),
        # what was pulled is not what failed
        ("contoso.azurecr.io", "contoso.azurecr.io/web:7", 'Successfully pulled image "mcr.microsoft.com/a:1" Container image "mcr.microsoft.com/a:1" already present Failed to pull image "contoso.azurecr.io/web:7"'),
        ("contoso.azurecr.io", None, "Docker pull of 'mcr.microsoft.com/mcr/hello-world:latest' : OK\nDNS lookup to contoso.azurecr.io at IP 10.2.0.4 : OK\nRegistry 'contoso.azurecr.io' did not issue a challenge."),
        ("contoso.azurecr.io", "contoso.azurecr.io/web:7", 'Successfully pulled image "contoso.azurecr.io/web:7"'),
        # help, portals and Resource Manager are no registries
        (None, None, "toomanyrequests: You have reached your pull rate limit. https://www.docker.com/increase-rate-limit"),
        (None, None, "PUT https://management.azure.com/subscriptions/s/providers/Microsoft.App/containerApps/web: image pull failed"),
        # a word after a colon is no image
        (None, None, "failed to pull image: failed to unpack image: content digest sha256:0a1b: not found"),
        (None, None, "Field 'template.containers.web.image' is invalid: MANIFEST_UNKNOWN: manifest tagged by \"7\" is not found"),
        # the URL that the validation lost is in its parameters
        ("contoso.azurecr.io", None, "GET https:?scope=repository%3Aweb%3Apull&service=contoso.azurecr.io: UNAUTHORIZED: authentication required"),
    ],
)  # fmt: skip
def test_image_and_registry(registry: str | None, image: str | None, text: str) -> None:
    """The image that failed, as fully as the text spells it, and the host that refused it."""
    said = classify(text)
    assert (said.registry, said.image) == (registry, image)


def test_a_masked_registry_of_ours_is_ours() -> None:
    """Pipelines mask the name, not the cloud: `***.azurecr.io` is a registry of ours, `***` could be anything."""
    assert classify("***.azurecr.io/web:1: unauthorized: authentication required").managed
    assert classify("<acr-name>.azurecr.cn/web:1: unauthorized: authentication required").managed
    assert not classify("https://***/v2/: unauthorized: authentication required").managed

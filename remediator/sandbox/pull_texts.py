"""The words in which Container Apps and containerd tell how a pull ended.

Wordings are those that people have reported: azureossd "Troubleshooting image pull errors" (2023), measured labs of
2026, and for Azure China the system-log line of the first incident (2025-07-30).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote

from remediator.sandbox.image_reference import Image


def pulled(image: Image) -> str:
    """The PulledImage event."""
    return f'Successfully pulled image "{image.text}" in 1.61s. Image size: 44040192 bytes.'


def _unresolved(image: Image, why: str) -> str:
    return (
        f'Failed to pull image "{image.text}": rpc error: code = Unknown desc = failed to pull and unpack image '
        f'"{image.text}": failed to resolve reference "{image.text}": {why}'
    )


def _head(image: Image) -> str:
    return f'failed to do request: Head "https://{image.host}/v2/{image.repository}/manifests/{image.tag}"'


def no_such_host(image: Image, server: str) -> str:
    """The login name does not resolve."""
    return _unresolved(image, f"{_head(image)}: dial tcp: lookup {image.host} on {server}:53: no such host")


def unanswered(host: str, server: str) -> str:
    """No DNS server answers, as Go says it."""
    return f"dial tcp: lookup {host} on {server}:53: i/o timeout"


def lookup_timed_out(image: Image, server: str) -> str:
    """The DNS server does not answer (azure-facts 2.7, row 29)."""
    return _unresolved(image, f"{_head(image)}: {unanswered(image.host, server)}")


def timed_out(image: Image, address: str) -> str:
    """The address does not answer."""
    return _unresolved(image, f"{_head(image)}: dial tcp {address}:443: i/o timeout")


def no_reference(text: str, why: str) -> str:
    """The reference cannot be read at all (distribution/reference)."""
    return f'Failed to pull image "{text}": failed to parse reference "{text}": invalid reference format{why}'


def wrong_name(image: Image, served: str) -> str:
    """The certificate does not cover the host that was asked for (Azure/acr#425)."""
    why = f"tls: failed to verify certificate: x509: certificate is valid for {served}, not {image.host}"
    return _unresolved(image, f"{_head(image)}: {why}")


def cut_off(image: Image) -> str:
    """Something else answers at the address, and hangs up (mspnp/aks-baseline-multi-region#46)."""
    return _unresolved(image, f"{_head(image)}: EOF")


def identity_refused(image: Image, app: str, identity: str) -> str:
    """A managed identity that may not pull (azure-facts 2.7, row 17)."""
    shown = identity if identity.startswith("/") else identity.lower()
    return (
        f"Failed to provision revision for container app '{app}'. Error details: Invalid value: \"{image.text}\": "
        f"unable to pull image using Managed identity {shown} for registry {image.host}"
    )


def unauthorized(image: Image) -> str:
    """No credential, or a secret that is not taken."""
    scope = quote(f"repository:{image.repository}:pull", safe="")
    ask = f"https://{image.host}/oauth2/token?scope={scope}&service={image.host}"
    return _unresolved(
        image,
        f"failed to authorize: failed to fetch oauth token: unexpected status from GET request to {ask}: "
        "401 Unauthorized",
    )


def _terminated(container: str, rest: str) -> str:
    return f"Container '{container}' was terminated with exit code '' and reason 'ImagePullFailure'. {rest}"


def _not_found(image: Image, code: str, message: str) -> str:
    document = json.dumps({"errors": [{"code": code, "message": message}]}, separators=(",", ":"))
    return f"Image {image.text} not found in registry. ErrorMessage=Image not found or access denied. Error: {document}"


def denied(image: Image, container: str, client: str) -> str:
    """The registry's firewall refuses: public cloud and US Government."""
    message = f"client with IP '{client}' is not allowed access, refer https://aka.ms/acr/firewall to grant access"
    return _terminated(container, _not_found(image, "DENIED", message))


def manifest_unknown(image: Image, container: str) -> str:
    """The tag is not there; the same sentence as `denied`, only the code differs."""
    return _terminated(
        container, _not_found(image, "MANIFEST_UNKNOWN", f'manifest tagged by "{image.tag}" is not found')
    )


def layers_failed(image: Image, data_host: str, why: str) -> str:
    """The manifest came, the layers do not."""
    return (
        f'Failed to pull image "{image.text}": rpc error: code = Unknown desc = failed to pull and unpack image '
        f'"{image.text}": failed to copy: httpReadSeeker: failed open: failed to do request: '
        f'Get "https://{data_host}/": {why}'
    )


def _china_message(image: Image, container: str, when: datetime) -> str:
    scope = quote(f"repository:{image.repository}:pull", safe="")
    refusal = (
        "failed to authorize: failed to fetch anonymous token: unexpected status from GET request to "
        f"https://{image.host}/oauth2/token?scope={scope}&service={image.host}: 403 Forbidden"
    )
    return _terminated(
        container,
        f'Pull image: {image.text} failed with exit code: 1, error: time="{when:%Y-%m-%dT%H:%M:%SZ}" level=info '
        f'msg="trying next host" error="{refusal}" host={image.host}\n'
        f'ctr: failed to resolve reference "{image.text}": {refusal}\n.',
    )


def denied_in_china(image: Image, container: str, app: str, revision: str, seconds: float) -> str:
    """The registry's firewall refuses, in Azure China: a line of the system log, with its escapes."""
    when = datetime.fromtimestamp(seconds, UTC)
    line = {
        "TimeStamp": f"{when:%Y-%m-%d %H:%M:%S}.{when.microsecond:06d}0 +0000 UTC",
        "Type": "Warning",
        "ContainerAppName": app,
        "RevisionName": revision,
        "ReplicaName": f"{revision}-5d4f8c7b9-x2k7p",
        "Msg": _china_message(image, container, when),
        "Reason": "ContainerTerminated",
        "EventSource": "ContainerAppController",
        "Count": 1,
    }
    return escaped(json.dumps(line, separators=(",", ":"), ensure_ascii=False))


def escaped(document: str) -> str:
    """JSON with the escapes of the original writer: quotes, apostrophe, plus, ampersand and angle brackets."""
    text = document.replace('\\"', "\\u0022")
    for sign in "'+&<>":
        text = text.replace(sign, f"\\u{ord(sign):04X}")
    return text

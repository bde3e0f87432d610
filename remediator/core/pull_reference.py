"""Which image, registry and client address does a pull error name?

`pull_error.classify` is the only caller. It reads the texts that `pull_text.readings` has unescaped; it judges no cause
and asks nobody whether the registry exists.
"""

from __future__ import annotations

import ipaddress
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import unquote

from remediator.core.cloud import registry_suffix_of

_MASKED = r"\$?(?:\{[\w -]{1,40}\}|\[[\w -]{1,40}\])(?=\.azurecr\.)"
"""A login server whose name somebody has left out or not filled in: `{name}.azurecr.io`, `[name].azurecr.io`."""
_TOKEN = re.compile(rf"(?:{_MASKED}|[^\s\"'`,;()\[\]{{}}|\\=&?!])++", re.IGNORECASE)
_HOST = re.compile(
    rf"(?:{_MASKED}\.azurecr\.|(?:[\w<>*-]{{1,100}}\.){{1,8}})[a-z]{{2,24}}(?::\d{{1,5}})?"
    r"|localhost(?::\d{1,5})?|(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?",
    re.IGNORECASE,
)
_API_PATH = re.compile(r"[^/]{1,253}/(?:v2|oauth2)(?:/|$)")
_SHORT_IMAGE = re.compile(r"[a-z0-9][a-z0-9._/-]{0,200}(?::[\w.-]{1,128})?(?:@sha256:[0-9a-f]{6,64})?")
_NAMED_AS_IMAGE = re.compile(
    r"(?:pull|pulled|pulling|image|reference|invalid value|imagename|manifest for|pull of|pull for|version of|to)"
    r" ?[:=]? ?[\"']{0,3}(?:docker://)?$",
    re.IGNORECASE,
)
_QUOTED_AS_IMAGE = re.compile(r"(?<![.\w])(?:image|reference|invalid value)[: ]{0,2}[\"']{1,3}$", re.IGNORECASE)
_PLAIN_AS_IMAGE = re.compile(r"pull image: ?$", re.IGNORECASE)
_SCHEME = re.compile(r"(?:docker|oci)://|br:(?=[\w<>*-]{1,100}\.)", re.IGNORECASE)
"""Image references carry one in podman, helm and Bicep."""
_FAILED = re.compile(
    r"(?:failed to pull image|back-off pulling image|pull image:|image pull for|image pull errors for image"
    r"|invalid value:|unauthorized to access image|pull and unpack image|resolve reference|manifest for"
    r"|pull access denied for) ?[\"']{0,3}$",
    re.IGNORECASE,
)
_HEALTHY = re.compile(
    r"(?:successfully ?pulled(?: ?image)?|docker ?pull ?of|container ?image) ?[\"']{0,3}$", re.IGNORECASE
)
_PUBLIC_REGISTRIES = (
    "docker.io",
    "docker.com",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "pkg.dev",
    "mcr.microsoft.com",
    "mcr.azure.cn",
    "azk8s.cn",
    "public.ecr.aws",
    "amazonaws.com",
    "amazonaws.com.cn",
    "registry.k8s.io",
    "nvcr.io",
    "docker.elastic.co",
    "registry.gitlab.com",
    "aliyuncs.com",
    "tencentyun.com",
    "myhuaweicloud.com",
    "daocloud.io",
    "redhat.io",
    "redhat.com",
    "fedoraproject.org",
    "jfrog.io",
    "icr.io",
    "ocir.io",
    "lscr.io",
    "localhost",
)
_STORAGE = re.compile(
    r"(?:[^.]{1,80}\.){1,8}(?:blob\.core\.(?:windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)|data\.azurecr\.(?:io|cn|us)"
    r"|data\.mcr\.(?:microsoft\.com|azure\.cn))"
)
_IDENTITY = re.compile(r"login\.(?:microsoftonline\.(?:com|us)|microsoft\.com|chinacloudapi\.cn)|sts\.windows\.net")
_NEAR = 400
_CLIENT_IP = re.compile(
    r"(?:client ?with ?ip(?!.{0,100}? ?not ?allowed ?to ?(?:access ?the ?server|connect))"  # a database says that
    r"|客户端 ?ip(?: ?为)?|ip ?为) ?(?:address ?|地址 ?)?[\"'<\[]{0,4}([0-9a-f.:]{3,45})",
    re.IGNORECASE,
)


_POOL = ("ConnectionPool(host='", 'ConnectionPool(host="')
_POOL_PATH = re.compile(r".{0,80}?with url: (/[^ ]{0,400})")
"""Python's clients name the host and the path of a request apart from each other."""


class Request(NamedTuple):
    """An HTTP request that the text mentions: where in the text, to which host (lower case), for which path."""

    start: int
    host: str
    path: str

    @property
    def to_storage(self) -> bool:
        """Whether it goes to a data endpoint or the storage behind it (azure-facts 1.4)."""
        return _STORAGE.fullmatch(self.host) is not None

    @property
    def to_identity(self) -> bool:
        """Whether it goes to Microsoft Entra."""
        return _IDENTITY.fullmatch(self.host) is not None

    @property
    def to_registry(self) -> bool:
        """Whether it goes to a registry, of ours or not; help links and the platform's own proxy are none."""
        if self.host.startswith(("localhost", "127.")):
            return False
        if self.path.startswith(("/v2", "/v1/", "/oauth2/", "/token")):
            return True
        return is_registry(self.host) and not self.host.startswith(("www.", "hub.", "docs."))

    @property
    def to_root(self) -> bool:
        """Whether it asks whether a registry is there at all, before any image."""
        return self.path.rstrip("/:.") in ("", "/v2")

    @property
    def matters(self) -> bool:
        """Whether it can have failed in a pull: not a help link, a portal or Azure Resource Manager."""
        return self.to_registry or self.to_storage or self.to_identity or "/v2/" in self.path or "/v1/" in self.path


_ASKED = re.compile(r"(?<![a-z])(?:get|head|post|put|patch|delete) [\"'<]{0,3}$", re.IGNORECASE)
_REGISTRY_LIKE = re.compile(
    r"regist|docker|image|blob|sha256|token|auth|manifest|layer|/v\d|oci|chart|\.tgz", re.IGNORECASE
)


class Mention(NamedTuple):
    """An image that the text mentions as one that was not pulled, and where."""

    start: int
    image: str


@dataclass(frozen=True, slots=True)
class References:
    """What one text names; hosts are as the text spells them, images with how much speaks for each."""

    images: Counter[str]
    mentions: tuple[Mention, ...]
    hosts: tuple[str, ...]
    requests: tuple[Request, ...]
    strangers: tuple[int, ...]
    """Where the text tells of a request to a service that is no registry: a probe, a webhook, the app's own."""

    def request_before(self, position: int) -> Request | None:
        """The last request that is named before `position`: the one whose failure is told there."""
        at = bisect_left(self.requests, position, key=lambda request: request.start)
        return self.requests[at - 1] if at else None

    def mention_before(self, position: int) -> Mention | None:
        """The last image that is named before `position`."""
        at = bisect_left(self.mentions, position, key=lambda mention: mention.start)
        return self.mentions[at - 1] if at else None

    def stranger_before(self, position: int) -> bool:
        """Whether the last thing that is named shortly before `position` is a request to a stranger."""
        at = bisect_left(self.strangers, position)
        start = self.strangers[at - 1] if at else -_NEAR
        request, mention = self.request_before(position), self.mention_before(position)
        return position - start < _NEAR and all(start > named.start for named in (request, mention) if named)


def is_managed(host: str | None) -> bool:
    """Whether the host is a login server or data endpoint of Azure Container Registry, in any cloud.

    Not the registry behind Microsoft's public one: nobody else owns it, and its name stands in the texts of others.
    """
    return host is not None and registry_suffix_of(_bare(host)) is not None and not is_public_backing(host)


def is_public_backing(host: str) -> bool:
    """Whether the host is the registry that answers for mcr.microsoft.com."""
    return _bare(host).lower().startswith("mcrprod.")


def is_registry(host: str) -> bool:
    """Whether the host is known as a registry, of ours or public."""
    bare = _bare(host).lower()
    return (
        is_managed(bare)
        or is_public_backing(bare)
        or any(bare == name or bare.endswith("." + name) for name in _PUBLIC_REGISTRIES)
    )


def host_of(image: str) -> str | None:
    """The registry's host in an image reference, None where it has none (`nginx:1.27` means Docker Hub)."""
    first, slash, _ = image.partition("/")
    return _bare(first) if slash and _HOST.fullmatch(first) else None


def client_address(text: str) -> str | None:
    """The address that the registry saw, IPv4 or IPv6; None where the text has none or masks it (`x.x.x.x`)."""
    for match in _CLIENT_IP.finditer(text):
        address = match[1].rstrip(".:")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            continue
        return address
    return None


def references(text: str) -> References:
    """Every image, registry host and request that the text names, each token looked at once.

    Images that failed outweigh those that are only mentioned; those that were pulled count where nothing else is named.
    """
    images: Counter[str] = Counter()
    healthy: Counter[str] = Counter()
    derived: Counter[str] = Counter()
    mentions: list[Mention] = []
    hosts: list[str] = []
    requests: list[Request] = []
    strangers: list[int] = []
    for match in _TOKEN.finditer(text):
        bare = match[0].removeprefix("<").rstrip(">") if match[0].startswith("<http") else match[0]
        bare = bare.strip(".:/")
        token = _SCHEME.sub("", bare, count=1) if _SCHEME.match(bare) else bare
        before = text[max(0, match.start() - 40) : match.start()]
        if "%2F" in token or "%2f" in token:  # an image in a query string
            token = unquote(token)
        scheme, separator, rest = token.partition("://")
        if before.endswith(_POOL) and (asked := _POOL_PATH.match(text, match.end())):
            scheme, separator, rest = "https", "://", token + asked[1]
        if not separator and _API_PATH.match(token):  # "https:// host/v2/…", or a console that cut the scheme off
            scheme, separator, rest = "https", "://", token
        if separator and scheme.lower() in {"https", "http"}:
            host, path = _split(rest)
            request = Request(match.start(), _bare(host).lower(), path)
            if (_HOST.fullmatch(host) or host.count(".")) and request.matters:
                requests.append(request)
                derived.update(_image_of_request(host, path))
            elif _is_stranger(path, before):
                strangers.append(match.start())
        elif match[0].startswith("/"):
            if _is_stranger(match[0], before):
                strangers.append(match.start())
        elif image := _image(token, before, marked=token != bare):
            if _HEALTHY.search(before):
                healthy[image] += 1
            else:
                images[image] += 10 if _FAILED.search(before) else 1
                mentions.append(Mention(match.start(), image))
        elif _HOST.fullmatch(token) and (is_registry(token) or before.endswith(" host=")):
            hosts.append(_bare(token))
    found = images or derived or (Counter() if hosts else healthy)
    return References(found, tuple(mentions), tuple(hosts), tuple(requests), tuple(strangers))


def _is_stranger(path: str, before: str) -> bool:
    """Whether the request for `path` is a service's own and none in the course of a pull."""
    return len(path) > 1 and _ASKED.search(before) is not None and _REGISTRY_LIKE.search(path) is None


def _split(rest: str) -> tuple[str, str]:
    host, slash, path = rest.partition("/")
    return host.rpartition("@")[2], slash + path


def _image(token: str, before: str, *, marked: bool) -> str | None:
    first, slash, rest = token.partition("/")
    if slash and _HOST.fullmatch(first) and rest:
        if first.lower().startswith("microsoft."):
            return None
        named = marked or is_registry(first) or _NAMED_AS_IMAGE.search(before)
        return token if named else None
    if not _SHORT_IMAGE.fullmatch(token):
        return None
    plain = _PLAIN_AS_IMAGE.search(before) and any(mark in token for mark in ":/@")
    return token if plain or _QUOTED_AS_IMAGE.search(before) else None


def _image_of_request(host: str, path: str) -> Iterator[str]:
    if not path.startswith("/v2/"):
        return
    for kind in ("/manifests/", "/blobs/"):
        repository, found, reference = path[4:].partition(kind)
        if found and repository:
            tag = "" if kind == "/blobs/" or not reference else ("@" if reference.startswith("sha256:") else ":")
            yield f"{host}/{repository}{tag}{reference.rstrip(':.') if tag else ''}"


def _bare(host: str) -> str:
    """Without port and trailing dots."""
    return host.partition(":")[0].rstrip(".")

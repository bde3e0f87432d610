"""Which words in a pull error are a sign of which cause?

`pull_error.classify` is the only caller and puts the signs in order. This module holds the vocabulary: a line for each
mechanism, not for each sample. Patterns meet a text in lower case; `~` stands for a space that a line wrap may have
eaten. All repeats are bounded, so that a scan stays linear in the text. The wordings are those of azure-facts 2.7, of
the registry protocol (opencontainers/distribution-spec, error codes) and of the clients: docker, containerd, CRI-O and
podman, kubelet, go-containerregistry (with which Container Apps validates a deployment), az acr check-health, urllib3.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Cause(StrEnum):
    """Why a pull failed, as far as its text tells (house, section 5)."""

    firewall_denied = "firewall_denied"
    auth_unauthorized = "auth_unauthorized"
    not_found = "not_found"
    dns_failure = "dns_failure"
    timeout_unreachable = "timeout_unreachable"
    tls_error = "tls_error"
    throttled = "throttled"
    platform_mismatch = "platform_mismatch"
    data_endpoint_blocked = "data_endpoint_blocked"
    bad_reference = "bad_reference"
    other = "other"
    unknown = "unknown"


class Confidence(StrEnum):
    """How sure the text alone makes us."""

    high = "high"
    medium = "medium"
    low = "low"


class Kind(StrEnum):
    """What else a sign depends on before it names its cause."""

    plain = "plain"
    forbidden = "forbidden"
    """HTTP 403: the firewall, where a registry of ours said it."""
    network = "network"
    """A connection that failed: whose, the registry's or the storage's?"""
    layers = "layers"
    """The manifest was read, the layers were being fetched."""
    closed = "closed"
    """The other side closed the connection without a word."""
    ping = "ping"
    """The first request ran out of time before a connection is mentioned."""
    credential = "credential"
    """The registry asks who it is."""
    server = "server"
    """A server's own fault, unless the platform's pull-through proxy hides another answer."""


class Sign(NamedTuple):
    """Words, the cause they speak for and how surely."""

    cause: Cause
    confidence: Confidence
    pattern: re.Pattern[str]
    kind: Kind = Kind.plain


def _sign(cause: Cause, confidence: Confidence, *words: str, kind: Kind = Kind.plain) -> Sign:
    return Sign(cause, confidence, re.compile("|".join(words).replace("~", " ?")), kind)


_HIGH, _MEDIUM, _LOW = Confidence.high, Confidence.medium, Confidence.low

EXPLICIT: tuple[Sign, ...] = (
    _sign(
        Cause.throttled,
        _HIGH,
        r"too~?many~?requests",
        r"(?:http|status|code|response)[ :=\"']{0,4}429(?!\d)|https?://[^ ]{1,400}:~429(?!\d)",
        r"rate~limit(?:ing|ed)?(?! ?\d)",
        r"pull~qps~exceeded",
        r"请求过多|速率限制",
    ),
    _sign(
        Cause.tls_error,
        _HIGH,
        r"x509:",
        r"certificate~(?:signed|verify|has~expired|is~valid~for|is~not~trusted|chain)",
        r"(?:self[- ]~?signed|invalid|untrusted)~(?:peer~)?certificate",
        r"certificate_verify_failed|connectivity_ssl_error|untrustedroot|remotecertificatenamemismatch",
        r"sslerror|ssl~routines|bad~handshake|unable~to~get~local~issuer",
        r"ssl~connection~could~not~be~established",
        r"(?<![a-z/])tls:~(?!handshake~timeout)[a-z]",
        r"look~like~a~tls~handshake",
        r"server~gave~http~response~to~https~client",
        r"证书(?:无效|过期|验证失败|不受信任)",
    ),
    _sign(
        Cause.platform_mismatch,
        _HIGH,
        r"exec~format~error",
        r"no~match(?:ing~manifest)?~for~(?:platform|[a-z]{3,8}/[a-z0-9]{3,8}|unknown)",
        r"no~child(?:ren)?~with~platform",
        r"no~image~found~in~(?:manifest~list|image~index)~for~architecture",
        r"cannot~be~used~on~this~platform",
        r"does~not~match~the~(?:specified|detected~host|expected)~platform",
        r"(?:os/arc\w{0,10}|platform|architecture)~(?:must~be|not~supported)",
        r"must~be~linux/amd64",
        r"unsupported~(?:platform|architecture|os)\b",
        r"containerappcontainersinvalidcpu",
        r"windows~version~[\d.]{3,20}-based~image~is~incompatible",
    ),
    _sign(
        Cause.firewall_denied,
        _HIGH,
        r"client~with~ip.{1,80}?not~allowed",
        r"aka\.ms/acr/firewall",
        r"connectivity_forbidden_error|don't~have~access~to~registry",
        r"public~network~access.{1,40}?(?:disabled|not~allowed)",
        r"blocked~by~(?:the~)?(?:registry's~|registry~|acr~)?(?:firewall|network~rule)",
        r"不允许.{0,12}访问",
    ),
    _sign(
        Cause.other,
        _MEDIUM,
        r"no~space~left~on~device|disk_full|disk~quota~exceeded",
        r"operation~is~(?:disallowed|not~allowed)|disallowed[ _]operation|quarantined",
        r"quota.{0,40}?exceeded|exceed(?:ed|s)?.{0,40}?(?:quota|storage~limit)",
        r"lchown|failed~to~register~layer",
        r"unsupported~media~?type|media~type.{1,120}?no~longer~supported|schema~(?:version~)?1~(?:manifest|image)",
        r"unexpected~commit~digest|failed~size~validation|layer~verification~failed|invalid~tar~header",
        r"cannot~connect~to~the~docker~daemon|requires~running~the~docker~daemon",
        r"docker_(?:command|daemon|version|pull)_error|cmk_error|errimageneverpull|registryerrorresponse",
    ),
    _sign(
        Cause.firewall_denied,
        _HIGH,
        r"code[\"':= ]{1,8}denied(?!\w)(?![\"', ]{1,8}message[\"':= ]{1,8}requested~access)",
    ),
    _sign(
        Cause.bad_reference,
        _HIGH,
        r"invalid~reference~format|(?:could|can)(?:n't|~not)~parse~(?:image|reference)|parsing~(?:image~)?reference",
        r"invalidimagename|failed~to~apply~default~image~tag|repository~name~must~be",
        r"(?:name|tag|digest)_invalid\b|invalid~(?:repository~name|tag~format|image~name|checksum~digest)",
        r"invalid~image~reference|docker~pull[\"']?~requires~exactly~1~argument",
        r"(?:image|reference|invalid~value)[: ]{0,2}[\"']{1,3}https?://",
        r"azurecr\.(?:io|cn|us)\.azurecr\.",
    ),
    _sign(
        Cause.not_found,
        _HIGH,
        r"manifest[_ ]?(?:blob[_ ]?)?unknown|(?:name|blob|tag)_unknown|blob~unknown~to~registry",
        r"manifest~(?:tagged~by|for).{1,300}?(?:is~)?not~found",
        r"repository~name~not~known|repository~[^ ]{1,200}~(?:is~)?not~found",
        r"找不到(?:清单|映像|镜像|标记)|(?:映像|镜像|清单)不存在",
    ),
)
"""Words that leave no doubt about the cause; the earlier sign wins."""

PATH: tuple[Sign, ...] = (
    _sign(
        Cause.dns_failure,
        _HIGH,
        r"no~such~host(?:~is~known)?|nxdomain|servfail|server~misbehaving|connectivity_dns_error",
        r"lookup~[^ ]{1,255}(?:~on~[^ ]{1,80})?(?:~(?:dial|read|write)~udp~[^ ]{1,140})?~i/o~timeout",
        r"(?:dial|read|write)~udp~[^ ]{1,140}:53",
        r"dial~tcp:~lookup~",
        r"name~or~service~not~known|temporary~failure~in~name~resolution|no~address~associated~with~hostname",
        r"gaierror|getaddrinfo|enotfound|eai_again|nodename~nor~servname|nameresolutionerror",
        r"could~not~resolve~host|unable~to~resolve~host|could~not~be~resolved|resolve~(?:the~)?dns|dns~(?:lookup|resolution)~fail",
        r"failed~to~resolve~[\"'][^\"' ]{1,255}[\"']~\(",
        r"无法解析|域名解析失败",
    ),
    _sign(
        Cause.timeout_unreachable,
        _MEDIUM,
        r"i/o~timeout|client\.timeout~exceeded|request~cancel?led~(?:while~waiting~for~(?:a~)?connection|\()",
        r"(?<!and )connection~(?:refused|timed~out|reset)|etimedout|econnrefused|econnreset|ehostunreach",
        r"no~route~to~host|network~is~unreachable|host~is~unreachable|cannot~assign~requested~address",
        r"proxyconnect~tcp|cannot~connect~to~proxy|tunnel~connection~failed|read~timed~out|operation~timed~out",
        r"failed~to~connect~to~[^ ]{1,255}~port|did~not~properly~respond|actively~refused",
        r"连接超时|请求超时|无法连接",
        kind=Kind.network,
    ),
    _sign(
        Cause.timeout_unreachable,
        _LOW,
        r"tls~handshake~timeout|handshake~timeout|broken~pipe|context~cancel?led",
        kind=Kind.network,
    ),
    _sign(Cause.timeout_unreachable, _LOW, r"(?:[:\"'>]~|unexpected~)eof(?![a-z])", kind=Kind.closed),
    _sign(
        Cause.firewall_denied,
        _HIGH,
        r"403~\(?forbidden|https?://[^ ]{1,400}:~403(?!\d)",
        r"(?:status|code|response|http(?:/[\d.]{1,3})?|error)(?:~code)?[ :=\"'(]{0,4}403(?!\d)",
        kind=Kind.forbidden,
    ),
    _sign(
        Cause.other,
        _LOW,
        r"50[0234]~\(?(?:internal~server~error|bad~gateway|service~unavailable|gateway~time-?~?out)",
        r"(?:status(?:~code)?|response~code|response~was)[ :=\"'(]{0,4}50[0234](?!\d)",
        kind=Kind.server,
    ),
    _sign(
        Cause.not_found,
        _MEDIUM,
        r"404~\(?not~found|unexpected~status(?:~code)?:?~404|https?://[^ ]{1,400}:~404(?!\d)",
        r"(?:image|manifest|tag|repository|reference)~.{1,300}?does~not~exist(?!~or)",
        r"code~=?~?notfound.{1,600}?:~not~found",
        r"(?:resolve|pull and unpack)~(?:image|reference).{1,400}?:~not~found",
    ),
)
"""Words about one hop of the way; the earliest in the text wins, because later ones are often the anonymous retry."""

VAGUE: tuple[Sign, ...] = (
    _sign(
        Cause.auth_unauthorized,
        _MEDIUM,
        r"aadsts\d{3,8}|invalid~client~secret|application~not~registered|no~basic~auth~credentials",
        r"admin~(?:user|credentials)[^.]{1,60}?disabled|(?:secret|credential|password|token)s?~(?:is|are|has|have)~expired",
        r"(?:incorrect|invalid|wrong)~username(?:~or~|~and~|/)password|connectivity_aad_login_error",
        r"(?:requested|pull)~access~(?:to~the~resource~is~)?denied|permission_denied",
    ),
    _sign(
        Cause.firewall_denied,
        _LOW,
        r"did~not~issue~a~challenge|connectivity_challenge_error",
        r"(?:^|[:>\"'({]~)denied(?![a-z_])(?!~:~(?:permission|your|you~|access|installation))",
    ),
    _sign(
        Cause.auth_unauthorized,
        _LOW,
        r"unauthorized|authentication~required|insufficient_scope|authorization~failed|未授权|身份验证",
        r"(?:status|code|response|returned)[ :=\"'(]{0,4}401(?!\d)|not~authorized|inaccessibleimage",
        r"(?:using|the)~managed~identity|construct~registry~secret|connectivity_(?:refresh|access)_token_error",
        r"error~getting~credentials|docker-credential-|registry~credential",
        kind=Kind.credential,
    ),
    _sign(Cause.timeout_unreachable, _LOW, r"/v2/?[\"'\\: ]{1,5}context~deadline~exceeded(?!~\()", kind=Kind.ping),
    _sign(
        Cause.timeout_unreachable,
        _LOW,
        r"deadline~?exceeded|could~not~connect~to~the~registry|host~is~not~reachable|max~retries~exceeded",
        r"request~cancel?led|timed~out|newconnectionerror|connecttimeout|proxyerror",
        kind=Kind.network,
    ),
    _sign(Cause.data_endpoint_blocked, _LOW, r"error~pulling~image~configuration", kind=Kind.layers),
)
"""Words that several causes share; the earlier sign wins, and none of them is more than a reason to look."""

RELAY = "localhost:8578"
"""The platform's pull-through proxy, which answers 503 when Docker Hub answers 429 (azure-facts 2.7, no. 37)."""

LAYERS = re.compile(
    r"error pulling image configuration|failed to copy|httpreadseeker|(?:copying|reading|fetching|download(?:ing)?)"
    r" (?:blob|layer|config)|download failed"
)
"""The manifest was read and a blob was being fetched when it failed (azure-facts 1.4)."""

PULLING = re.compile(
    r"azurecr|/v2/|oauth2/|regist|image|manifest|docker|containerd|podman|skopeo|buildah|buildkit|ghcr|quay\.io"
    r"|(?<![a-z])(?:acr|pull|ctr|mcr|oci|crane|helm)(?![a-z])|imagepull|aka\.ms/acr|镜像|映像|注册表"
    r"|unauthorized: authentication required|server returned 40[13]"
)
"""The text is about an image or a registry at all; a 403 or a time-out of anything else is none of ours."""

"""Which words in a pull error are a sign of which cause?

`pull_error.classify` is the only caller and puts the signs in order. This module holds the vocabulary: a line for each
mechanism, not for each sample. Patterns meet a text in lower case. All repeats are bounded, so that a scan stays linear
in the text. The wordings are those of azure-facts 2.7, of the registry protocol (opencontainers/distribution-spec,
error codes) and of the clients: docker, containerd, CRI-O and podman, kubelet, go-containerregistry (with which
Container Apps validates a deployment), ORAS and helm, az acr check-health, urllib3, curl, .NET; Windows prints its
socket errors in the machine's language.
"""

from __future__ import annotations

import re

from remediator.core.pull_sign import Cause, Confidence, Kind, Sign, sign

_HIGH, _MEDIUM, _LOW = Confidence.high, Confidence.medium, Confidence.low

EXPLICIT: tuple[Sign, ...] = (
    sign(
        Cause.throttled,
        _HIGH,
        r"too~?many~?requests",
        r"(?:http|status|code|response)[ :=\"']{0,4}429(?!\d)|https?://[^ ]{1,400}:~429(?!\d)",
        r"pull~rate~limit|rate~limit~(?:exceeded|reached)|(?:due~to|exceeded)~(?:registry~)?rate~limit",
    ),
    sign(
        Cause.throttled,
        _MEDIUM,
        r"(?<![a-z-])rate~limit(?:ing|ed)?(?![a-z-]|~?\d)|pull~qps~exceeded|请求过多|速率限制|限流",
    ),
    sign(
        Cause.tls_error,
        _MEDIUM,
        r"x509:.{1,120}?not~[^ ]{1,100}\.privatelink\.|server~gave~http~response~to~https~client",
    ),
    sign(
        Cause.tls_error,
        _HIGH,
        r"x509:",
        r"certificate~(?:signed|verify|has~expired|is~valid~for|is~not~trusted|chain)",
        r"(?:self[- ]~?signed|invalid|untrusted)~(?:peer~)?certificate",
        r"certificate_verify_failed|untrustedroot|remotecertificatenamemismatch|unable~to~get~local~issuer",
        r"证书(?:无效|过期|验证失败|不受信任)",
    ),
    sign(
        Cause.tls_error,
        _MEDIUM,
        r"sslerror|ssl~routines|bad~handshake|connectivity_ssl_error|ssl~connection~could~not~be~established",
        r"(?<![a-z/])tls:~(?!handshake~timeout)[a-z]|look~like~a~tls~handshake|ssl~certificate~problem",
    ),
    sign(
        Cause.platform_mismatch,
        _HIGH,
        r"no~match(?:ing~manifest)?~for~(?:platform|[a-z]{3,8}/[a-z0-9]{3,8}|unknown)",
        r"no~child(?:ren)?~with~platform|descriptor~matching~platform",
        r"no~image~found~in~(?:manifest~list|image~index)~for~architecture",
        r"does~not~(?:match|provide)~the~(?:specified|detected~host|expected)~platform",
        r"(?:os/arc\w{0,10}|platform|architecture)~must~be|must~be~linux/amd64",
    ),
    sign(
        Cause.platform_mismatch,
        _MEDIUM,
        r"exec~format~error|cannot~be~used~on~this~platform|(?:platform|architecture)~not~supported",
        r"unsupported~(?:platform|architecture|os)\b|operating~system~is~not~supported|osversionnotsupported",
        r"containerappcontainersinvalidcpu|windows~version~[\d.]{3,20}-based~image~is~incompatible",
        r"os~version~of~(?:the~)?image.{1,200}?not~supported",
    ),
    sign(
        Cause.firewall_denied,
        _HIGH,
        r"client~with~ip.{1,80}?not~allowed|aka\.ms/acr/firewall|connectivity_forbidden_error",
        r"looks~like~you~don't~have~access~to~registry|ip.{1,60}?(?:不允许|不被允许).{0,12}访问",
    ),
    sign(
        Cause.other,
        _MEDIUM,
        r"no~space~left~on~device|disk_full|disk~quota~exceeded|not~enough~space~on~the~disk|磁盘空间不足",
        r"operation~is~(?:disallowed|not~allowed)|disallowed[ _]operation|quarantined|tasksoperationsnotallowed",
        r"quota.{0,40}?(?:exceeded|reached)|exceed(?:ed|s)?.{0,40}?(?:quota|storage~limit)|image~size~exceed",
        r"lchown|failed~to~register~layer|failed~to~(?:extract~layer|prepare~extraction)|wrong~diff~id",
        r"unsupported~media~?type|unexpected~media~type|media~type.{1,120}?no~longer~supported",
        r"schema~(?:version~)?1~(?:manifest|image)|accept~header~does~not~support",
        r"unexpected~commit~(?:digest|size)|failed~size~validation|layer~verification~failed|invalid~tar~header",
        r"content~digest~sha256:[0-9a-f]{6,64}:~not~found|content~store.{1,120}?not~found",
        r"cannot~connect~to~the~docker~daemon|requires~running~the~docker~daemon|dial~unix|unknown~service~runtime\.",
        r"docker_(?:command|daemon|version|pull)_error|cmk_error|aka\.ms/acr/cmk|customer-managed~key",
        r"errimageneverpull|pull~policy~of~never|admission~webhook.{1,200}?denied~the~request|rejected~by~policy",
        r"trust~data~(?:does~not~exist|for)|signature~verification~failed",
    ),
    sign(
        Cause.firewall_denied,
        _MEDIUM,
        r"code[\"':= ]{1,8}denied(?!\w)(?![\"', ]{1,8}message[\"':= ]{1,8}requested~access)",
        r"public~network~access.{1,40}?(?:disabled|not~allowed)",
        r"blocked~by~(?:the~)?(?:registry's~|registry~|acr~)?(?:firewall|network~rule)",
        kind=Kind.denied,
    ),
    sign(
        Cause.bad_reference,
        _HIGH,
        r"invalid~reference~format|(?:could|can)(?:n't|~not)~parse~(?:image|reference)",
        r"failed~to~apply~default~image~tag|repository~name~must~be",
    ),
    sign(
        Cause.bad_reference,
        _MEDIUM,
        r"parsing~(?:image~)?reference|invalidimagename|docker~pull[\"']{0,2}~requires~exactly~1~argument",
        r"(?:name|tag|digest)_invalid\b|invalid~(?:repository~name|tag~format|image~name|checksum~digest)",
        r"invalid~image~reference|image~name~[\"']?[^ ]{1,200}~is~invalid",
        r"(?:image|reference|invalid~value)[: ]{0,2}[\"']{1,3}https?://",
        r"azurecr\.(?:io|cn|us)\.azurecr\.|azureacr\.(?:io|cn|us)|[\w-]\.azurecr\.(?:com|net|io\.com)(?!\w)",
    ),
    sign(
        Cause.not_found,
        _MEDIUM,
        r"blob[_ ]unknown",
    ),
    sign(
        Cause.not_found,
        _HIGH,
        r"manifest[_ ]?unknown|(?:name|tag)_unknown|name~unknown:",
        r"manifest~(?:tagged~by|for).{1,300}?(?:is~)?not~found",
        r"repository~name~not~known|找不到(?:清单|映像|镜像|标记)|(?:映像|镜像|清单)不存在|清单未知",
    ),
    sign(
        Cause.not_found,
        _MEDIUM,
        r"(?:repository|artifact)~[^ ]{1,200}~(?:is~)?not~found(?!:?~does~not~exist~or)",
        r"artifact~does~not~exist|content~at~[^ ]{1,400}~not~found|failed~with~(?:image~)?not~found~error",
    ),
)
"""Words that name the cause themselves; the earlier sign wins."""

PATH: tuple[Sign, ...] = (
    sign(
        Cause.dns_failure,
        _HIGH,
        r"no~such~host(?:~is~known)?|nxdomain|servfail|server~misbehaving|connectivity_dns_error",
        r"lookup~[^ ]{1,255}(?:~on~[^ ]{1,80})?(?:~(?:dial|read|write)~udp~[^ ]{1,140})?~i/o~timeout",
        r"(?:dial|read|write)~udp~[^ ]{1,140}:53|dial~tcp:~lookup~",
        r"name~or~service~not~known|temporary~failure~in~name~resolution|no~address~associated~with~hostname",
        r"gaierror|getaddrinfo|enotfound|eai_again|nodename~nor~servname|nameresolutionerror|name~does~not~resolve",
        r"(?:could~not|couldn't|unable~to|can't|cannot)~resolve~(?:host|proxy|[\"'])|could~not~be~resolved",
        r"unknownhostexception|unknown~host|non-existent~domain|resolve~(?:the~)?dns|dns~(?:lookup|resolution)~fail",
        r"failed~to~resolve~[\"'][^\"' ]{1,255}[\"']~\(|failed~to~resolve~(?:specified~)?fqdn",
        r"无法解析|域名解析失败|不知道这样的主机|ホストは不明|angegebene~host~ist~unbekannt|hôte~inconnu|host~desconocido",
        kind=Kind.name,
    ),
    sign(
        Cause.timeout_unreachable,
        _MEDIUM,
        r"proxyconnect~tcp|cannot~connect~to~proxy|tunnel~connection~failed|received~http~code~\d{3}~from~proxy",
        r"i/o~timeout|client\.timeout~exceeded|request~cancel?led~(?:while~waiting~for~(?:a~)?connection|\()",
        r"(?<!and )connection~(?:refused|timed~out|reset)|etimedout|econnrefused|econnreset|ehostunreach",
        r"no~route~to~host|network~is~unreachable|host~is~unreachable|cannot~assign~requested~address",
        r"read~timed~out|operation~timed~out|failed~to~connect~to~[^ ]{1,255}~port|forcibly~closed",
        r"did~not~properly~respond|actively~refused|connection~attempt~failed",
        r"连接超时|请求超时|无法连接|连接被(?:拒绝|重置)|没有正确答复|积极拒绝|正しく応答しなかった",
        r"verbindungsversuch~ist~fehlgeschlagen|tentative~de~connexion~a~échoué|intento~de~conexión",
        kind=Kind.network,
    ),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"tls~handshake~timeout|handshake~timeout|broken~pipe|context~cancel?led|connection~lost|goaway",
        r"use~of~closed~network~connection|transport~connection~broken|stream~error:~stream~id",
        kind=Kind.network,
    ),
    sign(Cause.timeout_unreachable, _LOW, r"(?:[:\"'>…]~|\.\.\.~|unexpected~)eof(?![a-z])", kind=Kind.closed),
    sign(
        Cause.firewall_denied,
        _HIGH,
        r"403~\(?forbidden|https?://[^ ]{1,400}:~403(?!\d)",
        r"(?:status|code|response|http(?:/[\d.]{1,3})?|error)(?:~code)?[ :=\"'(]{0,4}403(?!\d)",
        r"request~is~not~authorized~to~perform~this~operation",
        kind=Kind.forbidden,
    ),
    sign(
        Cause.firewall_denied,
        _LOW,
        r"failed~with~forbidden~error|[\"']~?:~forbidden(?!\w)",
        kind=Kind.forbidden,
    ),
    sign(
        Cause.other,
        _LOW,
        r"50[0234]~\(?(?:internal~server~error|bad~gateway|service~unavailable|gateway~time-?~?out)",
        r"(?:status(?:~code)?|response~code|response~was)[ :=\"'(]{0,4}50[0234](?!\d)",
        r"unexpected~(?:http~)?status(?:~code)?:?~400~bad~request",
        kind=Kind.server,
    ),
    sign(
        Cause.not_found,
        _MEDIUM,
        r"404~\(?not~found|unexpected~status(?:~code)?:?~404|https?://[^ ]{1,400}:~404(?!\d)",
        r"(?:image|manifest|tag|repository|reference)~.{1,300}?does~not~exist(?!~or)",
        r"code~=?~?notfound.{1,600}?:~not~found",
        r"(?:resolve|pull and unpack)~(?:image|reference).{1,400}?:~not~found",
        r"\.[a-z]{2,10}(?::\d{1,5})?/[^ :]{1,200}[:@][^ ]{1,140}:~not~found",
        kind=Kind.missing,
    ),
)
"""Words about one hop of the way; the earliest in the text wins, because later ones are often the anonymous retry."""

VAGUE: tuple[Sign, ...] = (
    sign(
        Cause.auth_unauthorized,
        _MEDIUM,
        r"aadsts\d{3,8}|invalid~client~?id~or~client~secret|invalid~client~secret|application~not~registered",
        r"no~basic~auth~credentials|permission~[\"'][\w.]{3,120}[\"']~denied|unauthenticated~request",
        r"admin~(?:user|credentials)[^.]{1,60}?disabled|(?:secret|credential|password|token)s?~(?:is|are|has|have)~expired",
        r"(?:incorrect|invalid|wrong)~(?:username(?:~or~|~and~|/))?password|connectivity_aad_login_error",
        r"(?:requested|pull|push)~access~(?:to~the~resource~is~)?denied|permission_denied|insufficient~scopes?",
        r"(?:retrieve|fetch)~(?:some~)?image~pull~secrets?|credential[ -]~?provider|failed~to~get~credentials",
        r"identity~not~found|failed~to~(?:acquire|retrieve)~a?~?token|not~authorized~to~perform:",
    ),
    sign(Cause.firewall_denied, _LOW, r"did~not~issue~a~challenge|connectivity_challenge_error"),
    sign(
        Cause.firewall_denied,
        _LOW,
        r"(?:^|[:>\"'({]~)denied(?![a-z_])(?!~:~(?:permission|your|you~|access|installation))",
        kind=Kind.denied,
    ),
    sign(
        Cause.auth_unauthorized,
        _LOW,
        r"unauthorized|authentication~required|insufficient_scope|authorization~failed|未(?:经)?授权|身份验证",
        r"(?:status|code|response|returned)[ :=\"'(]{0,4}401(?!\d)|not~authorized|inaccessibleimage",
        r"(?:using|the)~managed~identity|construct~registry~secret|connectivity_(?:refresh|access)_token_error",
        r"error~getting~credentials|docker-credential-|registry~credential|denied:~(?:permission|your|access|installation)",
        kind=Kind.credential,
    ),
    sign(Cause.timeout_unreachable, _LOW, r"/v2/?[\"'\\: ]{1,5}context~deadline~exceeded(?!~\(client)", kind=Kind.ping),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"deadline~?exceeded|could~not~connect~to~the~registry|host~is~not~reachable|max~retries~exceeded",
        r"request~cancel?led|timed~out|newconnectionerror|connecttimeout|proxyerror",
        kind=Kind.network,
    ),
    sign(
        Cause.not_found,
        _LOW,
        r"does~not~exist~or~no~pull~access|image~not~found(?!~or~access)|code~=?~?notfound~desc",
    ),
    sign(Cause.data_endpoint_blocked, _LOW, r"error~pulling~image~configuration", kind=Kind.layers),
    sign(Cause.other, _LOW, r"registryerrorresponse", kind=Kind.server),
)
"""Words that several causes share; the earlier sign wins, and none of them is more than a reason to look."""

RELAYED = re.compile(r"localhost:8578|registryerrorresponse.{1,200}docker\.io")
"""A middleman hides what Docker Hub answered, most often a 429: the platform's pull-through proxy (azure-facts 2.7,
no. 37) or Container Instances."""

ANONYMOUS = ("mcr.microsoft.com", "mcr.azure.cn")
"""Registries that ask nobody for a credential."""

LAYERS = re.compile(
    r"error pulling image configuration|failed to copy|httpreade?r?seeker|(?:copying|reading|fetching|download(?:ing)?)"
    r" (?:blob|layer|config)|download failed"
)
"""The manifest was read and a blob was being fetched when it failed (azure-facts 1.4)."""

WRITING = re.compile(r"(?:post|put|patch) (?:request to )?[\"']?$")
"""The request that follows sends something: a push, which has reasons of its own to be refused."""

PULLED = "successfully pulled image"
"""Said later in the text, it takes the weight from an earlier failure; said where no pull failed, from any."""

UNPULLED = re.compile(
    r"failed to pull|pull failed|pull image failed|errimagepull|imagepullbackoff|back-off pulling|imagepullfailure"
    r"|imagepullunauthorized"
)

PULLING = re.compile(
    r"azurecr|/v2/|oauth2/|regist|image|manifest|docker|containerd|podman|skopeo|buildah|buildkit|ghcr|quay\.io"
    r"|(?<![a-z])(?:acr|pull|push|ctr|mcr|oci|crane|helm)(?![a-z])|imagepull|aka\.ms/acr|镜像|映像|注册表"
    r"|unauthorized: authentication required|server returned 40[13]|response from daemon|failed to authorize"
    r"|fetch (?:anonymous|oauth) token|access to the resource|basic auth credentials|insufficient_scope"
)
"""The text is about an image or a registry at all; a 403 or a time-out of anything else is none of ours."""

CLIENT = re.compile(r"dial ?(?:tcp|udp)|(?:read|write) tcp|net/http:|client\.timeout|proxyconnect")
"""A fragment in the words of the clients that pull images, and of many others."""

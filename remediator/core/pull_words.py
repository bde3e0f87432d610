"""Which words in a pull error name its cause?

`pull_error.classify` is the only caller and puts the signs in order; `pull_hops` and `pull_hints` hold the words that
say less. A line stands for a mechanism, not for a sample. Patterns meet a text in lower case. All repeats are bounded,
so that a scan stays linear in the text. The wordings are those of azure-facts 2.7, of the registry protocol
(opencontainers/distribution-spec, error codes) and of the clients: docker, containerd, CRI-O and podman, kubelet,
go-containerregistry (with which Container Apps validates a deployment), ORAS and helm, az acr check-health, urllib3,
curl, .NET; Windows prints its socket errors in the machine's language.
"""

from __future__ import annotations

from remediator.core.pull_sign import Cause, Confidence, Kind, Sign, sign, status

_HIGH, _MEDIUM, _LOW = Confidence.high, Confidence.medium, Confidence.low

EXPLICIT: tuple[Sign, ...] = (
    sign(
        Cause.throttled,
        _HIGH,
        r"too~?many~?requests",
        status("429"),
        r"https?://[^ ]{1,400}:~429(?!\d)",
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
        r"certificate~is~valid~for~|does~not~match~target~host~name|server~gave~http~response~to~https~client",
    ),
    sign(
        Cause.tls_error,
        _HIGH,
        r"x509:",
        r"certificate~(?:signed|verify|has~expired|is~not~trusted|chain)",
        r"(?:self[- ]~?signed|invalid|untrusted)~(?:peer~)?certificate",
        r"certificate_verify_failed|untrustedroot|remotecertificatenamemismatch|unable~to~get~local~issuer",
        r"证书(?:无效|过期|验证失败|不受信任)",
    ),
    sign(
        Cause.tls_error,
        _MEDIUM,
        r"sslerror|ssl~routines|bad~handshake|connectivity_ssl_error|ssl~connection~could~not~be~established",
        r"(?<![a-z/])tls:~(?!handshake~timeout)[a-z]|look~like~a~tls~handshake|ssl~certificate~problem",
        r"pkix~path~building|sslhandshakeexception|trust~relationship~for~the~ssl|cert_altname_invalid",
    ),
    sign(
        Cause.platform_mismatch,
        _HIGH,
        r"no~match(?:ing~manifest)?~for~(?:platform|[a-z]{3,8}(?:\([\d.]{2,20}\))?/[a-z0-9]{3,8}|unknown)",
        r"no~child(?:ren)?~with~platform|descriptor~matching~platform",
        r"no~image~found~in~(?:manifest~list|image~index)~for~architecture",
        r"does~not~(?:match|provide)~the~(?:specified|expected)~platform|platform~[\w/]{3,24}~does~not~match",
        r"no~(?:image|manifest)~(?:was~)?found~for~(?:the~)?(?:platform|architecture)",
        r"(?:os/arc\w{0,10}|platform|architecture)~must~be|must~be~linux/amd64",
    ),
    sign(
        Cause.platform_mismatch,
        _MEDIUM,
        r"exec~format~error|cannot~be~used~on~this~platform|(?:platform|architecture)~not~supported",
        r"(?:platform|architecture)~(?:is~)?[\w/]{3,24}~(?:and~)?is~not~supported",
        r"does~not~match~the~detected~host~platform|operating~system~of~the~container~does~not~match",
        r"unsupported~(?:platform|architecture|os|windows)\b|os~type~of.{1,200}?match|operating~system~is~not~supported|osversionnotsupported",
        r"containerappcontainersinvalidcpu|windows~version~[\d.]{3,20}-based~image~is~incompatible",
        r"os~version~of~(?:the~)?image.{1,200}?not~supported",
    ),
    sign(
        Cause.firewall_denied,
        _HIGH,
        r"client~with~ip.{1,80}?not~allowed(?!~to~(?:access~the~server|connect))|aka\.ms/acr/firewall|connectivity_forbidden_error",
        r"looks~like~you~don't~have~access~to~registry|ip.{1,60}?(?:不允许|不被允许).{0,12}访问",
    ),
    sign(
        Cause.other,
        _MEDIUM,
        r"no~space~left~on~device|disk_full|disk~quota~exceeded|not~enough~space~on~the~disk|磁盘空间不足",
        r"operation~is~(?:disallowed|not~allowed)|disallowed[ _]operation|quarantined|tasksoperationsnotallowed",
        r"quota.{0,40}?(?:exceeded|reached)|exceed(?:ed|s)?.{0,40}?(?:quota|storage~limit)|over~quota|image~size.{0,20}?exceed",
        r"lchown|failed~to~register~layer|hcsshim|failed~to~(?:extract~layer|prepare~extraction)|wrong~diff~id",
        r"unsupported~(?:image~)?(?:manifest|media~?type)|unexpected~media~type|media~type.{1,120}?no~longer~supported",
        r"schema~(?:version~)?1~(?:manifest|image|support~is~disabled)|media~?type~in~manifest~should~be|accept~header~does~not~support|unknown~type:?~(?:application|text)/",
        r"application/[\w.+-]{1,80}~(?:is~)?not~supported",
        r"unexpected~commit~(?:digest|size)|failed~size~validation|layer~verification~failed|invalid~tar~header",
        r"read-only~file~system|input/output~error|(?<!connect: )operation~not~permitted",
        r"content~digest~sha256:[0-9a-f]{6,64}:~not~found|content~store.{1,120}?not~found",
        r"failed~to~mount~|overlay~mount|unable~to~prepare~context|layers~from~manifest~don't~match",
        r"error~(?:storing|saving)~credentials",
        r"manifest_invalid|blob[_ ]upload[_ ](?:unknown|invalid)|unknown~blob|size_invalid|missing~signature~key",
        r"docker_(?:command|daemon|version|pull)_error|cmk_error|aka\.ms/acr/cmk|customer-managed~key",
        r"errimageneverpull|pull~policy~of~never|admission~webhook.{1,200}?denied~the~request|rejected~by~policy",
        r"trust~data~(?:does~not~exist|for)|signature~verification~failed|signatures~do~not~satisf|source~image~rejected",
    ),
    sign(
        Cause.other,
        _MEDIUM,
        r"cannot~connect~to~the~docker~daemon|requires~running~the~docker~daemon|dial~unix|unknown~service~runtime\.",
        r"docker~(?:daemon|desktop)~is~(?:not~)?running|pipe/docker",
        kind=Kind.local,
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
        r"(?:name|tag|digest)_invalid\b|invalid~(?:repository~name|tag~(?:format|[\"'])|image~name|checksum~digest)",
        r"not~a~valid~repository/tag|only~contain~a~single~colon|should~not~contain~a~tag",
        r"registries\.server[\"']?~has~an~invalid~value",
        r"did~not~resolve~to~an~alias|must~have~an~.?image.?~property",
        r"invalid~image~reference|image~name~[\"']?[^ ]{1,200}~is~invalid",
        r"(?:image|reference|invalid~value)[: ]{0,2}[\"']{1,3}(?:https?://|/[\w./:-]{1,200}[\"']{1,3}:~(?:get|head|unable|failed)\b)",
        r"azurecr\.(?:io|cn|us)(?:%20|\.?[\w-]{0,60}\.azurecr\.)|azureacr\.(?:io|cn|us)|[\w-]\.azurecr\.(?:com|net|io\.com)(?!\w)",
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
        r"(?:repository~name|manifest(?:~is)?)~not~known|找不到(?:清单|映像|镜像|标记)|(?:映像|镜像|清单)不存在|清单未知",
    ),
    sign(
        Cause.not_found,
        _MEDIUM,
        r"(?:repository|artifact|manifest|tag)~[^ ]{1,200}~(?:is~|was~)?not~found(?!:?~does~not~exist~or)",
        r"artifact~does~not~exist|(?<!no )manifest not~found|no~such~manifest|content~at~[^ ]{1,400}~not~found",
        r"(?:image|manifest|tag)~[^ ]{1,200}~could~not~be~found",
        r"failed~to~solve:~[^ \"]{1,300}:~[^ \"]{1,300}:~not~found",
        r"failed~with~(?:image~)?not~found~error",
    ),
)
"""Words that name the cause themselves; the earlier sign wins."""

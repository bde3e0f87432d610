"""Which words in a pull error are shared by several causes, and so no more than a reason to look?

`pull_error.classify` is the only caller, and asks them last, where the text is about a pull and says nothing plainer
(`pull_words`, `pull_hops`). Half of them are words about identities, which a closed firewall and a missing zone link
print too (azure-facts 2.7, section B): none of them is ever sure.
"""

from __future__ import annotations

from remediator.core.pull_sign import Cause, Confidence, Kind, Sign, sign, status

_MEDIUM, _LOW = Confidence.medium, Confidence.low

HINTS: tuple[Sign, ...] = (
    sign(
        Cause.auth_unauthorized,
        _MEDIUM,
        r"aadsts\d{3,8}|credentialunavailable|invalid~client~?id~or~client~secret|invalid~client~secret|application~not~registered",
        r"no~basic~auth~credentials|permission~[\"'][\w.]{3,120}[\"']~denied|unauthenticated~request",
        r"registries~with~admin~enabled|client~id~must~be~guid",
        r"admin~(?:user|credentials)[^.]{1,60}?disabled|(?:secret|credential|password|token)s?~(?:is|are|has|have)~expired",
        r"(?:incorrect|invalid|wrong)~(?:username(?:~or~|~and~|/))?password|connectivity_aad_login_error",
        r"(?:requested|pull|push)~access~(?:to~the~resource~is~)?denied|permission_denied|insufficient~scopes?",
        r"(?:retrieve|fetch)~(?:some~)?image~pull~secrets?|credential[ -]~?provider",
        r"failed~to~(?:get|retrieve|obtain)~credentials",
        r"at~least~one~credential~is~required|not~support~managed~identity|username~and~password~(?:are|is)~required",
        r"(?:bad|wrong|missing|invalid)~(?:registry~)?credentials?|no~(?:matching~)?credentials?~(?:was|were|found|provided)",
        r"could~not~validate~credentials|no~(?:image~)?pull~secret|pull~?secrets?~[^ ]{1,80}~(?:was~)?not~found",
        r"token~(?:has~)?expired|expired~token|token~expiry|token~exchange~failed|not~authorized~to~perform:",
        r"does~not~exist~in~the~(?:directory|tenant)|identity~(?:client~[\w-]{4,40}~)?(?:is~|was~)?not~found|failed~to~(?:acquire|retrieve)~a?~?token|invalidimageregistryidentity",
        r"(?:does~not|doesn't|not)~have~(?:the~)?(?:required~)?(?:role|permission|authorization|access~to)",
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
        r"unauthorized|authentication~(?:is~)?required|insufficient_scope|authorization~failed|未(?:经)?授权|身份验证",
        status("401"),
        r"not~authorized|inaccessibleimage",
        r"(?:using|the)~managed~identity|construct~registry~secret|connectivity_(?:refresh|access)_token_error",
        r"error~getting~credentials|docker-credential-|registry~credential|denied:~(?:permission|your|access|installation)",
        kind=Kind.credential,
    ),
    sign(Cause.timeout_unreachable, _LOW, r"/v2/?[\"'\\: ]{1,5}context~deadline~exceeded(?!~\(client)", kind=Kind.ping),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"deadline~?exceeded|could~not~connect~to~the~registry|host~is~not~reachable|max~retries~exceeded",
        r"(?:could~not|unable~to|cannot)~reach~(?:any|the)|timed~out|newconnectionerror|connecttimeout|proxyerror",
        kind=Kind.network,
    ),
    sign(
        Cause.auth_unauthorized,
        _LOW,
        r"failed~to~(?:get|retrieve|obtain)~.{0,40}?~(?:token|auth)|failed~to~(?:authorize|authenticate|fetch~(?:anonymous|oauth)~token)|authentication~failed|login~failed",
        r"unable~to~authenticate|image~name~or~any~registry~credentials|managedidentitycredential",
        r"identity~(?:isn't|is~not)~assigned|imds~endpoint|identity~endpoint",
    ),
    sign(
        Cause.not_found,
        _LOW,
        r"image~[^ ]{1,200}~not~found(?!~in~registry|~or~)",
        r"(?:did~not|could~not|cannot)~find~(?:the~)?(?:docker~|container~)?image",
        r"(?:image|manifest|repository|tag)notfound|no~such~image|unable~to~locate~any~tags|does~not~exist~or~no~pull~access|image~not~found(?!~or~access)|code~=?~?notfound~desc",
        r"(?:^|[ \"'(])(?!/)[^ \"']{1,300}[\"']?:~not~found(?!:|~or~|~in~registry)|(?:…|\.\.\.)~not~found",
    ),
    sign(
        Cause.data_endpoint_blocked,
        _LOW,
        r"error~pulling~image~configuration|error~initiating~layer~download",
        kind=Kind.layers,
    ),
    sign(Cause.timeout_unreachable, _LOW, r"(?:request|task|context)~(?:was~)?cancel?led"),
    sign(Cause.dns_failure, _LOW, r"(?:unable|failed)~to~resolve~(?:the~)?(?:container~)?registry"),
    sign(Cause.other, _LOW, r"registryerrorresponse|for~cache~rule~", kind=Kind.server),
    sign(Cause.other, _LOW, r"(?:digest|checksum)~(?:did~not~match|mismatch)|not~match~(?:the~)?expected~digest"),
    sign(Cause.throttled, _LOW, r"throttl(?:ed|ing)"),
    sign(
        Cause.other,
        _LOW,
        r"not~a~valid~(?:bicep|oci|chart|docker|image|module)|trusted~registries|registry~[^ ]{1,255}~is~not~supported",
        r"argumentnullexception|nullreferenceexception|nil~pointer~dereference|//localhost:8578",
        kind=Kind.server,
    ),
    sign(Cause.not_found, _LOW, status("404", "not~found"), kind=Kind.missing),
    sign(Cause.other, _LOW, status("500"), status("40[05]"), kind=Kind.server),
    sign(Cause.timeout_unreachable, _LOW, r"(?<![a-z-])time-?out(?![a-z=])", kind=Kind.network),
    sign(Cause.auth_unauthorized, _LOW, r"(?<!or )access~(?:to~[^ ]{1,255}~)?(?:is~|was~)?(?:denied|forbidden)"),
    sign(Cause.throttled, _LOW, r"too~many|(?<![a-z])limit~(?:exceeded|reached)"),
    sign(Cause.platform_mismatch, _LOW, r"(?:for|wrong|your|this)~(?:cpu~)?(?:platform|architecture)(?![a-z])"),
    sign(
        Cause.tls_error,
        _LOW,
        r"(?:certificate|handshake)~.{0,80}?(?:fail|error|invalid|wrong)|untrusted|ssl~error"
        r"|(?:verif|valid|trust).{0,40}?~certificate|unable_to_verify",
    ),
    sign(
        Cause.dns_failure, _LOW, r"(?:resolv|look~?up).{0,40}?~(?:host|address|domain|dns)|(?<![a-z])dns~(?:error|fail)"
    ),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"unreachable|(?:cannot|could~not|couldn't|failed~to|unable~to|can't)~(?:connect|reach)|connection~(?:was~)?(?:error|fail|closed|aborted)",
        kind=Kind.network,
    ),
    sign(
        Cause.auth_unauthorized,
        _LOW,
        r"authenticat|credential(?!s~\(if)|(?:failed|unable)~to~access|permission|not~logged~in"
        r"|(?<!method )not~allowed|log~?in~(?:required|first|again)",
    ),
    sign(
        Cause.not_found,
        _LOW,
        r"(?:image|manifest|tag|repository)~.{0,80}?(?:not~exist|n.t~exist|missing)(?!~or)|missing~(?:image|tag)",
    ),
    sign(Cause.bad_reference, _LOW, r"(?:invalid|malformed|bad)~.{0,30}?(?:name|tag|reference|url|image)|parse~error"),
    sign(Cause.other, _LOW, r"corrupt|(?:failed~to|error|while)~(?:unpack|extract|decompress|stor|commit)"),
)
"""Words that several causes share; the earlier sign wins, and none of them is more than a reason to look."""

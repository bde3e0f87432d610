"""Which words in a pull error complain about one hop of the way: a name, a connection, a refusal, a server, an answer?

`pull_error.classify` is the only caller: the earliest of these words in a text decides, after those that name the cause
themselves (`pull_words`) and before those that only hint (`pull_hints`). What a word means depends on whose hop it is;
`Kind` says what `pull_place.judge` has to ask.
"""

from __future__ import annotations

from remediator.core.pull_sign import Cause, Confidence, Kind, Sign, sign, status

_HIGH, _MEDIUM, _LOW = Confidence.high, Confidence.medium, Confidence.low

HOPS: tuple[Sign, ...] = (
    sign(
        Cause.dns_failure,
        _HIGH,
        r"servfail|server~misbehaving|temporary~failure~in~name~resolution|eai_again",
        r"(?:dial~tcp:~)?lookup~[^ ]{1,255}(?:~on~[^ ]{1,80})?~(?:(?:dial|read|write)~udp~[^ ]{1,140}~)?"
        r"(?:i/o~timeout|server~misbehaving|servfail|temporary~failure~in~name)",
        r"(?:dial|read|write)~udp~[^ ]{1,140}:53",
        kind=Kind.name,
    ),
    sign(
        Cause.dns_failure,
        _MEDIUM,
        r"no~such~host(?:~is~known)?|nxdomain|connectivity_dns_error|dial~tcp:~lookup~",
        r"name~or~service~not~known|no~address~associated~with~hostname",
        r"gaierror|getaddrinfo|(?<![a-z])enotfound|nodename~nor~servname|nameresolutionerror|name~does~not~resolve",
        r"(?:could~not|couldn't|unable~to|can't|cannot)~resolve~(?:host|proxy|[\"'])|could~not~be~resolved",
        r"unknownhostexception|unknown~host|non-existent~domain|resolve~(?:the~)?dns|dns~(?:lookup|resolution)~fail",
        r"dns~lookup~to~[^ ]{1,255}~:~failed|failed~to~reach~dns|resource~temporarily~unavailable~\(",
        r"failed~to~resolve~[\"'][^\"' ]{1,255}[\"']~\(|failed~to~resolve~(?:specified~)?fqdn|dns~name~does~not~exist",
        r"name~resolution~(?:failed|failure|error)|failed~to~resolve~(?:the~)?host",
        r"无法解析|域名解析失败|不知道这样的主机|ホストは不明|angegebene~host~ist~unbekannt|hôte~inconnu|host~desconocido",
        kind=Kind.name,
    ),
    sign(
        Cause.timeout_unreachable,
        _MEDIUM,
        r"proxyconnect~tcp|proxy~authentication~required|cannot~connect~to~proxy|tunnel~connection~failed|received~http~code~\d{3}~from~proxy",
        r"(?<!:10250: )i/o~timeout|client\.timeout~exceeded",
        r"request~cancel?led~(?:while~waiting~for~(?:a~)?connection|\()",
        r"(?<!and )connection~(?:refused|timed~out|reset)|etimedout|econnrefused|econnreset|ehostunreach",
        r"dial~tcp~[^ ]{1,140}:~connect:~",
        r"no~route~to~host|network~is~unreachable|host~is~unreachable|cannot~assign~requested~address",
        r"(?:read|connect|operation)~timed~out|failed~to~connect~to~[^ ]{1,255}~port|forcibly~closed",
        r"timeout~awaiting|socket~(?:hang~up|closed)",
        r"did~not~properly~respond|actively~refused|connection~attempt~failed",
        r"连接超时|请求超时|无法连接|连接被(?:拒绝|重置)|没有正确答复|积极拒绝|正しく応答しなかった",
        r"verbindungsversuch~ist~fehlgeschlagen|tentative~de~connexion~a~échoué|intento~de~conexión",
        kind=Kind.network,
    ),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"tls~handshake~timeout|handshake~timeout|broken~pipe|connection~lost|goaway",
        r"use~of~closed~network~connection|transport~connection~broken|stream~error:~stream~id",
        r"httpclient\.timeout|not~making~any~progress|pull~(?:image~)?time-?out",
        kind=Kind.network,
    ),
    sign(
        Cause.timeout_unreachable,
        _LOW,
        r"(?:[:\"'>…]~|\.\.\.~|unexpected~)eof(?![a-z])|remote~end~closed~connection|remotedisconnected",
        r"(?:exists|preparing|waiting|pushed|complete|[kmg]b)~eof(?![a-z])",
        kind=Kind.closed,
    ),
    sign(
        Cause.firewall_denied,
        _HIGH,
        status("403", "forbidden"),
        r"https?://[^ ]{1,400}:~403(?!\d)",
        r"request~is~not~authorized~to~perform~this~operation",
        kind=Kind.forbidden,
    ),
    sign(
        Cause.firewall_denied,
        _LOW,
        r"failed~with~forbidden~error|[\"'/]~?:~forbidden(?!\w)",
        kind=Kind.forbidden,
    ),
    sign(
        Cause.other,
        _LOW,
        r"50[0234]~\(?(?:internal~server~error|bad~gateway|service~unavailable|gateway~time-?~?out)"
        r"(?!:?~[\"'(]{0,3}(?:get|head|post|put)~[\"'<]{0,3}http)",
        r"malformed~(?:mime~header|http~(?:response|status|version))|424~failed~dependency",
        r"error~unmarshall?ing~content|parsing~http~(?:400|404|5\d\d)~response~body",
        r"[\"'/]:~(?:service~unavailable|bad~gateway|gateway~time-?~?out|internal~server~error)(?!\w)",
        status(r"5(?:0[2-9]|[1-9]\d)"),
        kind=Kind.server,
    ),
    sign(
        Cause.not_found,
        _MEDIUM,
        r"404~\(?not~found|unexpected~status(?:~code)?:?~404|https?://[^ ]{1,400}:~404(?!\d)",
        r"(?:image|manifest|tag|repository|reference)~.{1,300}?does~not~exist(?!~or)",
        r"code~=?~?notfound.{1,600}?:~not~found|pull~image:~not~found",
        r"(?:resolve|pull and unpack)~(?:image|reference).{1,400}?(?::|…|\.\.\.)~not~found",
        r"\.[a-z]{2,10}(?::\d{1,5})?/[^ :]{1,200}[:@][^ ]{1,140}:~not~found",
        kind=Kind.missing,
    ),
)
"""Words about one hop of the way; the earliest in the text wins, because later ones are often the anonymous retry."""

"""Payloads that nobody sends by mistake, and some that people do: made from real shapes, always the same for one seed.

Every one may hold secrets, each with a mark by which it is found again where it must not be.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.functions_host import payloads

# Each as it looks in the wild, and the part of it by which it is found.
SECRETS = {
    "MARKED-TOKEN": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJNQVJLRUQifQ.MARKED-TOKEN-abcdefghijklmnop0123456789",
    "MARKEDSAS": "https://x.blob.core.windows.net/c?sv=2020&sig=MARKEDSAS%2Babc0123456789%3D",
    "marked.person": "marked.person@example.org",
    "MARKEDPASSWORD": "password=MARKEDPASSWORD0123",
    "MARKEDKEY": "AccountKey=MARKEDKEYabcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmn==",
    "MARKEDBEARER": "Bearer MARKEDBEARER0123456789abcdef",
}
# Personal data that stand in the claims of an event.
CLAIMED = {
    "name": "MARKEDNAME Person",
    "ipaddr": "203.0.113.77",
    "puid": "MARKEDPUID",
    "upn": "marked.person@example.org",
}
MARKS = (*SECRETS, "MARKEDNAME", "MARKEDPUID", "203.0.113.77")
R = payloads.REGISTRY
STRANGER = "/subscriptions/ffffffff-ffff-4fff-8fff-ffffffffffff/resourceGroups/o"
TEXTS = (
    *("", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e\u2066x", "💥" * 50, "ß" * 300, "İ", "a" * 70_000),
    *("{0}{1.__class__}%s%n{{7*7}}${7*7}<%= 7 %>", "<script>alert(1)</script>", "'; DROP TABLE x; --"),
    *("../../../../etc/passwd", f"{R}/../../x", f"{R}/..%2f..%2fetc", f"{R}?api-version=1", R.upper(), f"{R}/"),
    *(f"{R}\r\nSet-Cookie: a=b", "http://169.254.169.254/metadata/identity", "gopher://127.0.0.1:70/_", "/", "//"),
    f"{STRANGER}/providers/Microsoft.ContainerRegistry/registries/stranger",
    f"{STRANGER}/providers/Microsoft.ContainerRegistry/registries/{'r' * 2000}",
    *("NaN", "null", "[]", "{}", "[" * 3000 + "]" * 3000, '{"a":' * 2000, "9" * 6000),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-13-45T99:99:99Z", "+292277026596-12-04T15:30:07Z"),
    *("test-", "Resolved", "Fired\n", "Microsoft.EventGrid.SubscriptionValidationEvent"),
    *(f"Microsoft.ContainerRegistry/registries/{'x' * 900}/write", "Microsoft.ContainerRegistry/registries/write"),
    *SECRETS.values(),
)
ODD = (
    *(None, True, False, 0, -1, 1e308, float("nan"), float("inf"), 10**400, -(10**4000), 2**63),
    *([], {}, [[]], [None] * 50, {"": ""}, {"__proto__": {"x": 1}}, [[[[[[{}]]]]]], list(range(2000))),
    *([SECRETS["MARKED-TOKEN"]], {"x": SECRETS["MARKEDSAS"]}),
)
CONTENT_TYPES = (
    *("text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"),
    *("application/json; charset=utf-16", "application/json; charset=klingon", "x" * 5000),
)
HEADERS = (
    *("content-encoding", "aeg-event-type", "x-forwarded-host", "x-forwarded-port", "host", "transfer-encoding"),
    *("content-length", "cookie", "origin", "traceparent", "range", "authorization", "idempotency-key"),
)
HEADER_VALUES = (
    *("gzip", "SubscriptionValidation", "evil.example", "-1", "9" * 6000, "a\r\nb", "ü", "\x00", "\ud800", "x" * 9000),
    *SECRETS.values(),
)


class Hostile:
    """Makes payloads; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def body(self) -> bytes:
        """The body of a request, damaged in its meaning, its form, both or neither."""
        document = self.document()
        written = json.dumps(document).encode()
        return written if self.random.random() < 0.5 else self._broken(written)

    def document(self) -> Any:
        """An alert, event or request in which something is odd."""
        made = _with_claims(self.random.choice(_SHAPES)())
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 3, 6])):
            self._spoil(made)
        return made

    def headers(self) -> dict[str, str]:
        """Headers of which some are no honest client's."""
        sent = {"content-type": "application/json"}
        if self.random.random() < 0.3:
            sent["content-type"] = self.random.choice(CONTENT_TYPES)
        if self.random.random() < 0.3:
            sent[self.random.choice(HEADERS)] = self.random.choice(HEADER_VALUES)
        return sent

    def _spoil(self, document: Any) -> None:
        places = [place for place in _places(document) if place]
        if not places:
            return
        *way, last = self.random.choice(places)
        holder = document
        for step in way:
            holder = holder[step]
        odd = self.random.choice([self.text(), self.text(), copy.deepcopy(self.random.choice(ODD))])
        how = self.random.random()
        if how < 0.75:
            holder[last] = odd
        elif how < 0.85:
            del holder[last]
        elif isinstance(holder, dict):
            holder[self.text()] = odd
        else:
            holder.append(odd)

    def _broken(self, body: bytes) -> bytes:
        cut = self.random.randrange(len(body) + 1)
        text = body.decode()
        ways: list[Callable[[], bytes]] = [
            lambda: body[:cut],
            lambda: body[:cut] + self.random.randbytes(8) + body[cut:],
            lambda: b"\xef\xbb\xbf" + body,
            lambda: text.encode("utf-16"),
            lambda: gzip.compress(body),
            lambda: b"[" + b",".join([body] * self.random.choice([2, 30, 200])) + b"]",
            lambda: b"[" * 100_000 + b"]" * 100_000,
            lambda: b'{"data":' * 50_000,
            lambda: b"[" * 500 + body + b"]" * 500,
            lambda: b"x" * self.random.choice([1, 1_100_000, 3_500_000]),
            lambda: b"\x00" * 1000,
            lambda: json.dumps(json.dumps(text)).encode(),
            lambda: b"[" + b"1," * 20_000 + b"1]",
            lambda: b"{" + b",".join(b'"k%d":0' % n for n in range(20_000)) + b"}",
            lambda: text.replace('"id"', '"id":1,"id"').encode(),
            lambda: self.random.choice(
                [b"", b"-", b"NaN", b"null", b"true", b'"x"', b"a=b&c=d", b"<xml/>", b"9" * 5000]
            ),
        ]
        return self.random.choice(ways)()


def rows_alert() -> dict[str, Any]:
    """A log alert of the first version, whose rows carry texts."""
    alert = payloads.log_alert()
    row = [f"{payloads.PULL_ERROR} {SECRETS['MARKED-TOKEN']}", "album"]
    columns = [{"name": "Log_s", "type": "string"}, {"name": "ContainerAppName_s", "type": "string"}]
    alert["data"]["alertContext"] = {
        "SearchQuery": "ContainerAppSystemLogs_CL",
        "SearchResults": {"tables": [{"name": "t", "columns": columns, "rows": [row, [SECRETS["marked.person"]]]}]},
    }
    return alert


def request() -> dict[str, Any]:
    """What a person asks for."""
    return {
        "registry": R,
        "app": payloads.APP,
        "text": f"{payloads.PULL_ERROR} {SECRETS['MARKEDSAS']}",
        "way": "report",
    }


_SHAPES = (
    *(payloads.event, payloads.cloud_event, payloads.log_alert, payloads.activity_alert, rows_alert, request),
    lambda: [payloads.event(1), payloads.validation(), payloads.event(2)],
)


def _with_claims(document: Any) -> Any:
    """The document with what the events of people carry about them."""
    data = document.get("data") if isinstance(document, dict) else None
    if isinstance(data, dict) and "claims" in data:
        data["claims"] |= CLAIMED
        data["httpRequest"] = {"clientIpAddress": CLAIMED["ipaddr"], "url": SECRETS["MARKEDSAS"]}
    elif isinstance(data, dict) and "essentials" in data:
        data["essentials"]["description"] = SECRETS["MARKEDPASSWORD"]
        data["alertContext"]["caller"] = CLAIMED["upn"]
    return document


def _places(document: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    parts = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for step, part in parts:
        yield from _places(part, (*way, step))

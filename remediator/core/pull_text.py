"""What does a pull error say once page wraps, markup, escapes and secrets are out of the way?

`pull_error.classify` calls it, and views hide secrets with it. This module decides nothing: it bounds a text, undoes
what logs, consoles, pages and alert pipelines did to it, and hides what must not travel on. Every step is linear in the
length of the text: the regular expressions have possessive or bounded repeats, so that hostile input costs no more than
plain input.
"""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

HEAD_CHARS = 48 * 1024
TAIL_CHARS = 16 * 1024
_ROUNDS = 6
"""How many levels of escaping are undone: JSON in a string in JSON in a CSV export is four."""

_ESC = 0x1B
_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_LOOK_ALIKES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "＂": '"',
        "：": ":",
        "，": ",",
        "（": "(",
        "）": ")",
        "\u00a0": " ",
        "\u00ad": None,
        "\u200b": None,
        "\u2060": None,
        "\ufeff": None,
    }
)
_MARGIN = re.compile(r"^(?:[│┃╷╵┆>|]|//|#(?= ))[│┃╷╵┆>| ]*+|[│┃┆]++$")
"""What a console, a quotation or a comment puts around each line: Terraform's box, `> `, `# `."""
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([\"'`\\/nrtbfv]))")
_PLAIN = {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " ", "v": " "}
_ENTITY = re.compile(r"&(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)
_BREAKING_TAG = re.compile(r"</?(?:br|p|div|li|ul|ol|pre|tr|td|th|table|h[1-6])(?: [^<>]{0,300})?/?>", re.IGNORECASE)
_INLINE_TAG = re.compile(
    r"</?(?:a|b|i|u|em|strong|code|span|font|mark|kbd|samp|wbr)(?: [^<>]{0,300})?/?>", re.IGNORECASE
)
_IN_A_URL = re.compile(r"\S{12,}+")
"""A whole text that travelled in a URL has no space left."""
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]++")

_SECRETS = (
    re.compile(r"(?<![\w-])eyJ[\w-]{8,}+(?:\.[\w-]*+)*+"),
    re.compile(
        r"(?:(?:(?<![a-z])(?:sig|token|pwd|secret)|(?:access|refresh|id|identity|sas)_?token|passw(?:or)?d"
        r"|client_?secret|accountkey|sharedaccesskey|api_?key)(?:[\"'] ?: ?[\"']|=[\"']?|%3d)|[?&]code=)"
        r"[^\s\"'&;,<>)\]}]{4,}+",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![/\w])(?<!or )(?<!and )password: (?=[^\s]{0,60}[0-9+~!@#$%])[^\s\"',;<]{6,200}+", re.IGNORECASE),
    re.compile(r"(?<![\w-])--?(?:p|password|client-secret)[ =][\"']?[^\s\"',;<-][^\s\"',;<]{5,200}+", re.IGNORECASE),
    re.compile(r"(?<![a-z])(?:bearer|basic) (?!auth)[\w.~+/=-]{12,}+", re.IGNORECASE),
    re.compile(r"\"auth\" ?: ?\"[\w+/=]{8,}+\"", re.IGNORECASE),
    re.compile(r"(?<=://)[^\s/@:\"']{1,200}+:[^\s/@\"']{1,400}+(?=@)"),
    re.compile(r"(?<![\w])(?:gh[pousr]_|github_pat_|dckr_pat_)\w{16,}+"),
    re.compile(r"(?<![\w+/])[\w+/]{36,48}\+ACR[\w+/]{6,}+"),
    re.compile(r"(?<![\w~.-])[\w~.-]{3}[0-9]Q~[\w~.-]{20,}+"),
)
"""Tokens, signatures, passwords; the last three kinds are known by their own shape: GitHub and Docker Hub tokens,
registry admin passwords, client secrets of Microsoft Entra."""
HIDDEN = "[hidden]"
_REST = re.compile(r"(?<=\[hidden\] )(?=[^ ]{0,60}[0-9])(?:[\w%+=~-]{16,}+|[\w-]{4,}+\.[\w-]{20,}+)(?![./:])")
"""The rest of a secret that a line wrap has cut in two."""


def readings(text: str) -> tuple[str, ...]:
    """The text on one line, unescaped and without secrets, in one reading or two.

    A line break may stand where a space was or in the middle of a word (logs copied from a page or a terminal), and
    nothing in the text says which: the first reading takes breaks as spaces, the second, given only where it differs,
    as nothing. Texts longer than 64 Ki characters keep their head and their tail.
    """
    bounded = text if len(text) <= HEAD_CHARS + TAIL_CHARS else text[:HEAD_CHARS] + "\n" + text[-TAIL_CHARS:]
    clean = bounded.translate(_LOOK_ALIKES)
    spaced = _unescaped(clean, " ")
    joined = _unescaped(clean, "")
    return (spaced,) if spaced == joined else (spaced, joined)


def redacted(text: str) -> str:
    """The text with tokens, signatures, passwords and keys replaced by `[hidden]` (azure-facts 12, trap 46)."""
    for pattern in _SECRETS:
        text = pattern.sub(HIDDEN, text)
    return _REST.sub(HIDDEN, text)


def excerpt(text: str, start: int, end: int, *, limit: int = 240) -> str:
    """The piece of `text` around the match at `start`..`end`, at most `limit` characters, cut at spaces if it can."""
    if end - start >= limit:
        return text[start : start + limit]
    room = limit - (end - start)
    left = max(0, start - room * 2 // 3)
    right = min(len(text), end + room - (start - left))
    if left and (space := text.find(" ", left, start)) != -1:
        left = space + 1
    if right < len(text) and (space := text.rfind(" ", end, right)) != -1:
        right = space
    return text[left:right].strip()


def _unescaped(text: str, line_break: str) -> str:
    """Undo escapes level by level; a break inside an escape (`\\u00⏎27`) heals in the reading without breaks."""
    for _ in range(_ROUNDS):
        flat = _flat(text, line_break)
        once = _ENTITY.sub(lambda m: html.unescape(m[0]), _ESCAPE.sub(_character, flat))
        once = _ANSI.sub("", _INLINE_TAG.sub("", _BREAKING_TAG.sub("\n", once)))
        if "%20" in once or "%2520" in once:
            once = _IN_A_URL.sub(_out_of_a_url, once)
        if once == flat:
            break
        text = once.translate(_LOOK_ALIKES)
    return redacted(_SPACES.sub(" ", _flat(text, line_break)).strip())


def _out_of_a_url(match: re.Match[str]) -> str:
    """A host with trailing spaces is no text: its spaces stand together."""
    spaces = match[0].replace("%20%20", "").count("%20") + match[0].count("%2520")
    return unquote(match[0]) if spaces > 2 else match[0]


def _flat(text: str, line_break: str) -> str:
    lines = text.splitlines()
    return text if len(lines) < 2 else line_break.join(_MARGIN.sub("", line.strip()).strip() for line in lines)


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits:
        code = int(digits, 16)
        if code in (10, 13):
            return "\n"
        return chr(code) if code == _ESC or (code >= 0x20 and not 0xD800 <= code <= 0xDFFF) else " "
    return _PLAIN.get(match[3], match[3])

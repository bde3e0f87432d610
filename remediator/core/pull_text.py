"""What does a pull error say once page wraps, escapes and secrets are out of the way?

`pull_error.classify` is the only caller. This module decides nothing: it bounds a text, undoes what logs, consoles and
alert pipelines did to it, and hides what must not travel on. Every step is linear in the length of the text: the
regular expressions have possessive or bounded repeats, so that hostile input costs no more than plain input.
"""

from __future__ import annotations

import re

HEAD_CHARS = 48 * 1024
TAIL_CHARS = 16 * 1024
_ROUNDS = 6
"""How many levels of escaping are undone: JSON in a string in JSON in a CSV export is four."""

_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_LOOK_ALIKES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "：": ":",
        "，": ",",
        "（": "(",
        "）": ")",
        "\u00a0": " ",
        "\u200b": None,
        "\ufeff": None,
    }
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"'`\\/nrtbfv]))")
_PLAIN = {"n": "\n", "r": "\n", "t": " ", "b": " ", "f": " ", "v": " "}
_ENTITY = re.compile(r"&(quot|apos|amp|lt|gt|#39|#x27|#34);")
_ENTITIES = {"quot": '"', "apos": "'", "amp": "&", "lt": "<", "gt": ">", "#39": "'", "#x27": "'", "#34": '"'}
_SPACES = re.compile(r"\s++")

_SECRETS = (
    re.compile(r"(?<![\w-])eyJ[\w-]{8,}+(?:\.[\w-]*+)*+"),
    re.compile(
        r"(?:(?<![a-z])(?:sig|(?:access|refresh|id|identity|sas)_?token|token|password|passwd|pwd|secret"
        r"|client_?secret|accountkey|sharedaccesskey|api_?key)(?:[\"'] ?: ?[\"']|=[\"']?|%3d)|[?&]code=)"
        r"[^\s\"'&;,<>)\]}]{4,}+",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![a-z])(?:bearer|basic) [\w.~+/=-]{12,}+", re.IGNORECASE),
    re.compile(r"(?<=://)[^\s/@:\"']{1,200}+:[^\s/@\"']{1,400}+(?=@)"),
)
HIDDEN = "[hidden]"


def readings(text: str) -> tuple[str, ...]:
    """The text on one line, unescaped and without secrets, in one reading or two.

    A line break may stand where a space was or in the middle of a word (logs copied from a page or a terminal), and
    nothing in the text says which: the first reading takes breaks as spaces, the second, given only where it differs,
    as nothing. Texts longer than 64 Ki characters keep their head and their tail.
    """
    bounded = text if len(text) <= HEAD_CHARS + TAIL_CHARS else text[:HEAD_CHARS] + "\n" + text[-TAIL_CHARS:]
    clean = _ANSI.sub("", bounded).translate(_LOOK_ALIKES)
    spaced = _unescaped(clean, " ")
    joined = _unescaped(clean, "")
    return (spaced,) if spaced == joined else (spaced, joined)


def redacted(text: str) -> str:
    """The text with tokens, signatures, passwords and keys replaced by `[hidden]` (azure-facts 12, trap 46)."""
    for pattern in _SECRETS:
        text = pattern.sub(HIDDEN, text)
    return text


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
        once = _ENTITY.sub(lambda m: _ENTITIES[m[1]], _ESCAPE.sub(_character, flat))
        if once == flat:
            break
        text = once
    return redacted(_SPACES.sub(" ", _flat(text, line_break)).strip())


def _flat(text: str, line_break: str) -> str:
    lines = text.splitlines()
    return text if len(lines) < 2 else line_break.join(line.strip() for line in lines)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        code = int(match[1], 16)
        return chr(code) if code >= 0x20 and not 0xD800 <= code <= 0xDFFF else "\n" if code in (10, 13) else " "
    return _PLAIN.get(match[2], match[2])

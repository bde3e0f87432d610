"""How does the program talk to its operators? `ports.Log` on the standard library's logging.

The message is constant, variables follow as `key=value` and as attributes of the record (for exporters that keep
dimensions), and behind them the ids of what is being worked on. What looks like a secret or names a person is struck
out here, whoever wrote it.
"""

from __future__ import annotations

import logging
import re

from remediator.adapters.system.about import about

STRUCK = "[struck]"
LONGEST = 500
READ = 4 * LONGEST  # more is not looked at: the patterns take quadratic time at worst
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\beyJ[\w-]{8,}(\.[\w-]*){1,2}"), STRUCK),  # JSON web tokens
    (re.compile(r"(?i)\b(authorization\"?\s*[=:]\s*\"?basic|bearer|sharedkey)\s+[\w+/=.:~-]{8,}"), rf"\1 {STRUCK}"),
    (
        re.compile(
            r"(?i)(?:\b|(?<=_))(sig|signature|token|(?<=[?&])code|password|passwd|pwd|secret|"
            r"access_?key|account_?key|shared_?access_?key|api_?key|x-functions-key|authorization)(\"?\s*[=:]\s*\"?)(?!\[struck\])[^\s&\"',;]+"
        ),
        rf"\1\2{STRUCK}",
    ),
    (re.compile(r"/approvals/[\w-]{16,}"), f"/approvals/{STRUCK}"),
    (re.compile(r"[\w.%+-]+@[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}"), "[mail]"),
    (re.compile(r"(?<![\w/+-])(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[\w+-]{40,}={0,2}(?![\w/])"), STRUCK),  # our own tokens
)


def redacted(text: str) -> str:
    """The text on one line, at most 500 characters, without tokens, signatures, passwords and mail addresses."""
    cut = len(text) > READ
    text = text[:READ]
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= LONGEST and not cut else text[: LONGEST - 1] + "…"


class SystemLog:
    """`ports.Log` on one logger."""

    def __init__(self, name: str = "remediator") -> None:
        self._logger = logging.getLogger(name)

    def info(self, message: str, **keys: str | int | float) -> None:
        """As `ports.Log.info`."""
        self._write(logging.INFO, message, keys)

    def error(self, message: str, **keys: str | int | float) -> None:
        """As `ports.Log.error`."""
        self._write(logging.ERROR, message, keys)

    def _write(self, level: int, message: str, keys: dict[str, str | int | float]) -> None:
        if not self._logger.isEnabledFor(level):
            return
        told = {**keys, **{key: value for key, value in about().items() if key not in keys}}
        clean = {key: redacted(value) if isinstance(value, str) else value for key, value in told.items()}
        tail = "".join(f" {key}={_quoted(value)}" for key, value in clean.items())
        self._logger.log(level, "%s%s", redacted(message), tail, extra={"keys": clean})


def _quoted(value: str | int | float) -> str:
    text = str(value)
    return f'"{text}"' if " " in text or not text else text

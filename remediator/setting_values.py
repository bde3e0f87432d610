"""How is the text of a setting read? One function for each kind of value; a text that is none raises `ValueError` with
what is wanted instead, never with the text itself, which may be a secret.

Used by `settings.VARIABLES`. An empty text is the default and stands for "not set".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

E = TypeVar("E", bound=StrEnum)
KEY_LENGTH = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MAIL = re.compile(r"[^@\s,]+@[^@\s,]+")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_TEAM = re.compile(r"teams:[A-Za-z0-9][A-Za-z0-9._-]{0,49}", re.ASCII | re.IGNORECASE)
_WEBHOOKS = (("https", False), ("https", True), ("http", True))
_APP = re.compile(r"[0-9]{1,18}|Iv[0-9A-Za-z.]{8,40}", re.ASCII)
_PEM = re.compile(r"-----BEGIN (RSA )?PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END (RSA )?PRIVATE KEY-----")
_TOPIC = re.compile(r"[A-Za-z0-9-]{3,50}", re.ASCII)


def text(raw: str) -> str:
    """Any text."""
    return raw


def words(raw: str) -> tuple[str, ...]:
    """Words with commas between, each once."""
    return tuple(dict.fromkeys(word.strip() for word in raw.split(",") if word.strip()))


def yes_no(raw: str) -> bool:
    """true or false, in the ways that people write it."""
    if raw.lower() not in ("true", "false", "1", "0", "yes", "no"):
        raise ValueError("true or false is wanted")
    return raw.lower() in ("true", "1", "yes")


def one_of(names: tuple[str, ...]) -> Callable[[str], str]:
    """One of some names, compared without case."""

    def parse(raw: str) -> str:
        found = {name.lower(): name for name in names}.get(raw.lower())
        if found is None:
            raise ValueError(f"one of {', '.join(names)} is wanted")
        return found

    return parse


def member_of(kind: type[E]) -> Callable[[str], E]:
    """One of an enumeration's values."""
    return lambda raw: kind(one_of(tuple(kind))(raw))


def guids(raw: str) -> tuple[str, ...]:
    """Ids of Entra or of subscriptions, with commas between."""
    found = words(raw.lower())
    if not all(_GUID.fullmatch(word) for word in found):
        raise ValueError("ids of 8-4-4-4-12 hex digits, with commas between, are wanted")
    return found


def guid(raw: str) -> str:
    """One such id."""
    if raw and not _GUID.fullmatch(raw):
        raise ValueError("an id of 8-4-4-4-12 hex digits is wanted")
    return raw.lower()


def recipients(raw: str) -> tuple[str, ...]:
    """Mail addresses and teams, with commas between."""
    found = words(raw)
    if not all(_MAIL.fullmatch(word) or _TEAM.fullmatch(word) for word in found):
        raise ValueError("mail addresses or teams:NAME, with commas between, are wanted")
    return found


def webhooks(raw: str) -> dict[str, str]:
    """Addresses of Teams workflows by the team's name, with blanks between; an address holds a signature.

    Addresses of Office 365 connectors are refused: Microsoft has retired them (azure-facts 11).
    """
    found = {}
    for part in raw.split():
        name, equals, target = part.partition("=")
        if not equals or not _TEAM.fullmatch(f"teams:{name}"):
            raise ValueError("name=https://… of each team, with blanks between, is wanted")
        parts = urlsplit(target)
        host = (parts.hostname or "").lower()
        if host == "outlook.office.com" or host.endswith("webhook.office.com"):
            raise ValueError(
                f"the address of {name} is an Office 365 connector's, which Microsoft has retired: make a "
                "workflow from the template that posts to a channel when a webhook request is received"
            )
        if not host or parts.username is not None or (parts.scheme, host in LOOPBACK) not in _WEBHOOKS:
            raise ValueError(f"the address of {name} is no https address")
        found[name.lower()] = target
    return found


def minutes(raw: str) -> int:
    """A number of minutes, at least fifteen and at most a week; 0 for `off`."""
    if raw.lower() == "off":
        return 0
    if not raw.isascii() or not raw.isdigit() or not 15 <= int(raw) <= 7 * 24 * 60:
        raise ValueError("off, or 15 to 10080 minutes, is wanted")
    return int(raw)


def mail(raw: str) -> str:
    """One mail address."""
    if raw and not _MAIL.fullmatch(raw):
        raise ValueError("one mail address is wanted")
    return raw


def path(raw: str) -> Path | None:
    """A file or folder."""
    return Path(raw) if raw else None


def port(raw: str) -> int:
    """A port number."""
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw[:6]) <= 65535:
        raise ValueError("a port from 1 to 65535 is wanted")
    return int(raw)


def key(raw: str) -> str:
    """A secret that is long enough to sign with."""
    if raw and len(raw) < KEY_LENGTH:
        raise ValueError(f"at least {KEY_LENGTH} characters are wanted: openssl rand -base64 32")
    return raw


def address(raw: str) -> str:
    """An https address without query, or http on this machine; without the last slash."""
    if not raw:
        return ""
    parts = urlsplit(raw)
    if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
        raise ValueError("an https address is wanted (http only on this machine)")
    if not parts.hostname or parts.query or parts.fragment or parts.username is not None or parts.port == 0:
        raise ValueError("an address of host, port and path is wanted")
    return raw.rstrip("/")


def number(raw: str) -> int:
    """A whole number, 0 where none is given."""
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise ValueError("a whole number is wanted")
    return int(raw or 0)


def app_id(raw: str) -> str:
    """The id of a GitHub App: a number, or the client id that stands beside it."""
    if raw and not _APP.fullmatch(raw):
        raise ValueError("the id of a GitHub App, a number or its client id, is wanted")
    return raw


def private_key(raw: str) -> str:
    """A private key in PEM; line breaks may be written as \\n, since not every platform keeps them in a setting."""
    text = raw.replace("\\n", "\n").replace("\r\n", "\n")
    if raw and not _PEM.fullmatch(text.strip()):
        raise ValueError("a private key in PEM, from BEGIN to END, is wanted")
    return text


def account(raw: str) -> str:
    """The name of a storage account (learn "Naming rules": 3 to 24 lower-case letters and digits)."""
    if raw and not _ACCOUNT.fullmatch(raw):
        raise ValueError("the name of a storage account, 3 to 24 lower-case letters and digits, is wanted")
    return raw


def topic(raw: str) -> str:
    """The name of a topic in an Event Grid namespace (learn "Naming rules": 3 to 50 letters, digits and hyphens)."""
    if raw and not _TOPIC.fullmatch(raw):
        raise ValueError("the name of a topic, 3 to 50 letters, digits and hyphens, is wanted")
    return raw

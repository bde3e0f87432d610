"""What is a sign of a cause: the causes, how sure a text makes us, and what else a sign depends on.

`pull_words` lists the signs, `pull_error.classify` weighs them.
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
    """How sure the text alone makes us.

    high: these words have one cause, whoever prints them. medium: they have one usual cause. low: several causes share
    them, or they do not name a registry of ours where the cause supposes one.
    """

    high = "high"
    medium = "medium"
    low = "low"


class Kind(StrEnum):
    """What else a sign depends on before it names its cause."""

    plain = "plain"
    forbidden = "forbidden"
    """HTTP 403: the firewall, where a registry of ours said it; a credential that is not accepted elsewhere."""
    denied = "denied"
    """The word `denied` alone: the same question as HTTP 403."""
    name = "name"
    """A name that was not resolved: whose?"""
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
    missing = "missing"
    """HTTP 404: of an image, or of the registry itself?"""
    local = "local"
    """The tool that pulls, or the machine under it: its own fault, unless a registry was asked as well."""


class Sign(NamedTuple):
    """Words, the cause they speak for and how surely."""

    cause: Cause
    confidence: Confidence
    pattern: re.Pattern[str]
    kind: Kind = Kind.plain


def sign(cause: Cause, confidence: Confidence, *words: str, kind: Kind = Kind.plain) -> Sign:
    """A sign from regular expressions in lower case; `~` stands for a space that a line wrap may have eaten."""
    return Sign(cause, confidence, re.compile("|".join(words).replace("~", " ?")), kind)


def status(code: str, reason: str | None = None) -> str:
    """Words for an HTTP status: its number after a word that announces one, and before its reason where that is given.

    `code` and `reason` are regular expressions.
    """
    numbered = (
        r"(?:(?<!probe failed with )status(?:~code)?|(?<!status)code|error|failed~with|http(?:/[\d.]{1,3})?|response"
        r"|returned|answered|responded~with)"
        rf"[ :=\"'(\[]{{0,4}}{code}(?!\d)"
    )
    if reason is None:
        return numbered
    return rf"{numbered}|(?<!\d){code}~\(?(?:{reason})|status~code[ :=\"']{{1,4}}(?:{reason})(?![a-z])"

"""How do principals and public addresses leave the house so that nobody can tell whose they are?

Each gets a pseudonym that depends on a key, the same wherever it stands, so that what was equal stays equal: a role
assignment still names its identity, an address rule still names the NAT gateway's address. Called by `redacted`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import uuid
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from remediator.core.resolver import AZURE_DNS, PUBLIC_RESOLVERS

KEPT_BITS = 16  # which provider it is may be told, which customer of it may not
_WELL_KNOWN = PUBLIC_RESOLVERS | {AZURE_DNS}
_GUID = re.compile(r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\w)")
_WHO = re.compile(r"(?i)((?:client|object id|principal|tenant)\s+')([^']*)(')")


@dataclass(frozen=True)
class Pseudonyms:
    """The pseudonyms of one export; another `key` gives others."""

    key: bytes = field(repr=False)

    def principal(self, name: str) -> str:
        """A GUID that stands for a principal, client or tenant; case does not matter."""
        return str(uuid.UUID(bytes=self._digest(name.strip().lower())[:16], version=4)) if name.strip() else name

    def address(self, text: str) -> str:
        """A public IPv4 address or range under another name; anything else, private ranges too, as it stands.

        Ranges hold the pseudonyms of what they held before: the bits are exchanged one by one, each by a choice that
        only the bits before it decide.
        """
        plain = text.strip()
        if not _IPV4.fullmatch(plain) or plain in _WELL_KNOWN:
            return text
        head, slash, length = plain.partition("/")
        try:
            value, bits = int(IPv4Address(head)), int(length) if slash else 32
            network = IPv4Network((value, bits), strict=False)
        except ValueError:
            return text
        if not network.network_address.is_global:
            return text
        whole = int(network.network_address) != value
        return f"{IPv4Address(self._exchanged(value, 32 if whole else bits))}{slash}{length}"

    def prose(self, text: str) -> str:
        """Azure's words with the addresses and the people in them under other names."""
        told = _WHO.sub(lambda found: f"{found[1]}{self._somebody(found[2])}{found[3]}", text)
        return _IPV4.sub(lambda found: self.address(found[0]), told)

    def _somebody(self, name: str) -> str:
        return self.principal(name) if _GUID.fullmatch(name) else "redacted"

    def _exchanged(self, value: int, bits: int) -> int:
        flips = (self._digest(f"{at}:{value >> (32 - at)}")[0] % 2 << (31 - at) for at in range(KEPT_BITS, bits))
        return value ^ sum(flips)

    def _digest(self, text: str) -> bytes:
        return hmac.new(self.key, text.encode(), hashlib.sha256).digest()

"""Which token stands for an approval link? Derived from a key, so that only its hash need be stored (`ports.Tokens`).

Bootstrap hands in the key (REMEDIATOR_APPROVAL_KEY, or `local_key` on one machine). Who changes the key makes every
open link void, which is what one wants after a leak.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from remediator.core.errors import Misconfigured

LEAST_KEY_BYTES = 16
KEY_FILE = "approval.key"


class HmacTokens:
    """Tokens by HMAC-SHA256 over their parts; 43 URL-safe characters."""

    def __init__(self, key: bytes) -> None:
        """`Misconfigured("approval-key-weak")` for a key below 16 bytes."""
        if len(key) < LEAST_KEY_BYTES:
            raise Misconfigured(
                "approval-key-weak",
                f"making approval tokens: the key has {len(key)} bytes, {LEAST_KEY_BYTES} are the least",
                hint="set REMEDIATOR_APPROVAL_KEY to something long and random: openssl rand -base64 32",
            )
        self._key = key

    def token(self, *parts: str) -> str:
        """The token for these parts; each part counts with its length, so that ("ab", "c") is not ("a", "bc")."""
        made = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            encoded = part.encode("utf-8", "surrogatepass")
            made.update(len(encoded).to_bytes(8, "big") + encoded)
        return base64.urlsafe_b64encode(made.digest()).rstrip(b"=").decode()

    def hash(self, token: str) -> str:
        """SHA-256 of the token in hex: what may be stored."""
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def local_key(folder: Path) -> bytes:
    """The key of this machine: kept in the data folder, drawn at the first use, readable by its owner only.

    `Misconfigured("approval-key-unusable")` when it can neither be read nor written. Processes that start at once
    end up with the same key.
    """
    path = folder / KEY_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft = folder / f".{KEY_FILE}.{secrets.token_hex(8)}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            _publish(draft, path)
        return bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise Misconfigured(
            "approval-key-unusable",
            f"reading the approval key {path}: {error}",
            hint="make the folder writable, delete the file to have a new key, or set REMEDIATOR_APPROVAL_KEY",
        ) from error


def _publish(draft: Path, path: Path) -> None:
    """Put the whole file in its place unless another process was faster."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

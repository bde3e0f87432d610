"""Which signals came in for an incident? The mailbox row's document: the last signals and the count of all.

Used by `incidents.py` only. Intake appends without touching the incident's own row, so that a busy incident never
makes a signal wait; the row's version tells a closing save that a signal came meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from remediator.codec import decode_signal, encode_signal
from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Incident
from remediator.core.row_limits import CHUNK_BYTES
from remediator.core.signal import Signal

VERSION = 1
KEPT = 20
BYTES = 4 * CHUNK_BYTES
ENCODED = 256


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The last signals (at most `KEPT`, oldest first) and how many there were in all."""

    signals: tuple[Signal, ...] = ()
    count: int = 0

    def with_letter(self, signal: Signal) -> Mailbox:
        """One signal more; one that is there already (same source and id, delivered twice) does not count again."""
        if any(same_letter(signal, known) for known in self.signals):
            return self
        return Mailbox((*self.signals, signal)[-KEPT:], self.count + 1)

    def with_letters(self, signals: Iterable[Signal]) -> Mailbox:
        """Several signals more, in their order."""
        mailbox = self
        for signal in signals:
            mailbox = mailbox.with_letter(signal)
        return mailbox

    def unread(self, incident: Incident) -> tuple[Signal, ...]:
        """The signals that the incident neither has nor has counted (letters are numbered from one, without gaps)."""
        first = self.count - len(self.signals) + 1
        return tuple(
            letter
            for number, letter in enumerate(self.signals, first)
            if number > incident.signal_count and not any(same_letter(letter, known) for known in incident.signals)
        )


def same_letter(one: Signal, other: Signal) -> bool:
    """Whether these are one signal: senders repeat themselves, with the same id."""
    return (one.source, one.id) == (other.source, other.id)


def encode_mailbox(mailbox: Mailbox) -> bytes:
    """The stored document; the oldest signals are dropped beyond `BYTES`, the newest is always kept."""
    letters = [_encoded(signal) for signal in mailbox.signals]
    while len(letters) > 1 and sum(len(letter.encode()) for letter in letters) > BYTES:
        letters.pop(0)
    return f'{{"v":{VERSION},"count":{mailbox.count},"letters":[{",".join(letters)}]}}'.encode()


@lru_cache(ENCODED)
def _encoded(signal: Signal) -> str:
    """A signal as text; in a storm each one is written again with the next ones."""
    return encode_signal(signal).decode()


def decode_mailbox(body: bytes) -> Mailbox:
    """The mailbox of a stored document; `Transient("document-too-new")`, `Misconfigured("document-damaged")`."""
    try:
        document = json.loads(body)
        if document["v"] > VERSION:
            raise Transient("document-too-new", f"reading a mailbox of version {document['v']}, {VERSION} is known")
        if set(document) != {"v", "count", "letters"} or type(document["count"]) is not int:
            raise _damaged("its fields are not those of a mailbox")
        letters = tuple(decode_signal(json.dumps(letter).encode()) for letter in document["letters"])
        return Mailbox(letters, document["count"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(str(error)) from error


def _damaged(why: str) -> Misconfigured:
    return Misconfigured(
        "document-damaged",
        f"reading a mailbox: {why}",
        context={"document": "mailbox"},
        hint="the row was changed by hand or cut short: put it back from a backup, or delete the row",
    )

"""Where do a sweep's pass, its parts and its findings lie? `core.sweep_pass.Sweeps` and `Sightings` over `ports.Rows`.

Everything is in the partition `sweeps`: the row `pass`; `part-<pass>-<number>-<block>` for each compressed block;
`found-<pass>-<number>`; `seen-<fingerprint>`. Parts and findings go when the pass is over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from remediator.adapters.records.packing import packed, unpacked
from remediator.core.errors import Misconfigured, Transient
from remediator.core.finding import Severity
from remediator.core.pull_path import Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.row_limits import BATCH, BATCH_BYTES
from remediator.core.sweep import Seen, Swept
from remediator.core.sweep_pass import KnownSighting, Stage, SweepPass
from remediator.ports import Row, Rows, Write

PARTITION = "sweeps"
CURRENT = "pass"
VERSION = 1
PIECE = 600 * 1024  # of a block: less than a row holds


class RowSweeps:
    """Passes in rows; nothing is remembered."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def current(self) -> tuple[SweepPass | None, str]:
        """As `Sweeps.current`."""
        row = self._rows.get(PARTITION, CURRENT)
        return (None, "") if row is None else (_pass(row), row.version)

    def save(self, one: SweepPass, version: str) -> str:
        """As `Sweeps.save`."""
        held = {each.name: getattr(one, each.name) for each in fields(one)}
        document = {**held, "v": VERSION, "began": one.began.isoformat(), "touched": one.touched.isoformat()}
        return self._rows.write(PARTITION, [Write(CURRENT, packed(_json(document)), {}, version)])[CURRENT]

    def keep_part(self, sweep: str, number: int, packed: Sequence[bytes]) -> None:
        """As `Sweeps.keep_part`."""
        writes: list[Write] = []
        for place, block in enumerate(packed):
            for piece, at in enumerate(range(0, len(block), PIECE)):
                key = f"{_part(sweep, number)}{place:04d}-{piece:02d}"
                writes.append(Write(key, block[at : at + PIECE], {}, "*"))
        self._write(writes)

    def part(self, sweep: str, number: int) -> tuple[bytes, ...]:
        """As `Sweeps.part`."""
        blocks: dict[str, bytes] = {}
        for row in self._rows.scan(PARTITION, _part(sweep, number)):
            place = row.key.rpartition("-")[0]
            blocks[place] = blocks.get(place, b"") + row.body
        return tuple(blocks.values())

    def keep_found(self, sweep: str, number: int, found: Swept, missed: Mapping[str, int]) -> None:
        """As `Sweeps.keep_found`."""
        body = packed(_json(_found_document(found, missed)))
        self._rows.write(PARTITION, [Write(f"{_found(sweep)}{number:04d}", body, {}, "*")])

    def judged(self, sweep: str) -> tuple[int, ...]:
        """As `Sweeps.judged`."""
        return tuple(int(row.key[-4:]) for row in self._rows.scan(PARTITION, _found(sweep)))

    def found(self, sweep: str, number: int) -> tuple[Swept, Mapping[str, int]]:
        """As `Sweeps.found`; `Transient("lost-race")` where it was cleared meanwhile."""
        row = self._rows.get(PARTITION, f"{_found(sweep)}{number:04d}")
        if row is None:
            raise Transient("lost-race", f"reading what sweep {sweep} found: it is over")
        return _read_found(row)

    def clear(self, sweep: str) -> None:
        """As `Sweeps.clear`."""
        for prefix in (f"part-{sweep}-", _found(sweep)):
            self._write([Write(row.key, version=row.version) for row in self._rows.scan(PARTITION, prefix)])

    def _write(self, writes: Sequence[Write]) -> None:
        """In batches that the store takes."""
        batch: list[Write] = []
        size = 0
        for write in writes:
            length = len(write.body or b"")
            if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
                self._rows.write(PARTITION, batch)
                batch, size = [], 0
            batch.append(write)
            size += length
        if batch:
            self._rows.write(PARTITION, batch)

    def known(self, fingerprint: str) -> tuple[KnownSighting | None, str]:
        """As `Sightings.known`."""
        row = self._rows.get(PARTITION, f"seen-{fingerprint}")
        if row is None:
            return None, ""
        held = _document(row)
        try:
            return KnownSighting(
                held["incident"], _moment(held["at"]), held["sweep"], bool(held["missed"])
            ), row.version
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(row, error) from error

    def claim(self, fingerprint: str, known: KnownSighting, version: str) -> bool:
        """As `Sightings.claim`."""
        try:
            self._keep(fingerprint, known, version)
        except Transient as lost:
            if lost.code != "lost-race":
                raise
            return False
        return True

    def remember(self, fingerprint: str, known: KnownSighting) -> None:
        """As `Sightings.remember`."""
        self._keep(fingerprint, known, "*")

    def _keep(self, fingerprint: str, known: KnownSighting, version: str) -> None:
        document = {"v": VERSION, "incident": known.incident, "at": known.at.isoformat(), "sweep": known.sweep}
        body = _json({**document, "missed": known.missed})
        self._rows.write(PARTITION, [Write(f"seen-{fingerprint}", body, {}, version)])


def _part(sweep: str, number: int) -> str:
    return f"part-{sweep}-{number:04d}-"


def _found(sweep: str) -> str:
    return f"found-{sweep}-"


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _found_document(found: Swept, missed: Mapping[str, int]) -> dict[str, Any]:
    return {
        "v": VERSION,
        "fine": dict(found.fine),
        "named": [
            [rid.text, *([rule, severity.value] for rule, severity in rules)] for rid, rules in found.named.items()
        ],
        "seen": [
            [one.rule, one.target.text, one.severity.value, one.summary, one.root, [r.text for r in one.registries]]
            for one in found.seen
        ],
        "paths": {verdict.value: count for verdict, count in found.paths.items()},
        "missed": dict(missed),
    }


def _read_found(row: Row) -> tuple[Swept, Mapping[str, int]]:
    held = _document(row)
    try:
        named = {
            ResourceId(rid): tuple((rule, Severity(severity)) for rule, severity in rules)
            for rid, *rules in held["named"]
        }
        seen = tuple(
            Seen(
                rule, ResourceId(target), Severity(severity), summary, (root[0], root[1]), tuple(map(ResourceId, those))
            )
            for rule, target, severity, summary, root, those in held["seen"]
        )
        paths = {Verdict(verdict): int(count) for verdict, count in held["paths"].items()}
        return Swept(held["fine"], named, seen, paths), held["missed"]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _damaged(row, error) from error


def _pass(row: Row) -> SweepPass:
    held = _document(row)
    try:
        return SweepPass(
            id=str(held["id"]),
            began=_moment(held["began"]),
            touched=_moment(held["touched"]),
            stage=Stage(held["stage"]),
            parts=int(held["parts"]),
            registries=int(held["registries"]),
            rows=int(held["rows"]),
            requests=int(held["requests"]),
            missed=int(held["missed"]),
            subscriptions=tuple(map(str, held["subscriptions"])),
            unseen=tuple(map(str, held["unseen"])),
            notes=tuple(map(str, held["notes"])),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(row, error) from error


def _document(row: Row) -> dict[str, Any]:
    try:
        held = json.loads(unpacked(row.body))
        if held["v"] != VERSION:
            raise Transient(
                "document-too-new",
                f"reading a sweep: version {held['v']} was written by a newer version of the program",
                hint="update this one",
            )
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(row, error) from error
    found: dict[str, Any] = held
    return found


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def _damaged(row: Row, error: Exception) -> Misconfigured:
    return Misconfigured(
        "document-damaged",
        f"reading a sweep: {error}",
        context={"document": "sweep", "key": row.key},
        hint=f"delete the row {row.key} of the partition {PARTITION}; the next sweep begins anew",
    )

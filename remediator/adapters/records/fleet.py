"""Where does what a sweep found lie? `core.fleet.Fleet` over any `ports.Rows`: one row for each subscription."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from remediator.adapters.records.packing import packed, unpacked
from remediator.core.errors import Misconfigured, Transient
from remediator.core.fleet import Affected, FleetPart, RegistryState
from remediator.core.resource_id import ResourceId
from remediator.ports import Row, Rows, Write

PARTITION = "fleet"
_KEY = "part-"
TRIES = 20


class RowFleet:
    """The parts in rows; nothing is remembered."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def keep(self, part: FleetPart) -> None:
        """As `core.fleet.Fleet.keep`; `Transient("lost-race")` when others were faster very many times."""
        for _ in range(TRIES):
            row = self._rows.get(PARTITION, _KEY + part.subscription)
            if row is not None and _part(row).swept_at > part.swept_at:
                return
            version = row.version if row is not None else ""
            try:
                self._rows.write(PARTITION, [Write(_KEY + part.subscription, packed(_encoded(part)), {}, version)])
            except Transient as lost:
                if lost.code != "lost-race":
                    raise
                continue
            return
        raise Transient("lost-race", "keeping what a sweep found: others were faster every time", retry_after=1.0)

    def parts(self) -> Sequence[FleetPart]:
        """As `core.fleet.Fleet.parts`."""
        return tuple(_part(row) for row in self._rows.scan(PARTITION, _KEY))

    def forget(self, subscription: str) -> None:
        """As `core.fleet.Fleet.forget`; `Transient("lost-race")` when it was kept anew at the same moment."""
        row = self._rows.get(PARTITION, _KEY + subscription.lower())
        if row is not None:
            self._rows.write(PARTITION, [Write(row.key, version=row.version)])


def _encoded(part: FleetPart) -> bytes:
    document = {
        "v": 1,
        "subscription": part.subscription,
        "at": part.swept_at.isoformat(),
        "sweep": part.sweep,
        "states": dict(part.states),
        "rules": dict(part.rules),
        "affected": [[one.registry.text, one.state, *one.rules] for one in part.affected],
        "missed": part.missed,
    }
    return json.dumps(document).encode()


def _part(row: Row) -> FleetPart:
    try:
        known: dict[str, Any] = json.loads(unpacked(row.body))
        if known["v"] != 1:
            raise Transient(
                "document-too-new",
                f"reading what a sweep found: version {known['v']} was written by a newer version of the program",
                hint="update this one",
            )
        at = datetime.fromisoformat(known["at"])
        if at.tzinfo is None:
            raise ValueError("a time without a zone")
        return FleetPart(
            known["subscription"],
            at,
            known["sweep"],
            tuple((RegistryState(state), int(count)) for state, count in known["states"].items()),
            tuple((rule, int(count)) for rule, count in known["rules"].items()),
            tuple(Affected(ResourceId(one[0]), RegistryState(one[1]), tuple(one[2:])) for one in known["affected"]),
            int(known["missed"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Misconfigured(
            "document-damaged",
            f"reading what a sweep found: {error}",
            context={"document": "fleet", "key": row.key},
            hint=f"delete the row {row.key} of the partition {PARTITION}; the next sweep writes it anew",
        ) from error

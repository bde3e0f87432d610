"""What has been read so far, by id and by type?

Called by `reading_list` and by those that look for further places; pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from remediator.adapters.azure.place import Body
from remediator.core.resource_id import ResourceId


@dataclass(slots=True)
class Found:
    """Bodies and error stubs; of two with one id the first counts."""

    _by_id: dict[ResourceId, Body] = field(default_factory=dict)
    _by_type: dict[str, list[tuple[ResourceId, Body]]] = field(default_factory=dict)

    def add(self, bodies: Iterable[Body]) -> None:
        """Note what came in; a body without an id is the facts' to report."""
        for body in bodies:
            text = body.get("id")
            if isinstance(text, str) and (rid := ResourceId(text)) not in self._by_id:
                self._by_id[rid] = body
                if body.get("error") is None:
                    self._by_type.setdefault(rid.type.lower(), []).append((rid, body))

    def __contains__(self, rid: ResourceId) -> bool:
        return rid in self._by_id

    def get(self, rid: ResourceId | None) -> Body:
        """The body of an id, empty where there is none."""
        return self._by_id.get(rid, {}) if rid is not None else {}

    def of_type(self, *kinds: str) -> Sequence[tuple[ResourceId, Body]]:
        """The bodies of these types, error stubs left out."""
        return [pair for kind in kinds for pair in self._by_type.get(kind.lower(), ())]

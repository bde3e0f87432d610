"""What does a row look like as an entity of a table?

Pure; used by `rows_tables` and `label_index`. Keys are taken as they are: `core.row_limits` has refused whatever Azure
refuses. Beside them an entity has `body0`, `body1` … of 64 KiB each, `label_<name>` with each label's text, and
`mark_<name>`, which says by which entry of the label index the row is found (`label_index`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.core.row_limits import CHUNK_BYTES, RANK
from remediator.ports import Row

Entity = Mapping[str, Any]
_BODY, _LABEL, _MARK = "body", "label_", "mark_"


def entity_of(
    partition: str, key: str, body: bytes, labels: Mapping[str, str], marks: Mapping[str, str]
) -> dict[str, Any]:
    """The entity of a row; labels without a text are left out."""
    chunks = (body[start : start + CHUNK_BYTES] for start in range(0, len(body), CHUNK_BYTES))
    return {
        "PartitionKey": partition,
        "RowKey": key,
        **{f"{_BODY}{number}": chunk for number, chunk in enumerate(chunks)},
        **{_LABEL + name: value for name, value in labels.items() if value},
        **{_MARK + name: mark for name, mark in marks.items()},
    }


def row_of(entity: Any) -> Row:
    """The row of an entity as the SDK gives it; its version is the ETag."""
    count = sum(name.startswith(_BODY) for name in entity)
    body = b"".join(entity[f"{_BODY}{number}"] for number in range(count))
    labels = _named(entity, _LABEL)
    return Row(entity["PartitionKey"], entity["RowKey"], body, labels, entity.metadata["etag"])


def marks_of(entity: Entity | None) -> dict[str, str]:
    """The mark of each label by which the row can be found."""
    return {} if entity is None else _named(entity, _MARK)


def labels_of(entity: Entity | None) -> dict[str, str]:
    """The labels by which a row is found, without its rank."""
    return {} if entity is None else {name: text for name, text in _named(entity, _LABEL).items() if name != RANK}


def rank_of(entity: Entity | None) -> str:
    """The rank of a row, "" where it has none."""
    return "" if entity is None else str(entity.get(_LABEL + RANK, ""))


def _named(entity: Entity, prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): str(value) for name, value in entity.items() if name.startswith(prefix)}

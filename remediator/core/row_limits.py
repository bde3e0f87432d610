"""What may be stored in one row and one batch? Azure Tables' limits, kept by every implementation of `ports.Rows`.

Called by the stores before they touch anything, so that what works on one machine also works in Azure. Pure: it
takes the parts of a row, not the port's classes. Sources: learn.microsoft.com "Understanding the Table service
data model" (keys, 64 KiB property, 1 MiB entity) and "Performing entity group transactions" (100 operations of one
partition, 4 MiB).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from remediator.core.errors import Rejected

KEY_LENGTH = 512  # characters; 1 KiB as UTF-16
CHUNK_BYTES = 64 * 1024  # one binary property
BODY_BYTES = 11 * CHUNK_BYTES  # an entity is 1 MiB, and so is its JSON in base64, which is what Azurite counts
LABEL_BYTES = 1024  # UTF-8
LABELS = 16
RANK = "rank"  # the label that orders what is found
RANK_BYTES = 32
BATCH = 100
BATCH_BYTES = 2_800_000  # of bodies: 4 MiB less base64 and headers

# Also outside the basic plane: the two stores would put those into a different order.
_BAD_IN_KEY = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe]|[^\x00-\ufffe]")
_BAD_IN_LABEL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe]|[^\x00-\ufffe]")
_LABEL_NAME = re.compile(r"[a-z][a-z_]{0,30}")


def check_key(what: str, key: str) -> None:
    """`Rejected("bad-row-key")` unless it may be a partition or row key; `what` names which in the message."""
    if not is_key(key):
        raise Rejected(
            "bad-row-key",
            f"storing a row: {key[:80]!r} cannot be its {what}",
            hint=f"1 to {KEY_LENGTH} characters, without / \\ # ? and control characters",
        )


def is_key(key: str) -> bool:
    """Whether it may be a partition or row key."""
    return 0 < len(key) <= KEY_LENGTH and not _BAD_IN_KEY.search(key)


def check_labels(labels: Mapping[str, str]) -> None:
    """`Rejected("bad-label")` unless each label has a plain name and a short text; "" means that it has none."""
    wrong = [name for name, value in labels.items() if not _is_label(name, value)]
    if wrong or len(labels) > LABELS:
        raise Rejected(
            "bad-label",
            f"storing a row: {len(labels)} labels, not allowed: {', '.join(map(repr, sorted(wrong))) or 'so many'}",
            hint=f"at most {LABELS}, names of a-z and _, texts of {LABEL_BYTES} bytes at most, no control characters",
        )


def check_asked(equals: Mapping[str, str], at_most: tuple[str, str] | None) -> None:
    """`Rejected` unless rows can be found so: by at least one label, and never by a label that they lack."""
    check_labels(equals)
    if at_most is not None:
        check_labels({at_most[0]: at_most[1]})
    if not equals and at_most is None:
        raise Rejected("find-without-label", "finding rows: no label was given", hint="scan reads a whole partition")
    if not all(equals.values()):
        raise Rejected("bad-label", "finding rows: a row cannot be found by a label that it lacks")
    if RANK in equals or (at_most is not None and at_most[0] == RANK):
        raise Rejected("bad-label", f"finding rows: {RANK} is the order of what is found")


def check_condition(key: str, version: str, *, check: bool, deletes: bool) -> None:
    """`Rejected("bad-write")` for a check of no version, and for deleting a row that must not be there."""
    if version in ("", "*") and (check or (deletes and not version)):
        raise Rejected(
            "bad-write",
            f"storing {key}: a row can be checked or deleted only with a version",
            context={"key": key},
        )


def check_body(key: str, body: bytes) -> None:
    """`Rejected("row-too-large")` beyond what one row holds."""
    if len(body) > BODY_BYTES:
        raise Rejected(
            "row-too-large",
            f"storing {key}: {len(body)} bytes, {BODY_BYTES} fit in a row",
            context={"key": key, "bytes": str(len(body))},
        )


def check_batch(partition: str, writes: Iterable[tuple[str, bytes | None, Mapping[str, str]]]) -> None:
    """`Rejected` unless these (key, body, labels) may be written to the partition in one batch."""
    check_key("partition", partition)
    seen: set[str] = set()
    total = 0
    for key, body, labels in writes:
        check_key("key", key)
        check_labels(labels)
        if key in seen:
            raise Rejected("row-twice-in-batch", f"storing a batch: {key} is in it twice", context={"key": key})
        seen.add(key)
        if body is not None:
            check_body(key, body)
            total += len(body)
    if len(seen) > BATCH:
        raise Rejected("batch-too-large", f"storing a batch of {len(seen)} rows, {BATCH} are allowed")
    if total > BATCH_BYTES:
        raise Rejected("batch-too-large", f"storing a batch of {total} bytes, {BATCH_BYTES} are allowed")


def _is_label(name: str, value: str) -> bool:
    most = RANK_BYTES if name == RANK else LABEL_BYTES
    return bool(_LABEL_NAME.fullmatch(name)) and not _BAD_IN_LABEL.search(value) and len(value.encode()) <= most

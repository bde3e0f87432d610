"""What was read of an estate, before anybody made sense of it.

An observer makes one, an estate file holds one, and `snapshot_of` turns it into facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from remediator.core.cloud import Cloud
from remediator.core.snapshot import Gap, Snapshot
from remediator.facts.estate import snapshot_from


@dataclass(frozen=True, slots=True)
class RawEstate:
    """`resources` are ARM bodies and error stubs, `gaps` listings that failed, `read` types that were listed wholly.

    `passing` says what failed for a reason that may pass.
    """

    resources: tuple[Mapping[str, Any], ...]
    gaps: tuple[Gap, ...] = ()
    read: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()


def snapshot_of(raw: RawEstate, cloud: Cloud) -> Snapshot:
    """The snapshot that was read; never raises."""
    return replace(snapshot_from(raw.resources, cloud, raw.gaps, raw.read), passing=raw.passing)

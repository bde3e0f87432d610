"""How is an estate file read and written?

An estate file is `{"schema": 1, "cloud": "AzureCloud", "resources": [raw ARM bodies]}` (house, section 6). What was
exported from a live read has a `read` beside it: the types that were listed wholly, so that none of them in the file
means that there is none. `bootstrap` builds the observer for `--estate FILE`; `estate export` writes with `dump`. What
the bodies mean is up to `facts`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remediator.core.cloud import CLOUDS, Cloud
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.facts import RawEstate, snapshot_of

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Estate:
    """A checked estate document; its failed listings stand among the resources, as error stubs."""

    cloud: Cloud
    raw: RawEstate

    @classmethod
    def from_document(cls, document: object) -> Estate:
        """An estate from parsed JSON; `Rejected("bad-estate")` lists every mistake with its index."""
        if not isinstance(document, Mapping):
            raise _bad(["the document is not a JSON object"])
        cloud = next((c for c in CLOUDS if c.name.lower() == str(document.get("cloud", "")).lower()), None)
        resources = document.get("resources")
        mistakes = []
        if type(document.get("schema")) is not int or document["schema"] != SCHEMA:
            mistakes.append(f"schema is {document.get('schema')!r:.40}, not {SCHEMA}")
        if cloud is None:
            names = ", ".join(c.name for c in CLOUDS)
            mistakes.append(f"cloud is {document.get('cloud')!r:.40}, not one of {names}")
        if isinstance(resources, list):
            mistakes += [mistake for index, one in enumerate(resources) for mistake in _mistakes_of(index, one)]
        else:
            mistakes.append("resources is not a list")
        read = document.get("read") or ()
        if not isinstance(read, (list, tuple)) or not all(isinstance(kind, str) for kind in read):
            mistakes.append("read is not a list of resource types")
        if mistakes or cloud is None or not isinstance(resources, list):
            raise _bad(mistakes)
        return cls(cloud, RawEstate(tuple(resources), read=tuple(read)))


def load(path: Path) -> Estate:
    """The estate in a file; `Rejected` when it cannot be read, is not JSON or has mistakes."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Rejected(
            "bad-estate", f"reading estate file {path}: {error.strerror or error}", context={"file": str(path)}
        ) from error
    except (ValueError, RecursionError) as error:
        raise Rejected(
            "bad-estate", f"reading estate file {path}: it is not JSON: {error}", context={"file": str(path)}
        ) from error
    return Estate.from_document(document)


class EstateObserver:
    """Implements `ports.Observer` on an estate file or its parsed document."""

    def __init__(self, estate: Estate | Path | Mapping[str, Any]) -> None:
        if isinstance(estate, Estate):
            self._estate = estate
        else:
            self._estate = load(estate) if isinstance(estate, Path) else Estate.from_document(estate)

    @property
    def cloud(self) -> Cloud:
        """The cloud that the file names."""
        return self._estate.cloud

    def observe(self) -> Snapshot:
        """The snapshot that the file describes."""
        return snapshot_of(self._estate.raw, self._estate.cloud)


def dump(raw: RawEstate, cloud: Cloud) -> dict[str, Any]:
    """The estate document for what was read; a listing that failed stands as an error stub of its collection."""
    stubs = [
        {
            "id": f"{gap.scope.text.rstrip('/')}/providers/{gap.resource_type}",
            "type": gap.resource_type,
            "error": {"code": "ListFailed", "message": gap.reason},
        }
        for gap in raw.gaps
        if gap.resource_type
    ]
    resources = [*(dict(body) for body in raw.resources), *stubs]
    return {"schema": SCHEMA, "cloud": cloud.name, "read": list(raw.read), "resources": resources}


def _mistakes_of(index: int, resource: object) -> list[str]:
    if not isinstance(resource, Mapping):
        return [f"resources[{index}] is not an object"]
    rid = resource.get("id")
    if not isinstance(rid, str) or not rid.strip():
        return [f"resources[{index}] has no id"]
    if not ResourceId(rid).type or "//" in rid:
        return [f"resources[{index}] has the id {rid[:120]!r}, which is not that of an Azure resource"]
    return []


def _bad(mistakes: list[str]) -> Rejected:
    return Rejected(
        "bad-estate",
        "the estate file has mistakes: " + "; ".join(mistakes),
        context={"mistakes": str(len(mistakes))},
        hint='an estate file is {"schema": 1, "cloud": "AzureCloud", "resources": [ARM bodies as GET returns them]}',
    )

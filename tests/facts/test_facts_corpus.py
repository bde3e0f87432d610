"""Real ARM bodies, recorded from 2019 to 2026, are all understood."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.resource_id import ResourceId
from remediator.facts import snapshot_from

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "corpus" / "arm" / "recordings"
PROVIDERS = ("microsoft.containerregistry", "microsoft.network", "microsoft.app")


def bodies_in(value: Any) -> Iterator[Any]:
    """The resources in an answer, of a GET or of a list."""
    if isinstance(value, dict):
        rid = value.get("id")
        if isinstance(rid, str) and "properties" in value and ResourceId(rid).type.lower().startswith(PROVIDERS):
            yield value
        else:
            for one in value.values():
                yield from bodies_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from bodies_in(one)


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the corpus is not beside this checkout")
def test_every_recorded_body_is_understood() -> None:
    """No recorded resource comes out as Unknown; only a parent that is not in the same answer does."""
    read = 0
    for path in sorted(RECORDINGS.rglob("*.json")):
        interaction = json.loads(path.read_text())
        if interaction["request"]["method"] != "GET" or interaction["response"]["status"] != 200:
            continue
        for body in bodies_in(interaction["response"]["body"]):
            snapshot = snapshot_from([body], AZURE_PUBLIC)
            assert ResourceId(body["id"]) not in snapshot.unreadable, path
            assert snapshot.gaps == (), path
            read += 1
    assert read > 500

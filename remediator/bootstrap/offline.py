"""What can be opened without Azure and without a store? Estate files and desired-state documents, for the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from remediator.bootstrap.memory import collect_seldom
from remediator.core.cloud import Cloud
from remediator.core.desired import DesiredState
from remediator.core.snapshot import Snapshot
from remediator.facts import RawEstate


def snapshot_of_estate(path: Path) -> Snapshot:
    """What an estate file describes, or one of the sandbox's own estates by its name; `Rejected("bad-estate")`."""
    from remediator.adapters.estate.estate_file import EstateObserver
    from remediator.sandbox import estates

    collect_seldom()
    known = not path.exists() and str(path) in estates.names()
    return EstateObserver(estates.load(str(path)) if known else path).observe()


def check_estate(document: object) -> None:
    """`Rejected("bad-estate")` with every mistake of a parsed estate document."""
    from remediator.adapters.estate.estate_file import Estate

    Estate.from_document(document)


def estate_document(raw: RawEstate, cloud: Cloud) -> dict[str, Any]:
    """The estate document for what was read."""
    from remediator.adapters.estate.estate_file import dump

    return dump(raw, cloud)


def desired_of(path: Path | None) -> DesiredState:
    """The desired state that a document declares, the defaults without one; `Rejected` lists every mistake."""
    if path is None:
        return DesiredState()
    from remediator.adapters.local.desired_yaml import DesiredYaml

    return DesiredYaml(path).load()


def desired_schema() -> dict[str, Any]:
    """The JSON Schema of desired-state documents."""
    from remediator.adapters.local.desired_yaml import json_schema

    return json_schema()

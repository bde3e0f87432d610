"""What can be opened without Azure and without a store? Estate files and desired-state documents, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from remediator.core.cloud import Cloud
from remediator.core.desired import DesiredState
from remediator.core.snapshot import Gap, Snapshot


def snapshot_of_estate(path: Path) -> Snapshot:
    """What an estate file describes; `Rejected("bad-estate")`."""
    from remediator.adapters.estate.estate_file import EstateObserver

    return EstateObserver(path).observe()


def check_estate(document: object) -> None:
    """`Rejected("bad-estate")` with every mistake of a parsed estate document."""
    from remediator.adapters.estate.estate_file import Estate

    Estate.from_document(document)


def estate_document(resources: Iterable[Mapping[str, Any]], cloud: Cloud, gaps: Iterable[Gap]) -> dict[str, Any]:
    """The estate document for raw bodies and failed listings."""
    from remediator.adapters.estate.estate_file import dump

    return dump(resources, cloud, gaps)


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

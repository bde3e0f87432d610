"""Diagnose an estate that a test has built."""

from __future__ import annotations

from remediator.core.cloud import cloud_named
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, Focus, diagnose
from remediator.core.snapshot import Snapshot
from remediator.facts import snapshot_from
from tests.estate_builder import EstateBuilder


def snapshot_of(builder: EstateBuilder) -> Snapshot:
    """What facts make of the estate."""
    document = builder.document()
    return snapshot_from(document["resources"], cloud_named(document["cloud"]))


def diagnosed(builder: EstateBuilder, desired: DesiredState | None = None, focus: Focus | None = None) -> Diagnosis:
    """The diagnosis of the estate, without a document unless one is given."""
    return diagnose(desired or DesiredState(), snapshot_of(builder), focus)


def kinds(diagnosis: Diagnosis) -> list[str]:
    """The plan as change kinds, in order."""
    return [change.kind.value for change in diagnosis.plan.changes]


def rules(diagnosis: Diagnosis) -> list[str]:
    """The findings as rule ids, in order."""
    return [finding.rule for finding in diagnosis.findings]

"""What a draft takes from a finding."""

from __future__ import annotations

from remediator.core.change import Change, ChangeKind
from remediator.core.desired import DesiredState
from remediator.core.drafting import Draft
from remediator.core.finding import Finding, Severity
from remediator.core.resource_id import ResourceId
from tests.core.breaks import zone_of
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import healthy


def _record(kind: ChangeKind, record: ResourceId, address: str, before: str | None) -> Finding:
    held = {"addresses": [before], "ttl": 10} if before else None
    change = Change(kind, record, "", held, {"addresses": [address], "ttl": 10}, "competing-zone")
    return Finding("competing-zone", ResourceId(f"{record.text}-{address}"), Severity.BROKEN, "", remedy=(change,))


def test_what_the_draft_created_for_one_path_is_not_updated_for_another() -> None:
    """The first may be pruned later as of no use: an update would then be of a record that does not exist."""
    builder = healthy()
    record = ResourceId(f"{zone_of(builder)}/A/other")
    draft = Draft(DesiredState(), snapshot_of(builder), {}, frozenset())
    assert draft.take(_record(ChangeKind.CREATE_RECORD, record, "10.0.0.4", None), ("a", "b"))
    assert not draft.take(_record(ChangeKind.UPDATE_RECORD, record, "10.0.0.5", "10.0.0.4"), ("a", "b"))
    assert [change.kind for remedy in draft.remedies for change in remedy.changes] == [ChangeKind.CREATE_RECORD]

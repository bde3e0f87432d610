"""Do replicas of an app wait for their image, and how is a revision restarted? `core.restart.Revisions` on ARM.

Looked at as the reader; restarted as the applier, with an approved plan in hand and once. A revision's own states say
nothing of a pull (azure-facts 2.4), so only its replicas' containers are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.core.approval import ApprovedPlan
from remediator.core.errors import Rejected, RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.core.restart import APP
from remediator.core.unknown import Unknown

PULL_TROUBLE = (
    "imagepull",
    "errimage",
)  # `ImagePullBackOff`, `Pending:InitImagePullBackOff on legion` (azure-facts 2.4)
RUNNING = "running"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?", re.IGNORECASE)


class AzureRevisions:
    """`reading` is the reader's connection; `writing` makes the applier's, with an approved plan only."""

    def __init__(self, reading: Arm, writing: Callable[[ApprovedPlan], Arm]) -> None:
        self._reading, self._writing = reading, writing

    def waiting(self, app: ResourceId) -> str | Unknown | None:
        """As `Revisions.waiting`; Unknown where it cannot be read. Raises nothing."""
        try:
            body = self._reading.get(app.text)
            revision = str(_object(body.get("properties")).get("latestRevisionName") or "")
            if not _NAME.fullmatch(revision):
                return None
            path = f"{app.text}/revisions/{revision}/replicas"
            replicas = self._reading.list_all(path, self._reading.version(APP))
        except RemediatorError as problem:
            return Unknown(f"the replicas of {app.name} cannot be read: {in_azures_words(problem)}")
        held = [_object(replica.get("properties")) for replica in replicas]
        waits = any(_waits(one) for one in held) and not any(_runs(one) for one in held)
        return revision if waits else None

    def restart(self, approved: ApprovedPlan, app: ResourceId, revision: str) -> None:
        """As `Revisions.restart`."""
        if not _NAME.fullmatch(revision):
            raise Rejected("azure-bad-request", f"restarting a revision of {app.name}: {revision[:80]!r} is no name")
        writing = self._writing(approved)
        try:
            path = f"{app.text}/revisions/{revision}/restart"
            writing.act("restarting the revision", path, self._reading.version(APP))
        finally:
            writing.close()


def _waits(replica: Mapping[str, Any]) -> bool:
    """Whether a container of the replica waits, or the replica itself says so, because an image cannot be pulled."""
    details = [str(one.get("runningStateDetails") or "") for one in (replica, *_containers(replica))]
    return any(word in text.lower() for text in details for word in PULL_TROUBLE)


def _runs(replica: Mapping[str, Any]) -> bool:
    return any(str(one.get("runningState") or "").lower() == RUNNING for one in _containers(replica))


def _containers(replica: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [row for name in ("containers", "initContainers") for row in (replica.get(name) or ())]
    return [row for row in rows if isinstance(row, dict)]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

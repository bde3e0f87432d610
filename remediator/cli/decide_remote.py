"""A yes or no at the terminal for a remediator in Azure: over its HTTP route, with the person's own token."""

from __future__ import annotations

from typing import Any

from remediator import bootstrap
from remediator.cli import out
from remediator.core.errors import Rejected, Stale
from remediator.settings import Settings
from remediator.views.plain import plain


def decide(settings: Settings, incident: str, *, digest: str | None, reason: str = "", way: str | None = None) -> None:
    """Approve with a digest, reject with a reason. Without a digest nothing is approved, and where to read the plan is
    said: a plan is approved by whoever has read it."""
    remote = bootstrap.remote(settings)
    found = remote.incident(incident)
    asked = (found.get("request") or {}).get("digest")
    if not asked:
        raise Rejected("nothing-to-decide", f"incident {incident} is {_status(found)}: nobody is asked")
    if reason:
        after = remote.decide(incident, {"decision": "reject", "digest": str(asked), "reason": reason})
    else:
        decision = {"decision": "approve", "digest": _confirmed(settings, found, asked, digest)}
        after = remote.decide(incident, {**decision, **({"way": way} if way else {})})
    out.show(f"✓ recorded: incident {plain(after.get('id'), 120)} is now {_status(after)}")


def _confirmed(settings: Settings, found: dict[str, Any], asked: object, digest: str | None) -> str:
    incident = plain(found.get("id"), 120)
    if digest is None:
        raise Rejected(
            "confirmation-needed",
            f"approving incident {incident}: read its plan at {settings.public_url}/incidents/{incident}",
            hint=f"then pass --yes-digest {plain(asked, 120)}",
        )
    if digest != asked:
        raise Stale(
            "plan-moved",
            f"approving incident {incident}: its plan is {plain(asked, 120)}, not {plain(digest, 120)}",
            hint="look at the plan again; nothing was approved",
        )
    return digest


def _status(document: dict[str, Any]) -> str:
    return plain(document.get("status"), 40)

"""Who did it, in words and for programs? The write behind a drift, as pages, mails, terminal and API show it."""

from __future__ import annotations

from typing import Any

from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.views.plain import moment, plain, without_addresses
from remediator.views.wording import place_of

_SOURCES = {WriteSource.EVENT: "the event", WriteSource.ACTIVITY_LOG: "the activity log"}


def who_did_it(write: AzureWrite | None) -> str:
    """`application 1111… deleted vnet-apps (virtualNetworkLinks in rg-dns) at …`, "" where nobody is known."""
    if write is None:
        return ""
    verb = "deleted" if write.deletes else "wrote"
    name = plain(write.resource.name, 80)
    correlation = f", correlation {without_addresses(write.correlation, 80)}" if write.correlation else ""
    return (
        f"{plain(write.actor, 120)} {verb} {name} ({place_of(write.resource)}) at {moment(write.at)}, "
        f"the last write before it was noticed (from {_SOURCES[write.source]}{correlation})"
    )


def caused_by_document(write: AzureWrite | None) -> dict[str, Any] | None:
    """`caused_by` of an incident or a diagnosis; None where nobody is known."""
    if write is None:
        return None
    return {
        "operation": without_addresses(write.operation, 300),
        "resource": write.resource.text,
        "at": write.at.isoformat().replace("+00:00", "Z"),
        "actor": {"id": write.actor.id, "kind": write.actor.kind.value},
        "correlation": without_addresses(write.correlation, 200) if write.correlation else None,
        "source": write.source.value,
    }

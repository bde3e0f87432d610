"""A remediator that runs in Azure, as a person at a terminal decides there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from remediator.core.cloud import cloud_named
from remediator.core.errors import Misconfigured
from remediator.settings import Settings


class Remote(Protocol):
    """What the terminal needs of it; documents are those of its JSON routes."""

    def incident(self, incident: str) -> dict[str, Any]:
        """The incident."""
        ...

    def decide(self, incident: str, decision: Mapping[str, str]) -> dict[str, Any]:
        """The incident after a decision."""
        ...


def remote(settings: Settings) -> Remote:
    """The one at `REMEDIATOR_PUBLIC_URL`; `Misconfigured("api-scope-missing")` where no token can be asked for."""
    from remediator.adapters.remote.decisions import RemoteDecisions
    from remediator.adapters.remote.signing_in import credential

    if not settings.api_scope:
        raise Misconfigured(
            "api-scope-missing",
            "deciding at the terminal: in mode azure a person is known by a token of the identity provider only",
            hint="set REMEDIATOR_API_SCOPE, or open the approval link",
        )
    authority = cloud_named(settings.cloud).authority
    return RemoteDecisions(settings.public_url, lambda: credential(authority), settings.api_scope)

"""The data plane in short: names resolved and images pulled, judged from the sandbox's own state.

It knows nothing of any diagnosis, so that it can be used to check one.
"""

from __future__ import annotations

from collections.abc import Collection

from remediator.sandbox import pulling, resolving
from remediator.sandbox.azure import Azure
from remediator.sandbox.errors import ArmError
from remediator.sandbox.pulling import PullAttempt
from remediator.sandbox.resolving import Resolution

__all__ = ["Network", "PullAttempt", "Resolution"]


class Network:
    """What a network resolves and what an environment can pull, now."""

    def __init__(self, azure: Azure) -> None:
        self._azure = azure

    def resolve(self, network_id: str, name: str) -> Resolution:
        """What a machine in this network gets for a name; nothing, and why, where something odd is in the way."""
        with self._azure.lock:
            try:
                return resolving.resolve(self._azure.world, network_id, name)
            except ArmError as odd:
                return Resolution(name, (), False, True, (f"unreadable: {odd.message}",))

    def pull(
        self,
        environment_id: str,
        image: str,
        *,
        credential_ok: bool = True,
        repository_tags: Collection[str] | None = None,
    ) -> PullAttempt:
        """What a pull of an image from an environment gets; `repository_tags` names the images that exist."""
        with self._azure.lock:
            try:
                return pulling.pull(
                    self._azure.world,
                    environment_id,
                    image,
                    credential_ok=credential_ok,
                    repository_tags=repository_tags,
                )
            except ArmError as odd:
                return _unreadable(odd)

    def pull_app(self, app_id: str) -> PullAttempt:
        """What an app or job gets for its own images, with the credentials that it names."""
        with self._azure.lock:
            try:
                return pulling.pull_app(self._azure.world, app_id)
            except ArmError as odd:
                return _unreadable(odd)


def _unreadable(odd: ArmError) -> PullAttempt:
    """Nobody can tell how a pull ends that needs a resource with an odd body."""
    return PullAttempt(False, "unreadable", f"Nothing was pulled: {odd.message}", (f"unreadable: {odd.message}",))

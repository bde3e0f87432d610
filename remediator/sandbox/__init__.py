"""A small Azure on loopback that speaks ARM: over HTTPS for any client, in-process for the real Python clients.

It imports nothing of the rest of the project, so that it cannot share its mistakes. See docs/sandbox.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remediator.sandbox.azure import Azure
    from remediator.sandbox.network import Network, PullAttempt, Resolution
    from remediator.sandbox.server import SandboxServer
    from remediator.sandbox.transport import SandboxCredential, SandboxTransport

_WHERE = {
    "Azure": "azure",
    "Network": "network",
    "PullAttempt": "network",
    "Resolution": "network",
    "SandboxCredential": "transport",
    "SandboxServer": "server",
    "SandboxTransport": "transport",
}

__all__ = [
    "Azure",
    "Network",
    "PullAttempt",
    "Resolution",
    "SandboxCredential",
    "SandboxServer",
    "SandboxTransport",
]


def __getattr__(name: str) -> Any:
    """Import a part when it is first asked for: uvicorn and azure-core are not needed for a state on its own."""
    if name not in _WHERE:
        raise AttributeError(name)
    return getattr(import_module(f"remediator.sandbox.{_WHERE[name]}"), name)

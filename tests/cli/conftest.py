"""A small Azure over TLS, and the settings that lead the terminal to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from remediator.sandbox import Azure, Network, SandboxServer, estates
from tests.cli.running import document, run


@dataclass
class Place:
    """An estate, by default the first incident's, served; commands run here reach it."""

    azure: Azure
    settings: dict[str, str]

    def run(self, *args: object, **more: Any) -> Result:
        """Run a command in this place."""
        return run(*args, env=self.settings, **more)

    def document(self, *args: object) -> dict[str, Any]:
        """The document that a command prints in this place."""
        return document(*args, env=self.settings)

    def pulls(self, name: str) -> bool:
        """Whether an app's image can be pulled now."""
        ids = [one["id"] for one in self.azure.estate()["resources"] if one["type"] == "Microsoft.App/containerApps"]
        return Network(self.azure).pull_app(next(rid for rid in ids if rid.endswith(f"/{name}"))).ok


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A place whose data folder is fresh; another estate that comes along is its parameter (`indirect`)."""
    estate = estates.load(getattr(request, "param", "first-incident"))
    azure = Azure.from_estate(estate, retry_after=0, operation_polls=0)
    with SandboxServer(azure) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        yield Place(
            azure,
            {
                "REMEDIATOR_MODE": "sandbox",
                "REMEDIATOR_CLOUD": azure.cloud,
                "REMEDIATOR_ARM_ENDPOINT": server.arm_url,
                "REMEDIATOR_CA_FILE": str(server.ca_path),
                "REMEDIATOR_DATA_DIR": str(tmp_path / "data"),
                "REMEDIATOR_IDENTITY_PROVIDER": "local",
                "REMEDIATOR_LOCAL_USER": "lin",
            },
        )

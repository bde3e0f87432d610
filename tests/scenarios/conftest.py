"""Towns, made to order and taken down afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.demo.postbox import Postbox
from remediator.sandbox import Azure, SandboxServer
from tests.scenarios.town import Town, estate


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | dict[str, Any]], Town]]:
    """Build a town on one of the estates that come along, or on a document."""
    with ExitStack() as ends:

        def build(name: str | dict[str, Any]) -> Town:
            azure = Azure.from_estate(estate(name) if isinstance(name, str) else name, retry_after=0)
            server = ends.enter_context(SandboxServer(azure))
            monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
            monkeypatch.setenv("IDENTITY_HEADER", "header")
            postbox = Postbox()
            postbox.start()
            ends.callback(postbox.stop)
            return Town(azure, server, postbox, tmp_path / "data")

        yield build

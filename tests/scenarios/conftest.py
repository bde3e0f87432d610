"""Towns, made to order and taken down afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from remediator.cli.demo.postbox import Postbox
from remediator.sandbox import Azure, SandboxServer
from tests.scenarios.town import Town, estate


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Town]]:
    """Build a town on one of the estates that come along."""
    with ExitStack() as ends:

        def build(name: str) -> Town:
            azure = Azure.from_estate(estate(name), retry_after=0)
            server = ends.enter_context(SandboxServer(azure))
            monkeypatch.setenv("IDENTITY_ENDPOINT", server.identity_url)
            monkeypatch.setenv("IDENTITY_HEADER", "header")
            postbox = Postbox()
            postbox.start()
            ends.callback(postbox.stop)
            return Town(azure, server, postbox, tmp_path / "data")

        yield build

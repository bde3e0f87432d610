"""Pages in a real Chromium: what they stand on, and one browser for many looks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.serving import WebServer
from remediator.web.app import create_app
from remediator.web.identity import COOKIE, local_cookie
from remediator.web.runtime import WebSettings
from tests.web.stage import LOCAL, World

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("look.mjs")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
Look = Mapping[str, object]


def chromium(*packages: str) -> str:
    """The path of a Chromium; skips the test where it, node or one of the packages is missing."""
    found = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        pytest.skip("needs Chromium (or the variable CHROMIUM with its path)")
    needed = ("playwright-core", *packages)
    if not shutil.which("node") or not all((ROOT / "node_modules" / name).is_dir() for name in needed):
        pytest.skip("needs node and the packages of package.json")
    return found


@contextmanager
def served(world: World, settings: WebSettings = LOCAL) -> Iterator[str]:
    """The web app of a world on loopback; its origin."""
    with WebServer() as server:
        world.settings = replace(settings, public_url=server.url)
        server.start(create_app(world.runtime))
        yield server.url


def cookie_of(settings: WebSettings, name: str) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    value = local_cookie(settings, name)
    assert value is not None
    return {"name": COOKIE, "value": value}


def looked_at(origin: str, looks: Sequence[Look], cookie: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What each look saw, by its name."""
    job = {"executable": chromium("axe-core"), "origin": origin, "cookie": cookie, "looks": list(looks)}
    done = subprocess.run(
        ["node", str(SCRIPT)], input=json.dumps(job), capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen

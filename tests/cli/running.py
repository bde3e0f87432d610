"""Commands run in this process, as a person or a script runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from remediator.cli.app import app
from remediator.sandbox import estates

REPOSITORY = Path(__file__).parents[2]
CHECKS = REPOSITORY.parent / "shared" / "checks"
PROGRAM = [sys.executable, "-m", "remediator"]


def run(*args: object, typed: str | bytes | None = None, env: Mapping[str, str | None] | None = None) -> Result:
    """Run a command; the environment has none of our settings but those given."""
    return CliRunner(env=env or {}).invoke(app, [str(arg) for arg in args], input=typed)


def document(*args: object, **more: Any) -> dict[str, Any]:
    """The one JSON document that a command prints, with schema 1."""
    result = run(*args, **more)
    assert result.exit_code in (0, 3), result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["schema"] == 1
    return found


def estate_file(folder: Path, name: str = "first-incident") -> Path:
    """An estate that comes along, as a file."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(estates.load(name)), encoding="utf-8")
    return path


def example(name: str) -> Path:
    """An example of ../shared/checks; skips where that folder is missing."""
    path = CHECKS / name
    if not path.exists():
        pytest.skip(f"{path} is not there: the examples stand beside the repository")
    return path

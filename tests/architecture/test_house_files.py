"""The files that every newcomer, host and pipeline looks for are there and say what they should."""

from __future__ import annotations

import json
import os
import re
import tomllib

import pytest

from tests.architecture.house import ROOT, text_of

FILES = (
    *("function_app.py", "host.json", "requirements.txt", ".funcignore", "local.settings.example.json"),
    *("pyproject.toml", "requirements-dev.txt", "Makefile", ".importlinter", ".pre-commit-config.yaml"),
    *(".github/workflows/ci.yml", ".ci/run", ".gitignore", "LICENSE"),
    *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *(f"docs/{name}.md" for name in ("errors", "rules", "settings", "runbook", "sandbox", "desired-state")),
    *(f"remediator/{name}.py" for name in ("__main__", "settings", "ports", "codec")),
)
FOLDERS = ["adapters", "bootstrap", "cli", "core", "facts", "flow", "functions", "sandbox", "signals", "views", "web"]
MAKEFILE = text_of(ROOT / "Makefile")


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_there_and_not_empty(name: str) -> None:
    """Each file of the house's tree exists and holds more than a title."""
    assert len((ROOT / name).read_text("utf-8").strip().splitlines()) > 1


def test_every_room_is_there() -> None:
    """The package has the rooms of the architecture page, which names each of them."""
    page = text_of(ROOT / "ARCHITECTURE.md")
    assert [name for name in FOLDERS if not (ROOT / "remediator" / name / "__init__.py").exists()] == []
    assert [name for name in FOLDERS if f"{name}/" not in page and f"{name}.py" not in page] == []


def test_decisions_are_numbered_without_gaps() -> None:
    """docs/adr/ holds records 0001, 0002 … each with a title."""
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    assert all(text_of(path).startswith("# ") for path in records)


@pytest.mark.parametrize(
    "target", ["help", "setup", "check", "test", "demo", "package", "package-check", "docs", "lock", "format"]
)
def test_make_has_a_target(target: str) -> None:
    """`make help` lists each target with a word on what it does."""
    assert re.search(rf"^{target}:.* ## \S", MAKEFILE, re.MULTILINE)
    assert re.search(rf"^\.PHONY:.*\b{target}\b", MAKEFILE, re.MULTILINE)


def test_test_runs_everything_that_check_runs() -> None:
    """Whatever `make check` refuses, `make test` refuses too: format, lint, types, imports."""
    for recipe in ("check", "test"):
        body = re.search(rf"^{recipe}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
        assert body
        for step in ("ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"):
            assert step in body[1]


def test_the_pipeline_runs_make_test() -> None:
    """CI and .ci/run call `make test`, and nothing that a stranger could not."""
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert text_of(run).rstrip().endswith("make test")
    assert "run: make test" in text_of(ROOT / ".github" / "workflows" / "ci.yml")


def test_the_readme_says_how_to_test_and_to_try() -> None:
    """README.md names `make test` and `make demo`."""
    page = text_of(ROOT / "README.md")
    assert [command for command in ("make test", "make demo") if command not in page] == []


def test_hooks_and_check_use_the_same_programs() -> None:
    """Every hook before a commit runs a program of .venv that `make check` runs too."""
    entries = re.findall(r"entry: \.venv/bin/(\S+)", text_of(ROOT / ".pre-commit-config.yaml"))
    assert len(entries) >= 3
    assert [program for program in entries if f"$(BIN)/{program}" not in MAKEFILE] == []


def test_the_host_configuration_fits_the_code() -> None:
    """host.json is version 2 without a route prefix, so that the routes are those of the pages and of the mails."""
    host = json.loads(text_of(ROOT / "host.json"))
    assert host["version"] == "2.0"
    assert host["extensions"]["http"]["routePrefix"] == ""
    hours, minutes, seconds = map(int, host["functionTimeout"].split(":"))
    assert hours * 3600 + minutes * 60 + seconds > 4 * 60  # a run ends after four minutes (flow/turn.py)


def test_the_deployment_leaves_out_what_it_must() -> None:
    """.funcignore keeps tests, secrets and local state out of the package that is deployed, and the package in."""
    lines = text_of(ROOT / ".funcignore").split()
    assert {"tests/", "local.settings.json", ".venv/", ".state/", ".git*"} <= set(lines)
    assert not {"remediator/", "requirements.txt", "host.json", "function_app.py"} & set(lines)
    assert "local.settings.json" in text_of(ROOT / ".gitignore").split()


def test_the_version_is_in_the_changelog() -> None:
    """The changelog has the project's version, or a part for what is not released yet."""
    version = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["version"]
    assert re.search(
        rf"^## (\[?{re.escape(version)}\]?|\[?Unreleased\]?)", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE
    )

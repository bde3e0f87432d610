"""The Dockerfile says what it should: pinned, small, without rights. No engine runs here; it is read."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from click import Context
from pathspec import GitIgnoreSpec

from remediator.cli.app import app
from tests.architecture.house import ROOT, text_of

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
LINES = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text_of(ROOT / "Dockerfile"), flags=re.MULTILINE)).splitlines()
STEPS = [tuple(line.split(maxsplit=1)) for line in LINES if line.strip()]
LAST = STEPS[max(at for at, step in enumerate(STEPS) if step[0] == "FROM") :]


def arguments(word: str, steps: list[tuple[str, ...]] = STEPS) -> list[str]:
    """What stands behind an instruction, each time."""
    return [step[1] for step in steps if step[0] == word]


def test_the_base_has_a_whole_version() -> None:
    """Both stages start from one image with its patch version: nothing changes by itself."""
    bases = {text.split()[0] for text in arguments("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.13\.\d+-slim-[a-z]+", bases.pop())


def test_the_last_stage_installs_nothing() -> None:
    """Where it runs there is no step that installs, and what is copied is the filled environment alone."""
    assert arguments("RUN", LAST) == []
    assert arguments("COPY", LAST) == ["--from=build /opt/remediator /opt/remediator"]


def test_everything_is_installed_from_locks() -> None:
    """Each installation asks for hashes, or takes the wheel that was just built and nothing else."""
    installs = [part for text in arguments("RUN") for part in text.split("&&") if " install " in part]
    assert len(installs) == 3
    assert [one for one in installs if "--require-hashes" not in one and "--no-index" not in one] == []


def test_it_runs_without_rights() -> None:
    """The user is a number without rights, so that Kubernetes can see that it is not root; bytecode is not written."""
    assert arguments("USER", LAST) == ["10001:10001"]
    assert "PYTHONDONTWRITEBYTECODE=1" in arguments("ENV", LAST)[0]


def test_it_serves_to_others_and_says_whether_it_is_well() -> None:
    """The command is one of ours with options that exist, on the port that is exposed and asked for its health."""
    command = json.loads(arguments("CMD", LAST)[0])
    assert (json.loads(arguments("ENTRYPOINT", LAST)[0]), command[0]) == (["remediator"], "serve")
    serve = app.get_command(Context(app), "serve")
    assert serve is not None
    known = {option for parameter in serve.params for option in parameter.opts}
    assert {word for word in command if word.startswith("--")} <= known
    port = command[command.index("--port") + 1]
    assert arguments("EXPOSE", LAST) == [port]
    assert f"http://127.0.0.1:{port}/healthz" in arguments("HEALTHCHECK", LAST)[0]


def test_what_is_copied_is_there_and_reaches_the_builder() -> None:
    """Each file that a step copies exists, and `.dockerignore` lets it through, but no test and no secret."""
    ignored = GitIgnoreSpec.from_lines(text_of(ROOT / ".dockerignore").splitlines())
    sources = [name for text in arguments("COPY", STEPS[: -len(LAST)]) for name in text.split()[:-1]]
    assert len(sources) > 4
    assert [name for name in sources if not (ROOT / name).exists()] == []
    files = [name + ("/core/plan.py" if (ROOT / name).is_dir() else "") for name in sources]
    assert [name for name in files if ignored.match_file(name)] == []
    others = ("tests/azurite.py", "local.settings.json", ".state/key", ".git/config", "infra/main.bicep")
    assert [name for name in others if not ignored.match_file(name)] == []


def test_checkov_finds_nothing() -> None:
    """checkov's rules for Dockerfiles hold, all of them."""
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: make test sets it up")
    command = [
        CHECKOV,
        "--framework",
        "dockerfile",
        "--file",
        ROOT / "Dockerfile",
        "--compact",
        "--quiet",
        "-o",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    found = json.loads(done.stdout)
    assert found["summary"]["failed"] == 0, found["results"]["failed_checks"]
    assert found["summary"]["passed"] > 5
    assert found["summary"]["parsing_errors"] == 0

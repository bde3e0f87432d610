"""`remediator rules`, `policy`, `sandbox`, `serve` and the help."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from remediator.cli.app import COMMANDS
from remediator.core.rules import RULES
from tests.cli.running import PROGRAM, REPOSITORY, document, estate_file, run

PATIENCE = 60


def test_help_loads_no_command() -> None:
    """`--help` names every command and imports none of them, nor Azure, rich or the web."""
    code = (
        "import sys\nfrom remediator.cli.app import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('rich', 'azure', 'starlette', 'remediator.sandbox', 'remediator.cli.rules', 'remediator.bootstrap')\n"
        "sys.exit([name for name in heavy if name in sys.modules] or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=PATIENCE
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [name for name in COMMANDS if f"\n  {name} " not in done.stdout] == []


@pytest.mark.parametrize("args", [("nonsense",), ("diagnose", "--nonsense"), ("classify", "a", "b"), ("apply",)])
def test_wrong_usage_is_2(args: tuple[str, ...]) -> None:
    """An unknown command, option or number of arguments ends with 2."""
    assert run(*args).exit_code == 2


def test_every_rule_is_listed() -> None:
    """`rules` has each rule with its hop, for people and for programs."""
    rows = document("rules", "--json")["rules"]
    assert [row["id"] for row in rows] == [rule.id for rule in RULES]
    assert all(row["says"] and row["hop"] for row in rows)
    assert len(run("rules").stdout.splitlines()) == len(RULES)


def test_every_mistake_of_a_policy_is_named_with_its_line(tmp_path: Path) -> None:
    """`policy validate` lists all mistakes, not just the first, and ends with 1; a right one ends with 0."""
    path = tmp_path / "desired.yaml"
    path.write_text("apiVersion: remediator/v1\nkind: DesiredState\nregistries:\n  - match: '*'\n", encoding="utf-8")
    assert run("policy", "validate", path).exit_code == 0
    assert document("policy", "validate", path, "--json")["valid"] is True
    path.write_text("apiVersion: remediator/v1\nkind: DesiredState\nregistires: []\nlimits:\n  maxChanges: many\n")
    result = run("policy", "validate", path)
    assert result.exit_code == 1
    assert "line 3: " in result.stderr
    assert "line 5: " in result.stderr
    listed = json.loads(run("policy", "validate", path, "--json").stdout)
    assert (listed["valid"], {3, 5} <= {mistake["line"] for mistake in listed["mistakes"]}) == (False, True)


def test_a_missing_policy_is_an_error(tmp_path: Path) -> None:
    """A document that is not there ends with 1 and names the file."""
    result = run("policy", "validate", tmp_path / "none.yaml")
    assert (result.exit_code, "none.yaml" in result.stderr, result.stderr[:6]) == (1, True, "error[")


def test_the_schema_is_printed() -> None:
    """`policy schema` prints a JSON Schema."""
    found = json.loads(run("policy", "schema").stdout)
    assert found["$schema"].startswith("https://json-schema.org/")


def test_the_sandbox_says_where_it_is_and_stops_cleanly(tmp_path: Path) -> None:
    """Three lines, a CA's certificate, recorded exchanges, and 0 after SIGTERM."""
    ca, record = tmp_path / "ca.pem", tmp_path / "traffic.jsonl"
    args = ["sandbox", "--estate", str(estate_file(tmp_path, "healthy-hub")), "--ca", str(ca), "--record", str(record)]
    with subprocess.Popen([*PROGRAM, *args], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        arm, identity, ready = (process.stdout.readline().strip() for _ in range(3))
        try:
            assert arm.startswith("arm https://127.0.0.1:")
            assert identity.startswith("identity http://127.0.0.1:")
            assert identity.endswith("/msi/token")
            assert ready == "ready"
            url = f"{arm.split()[1]}/metadata/endpoints?api-version=2022-09-01"
            assert requests.get(url, verify=str(ca), timeout=PATIENCE).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert set(json.loads(record.read_text().splitlines()[0])) == {"liveRequest", "liveResponse"}


def test_serve_answers_and_stops_cleanly(tmp_path: Path) -> None:
    """The web app and the work loop run until SIGTERM; callers need the key that it prints."""
    env = {"REMEDIATOR_MODE": "sandbox", "REMEDIATOR_IDENTITY_PROVIDER": "local", "PATH": "", "LANG": "C.UTF-8"}
    env["REMEDIATOR_DATA_DIR"] = str(tmp_path)
    with subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=env,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            key = process.stderr.readline().split()[-1]
            web, ready = process.stdout.readline().split(), process.stdout.readline().strip()
            assert (web[0], ready) == ("web", "ready")
            assert requests.get(f"{web[1]}/healthz", timeout=PATIENCE).json() == {"status": "ok"}
            door = f"{web[1]}/api/alerts"
            assert requests.post(door, data="{}", timeout=PATIENCE).status_code == 401
            told = requests.post(door, data="{}", headers={"x-functions-key": key}, timeout=PATIENCE)
            assert told.status_code == 202
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_serve_refuses_to_start_without_an_identity_provider(tmp_path: Path) -> None:
    """Nobody could be recognised on the deciding routes, so there are none."""
    env = {"REMEDIATOR_MODE": "local", "REMEDIATOR_DATA_DIR": str(tmp_path)}
    result = run("serve", "--port", "0", env=env)
    assert (result.exit_code, "error[identity-missing]: " in result.stderr) == (1, True)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7"])
def test_the_local_identity_is_served_on_loopback_only(tmp_path: Path, host: str) -> None:
    """It believes every name, and a Host header is easily forged: where others could reach it, nothing starts."""
    env = {"REMEDIATOR_IDENTITY_PROVIDER": "local", "REMEDIATOR_DATA_DIR": str(tmp_path)}
    result = run("serve", "--port", "0", "--host", host, env=env)
    assert (result.exit_code, "error[local-identity-not-on-loopback]: " in result.stderr) == (1, True)

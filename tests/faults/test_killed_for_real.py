"""kill -9 while Azure takes a write, over TLS, with the store in a file: the next process goes on at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenarios.test_killed import approved, check_the_end
from tests.scenarios.town import Town
from tests.search.effort import EFFORT

ROOT = Path(__file__).parents[2]
PATIENCE = 120


def process(place: Town) -> subprocess.Popen[str]:
    """The program on this town, started and working."""
    named = {
        "REMEDIATOR_MODE": "sandbox",
        "REMEDIATOR_CLOUD": place.azure.cloud,
        "REMEDIATOR_ARM_ENDPOINT": place.server.arm_url,
        "REMEDIATOR_CA_FILE": str(place.server.ca_path),
        "REMEDIATOR_DATA_DIR": str(place.folder),
        "REMEDIATOR_PUBLIC_URL": "http://127.0.0.1:8080",
        "REMEDIATOR_SMTP_HOST": "127.0.0.1",
        "REMEDIATOR_SMTP_PORT": str(place.postbox.port),
        "REMEDIATOR_SMTP_TLS": "plain",
        "REMEDIATOR_SMTP_FROM": "remediator@contoso.example",
        "REMEDIATOR_NOTIFY": "night@contoso.example",
    }
    command = [sys.executable, "-m", "tests.faults.mortal"]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, text=True)
    assert child.stdin is not None
    child.stdin.write(json.dumps(named))
    child.stdin.close()
    return child


@pytest.mark.parametrize("writes", [1, 4] if EFFORT == 1 else [1, 2, 3, 4])
def test_kill_9_at_a_write(town: Callable[[str], Town], writes: int) -> None:
    """Killed by the kernel after Azure took the write and before it answered: four writes in all, each once."""
    place = town("first-incident")
    incident = approved(place)
    children: list[subprocess.Popen[str]] = []
    seen: list[str] = []

    def on_write(method: str, path: str) -> None:
        seen.append(path)
        if len(seen) == writes:
            children[0].kill()
            children[0].wait(PATIENCE)

    place.azure.faults.on_write = on_write
    children.append(process(place))
    assert children[0].wait(PATIENCE) == -9
    assert len(place.azure.writes) == writes
    children.append(process(place))
    assert children[1].wait(PATIENCE) == 0
    with place.program() as program:
        check_the_end(place, program.incident(incident))

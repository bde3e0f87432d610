"""Files and functions stay small, names say what is in them, and what is banned is really refused."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

import pytest

from tests.architecture.house import PACKAGE, ROOT, modules, parsed, relative, text_of

LINES, FUNCTION_LINES, DOOR_LINES = 300, 60, 40
NAMELESS = {"utils", "util", "common", "helpers", "helper", "manager", "service", "processor"}
RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
# What a rule code means, and the only places that may be let off it.
LET_OFF = {
    "TID251": (
        "remediator/settings.py",
        "remediator/bootstrap/environment.py",
        "remediator/adapters/system/",
        "remediator/sandbox/",
    ),
    "DTZ": ("remediator/sandbox/",),
    "BLE": ("remediator/adapters/local/work_inline.py", "remediator/adapters/azure/storage/puller.py"),
    "T20": (),
}
# One banned thing a line, with the rule that must refuse that line.
BANNED = (
    ("import datetime, os, time, uuid", None),
    ("from datetime import UTC, datetime as moment", None),
    ("datetime.datetime.now(datetime.UTC)", "TID251"),
    ("moment.now(UTC)", "TID251"),
    ("moment.utcnow()", "TID251"),
    ("time.sleep(1)", "TID251"),
    ("time.time()", "TID251"),
    ("uuid.uuid4()", "TID251"),
    ("os.environ", "TID251"),
    ('os.getenv("HOME")', "TID251"),
    ('print("here")', "T201"),
    ("try: uuid", None),
    ("except Exception: time", "BLE001"),
)


def _functions() -> list[tuple[str, int]]:
    return [
        (f"{relative(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_no_file_is_too_long() -> None:
    """No file of the package has more than 300 lines."""
    lengths = {relative(path): len(text_of(path).splitlines()) for path in modules()}
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_no_function_is_too_long() -> None:
    """No function of the package has more than 60 lines."""
    assert [one for one in _functions() if one[1] > FUNCTION_LINES] == []


def test_doors_of_the_functions_host_are_thin() -> None:
    """Each blueprint of the Functions host has at most 40 lines, and function_app.py at most 15."""
    blueprints = [path for path in (PACKAGE / "functions").glob("*.py") if "func.Blueprint()" in text_of(path)]
    assert len(blueprints) > 3
    lengths = {relative(path): len(text_of(path).splitlines()) for path in blueprints}
    assert {name: length for name, length in lengths.items() if length > DOOR_LINES} == {}
    assert len(text_of(ROOT / "function_app.py").splitlines()) <= 15


def test_names_say_what_is_inside() -> None:
    """No module or package is named after what holds nothing in particular."""
    words = {
        relative(path): set(path.with_suffix("").relative_to(ROOT).as_posix().replace("/", "_").split("_"))
        for path in modules()
    }
    assert {name: found for name, parts in words.items() if (found := parts & NAMELESS)} == {}


def test_every_module_says_what_it_is_for() -> None:
    """Each module of the package begins with a docstring."""
    assert [relative(path) for path in modules() if text_of(path).strip() and not ast.get_docstring(parsed(path))] == []


@pytest.mark.parametrize("where", ["core", "flow", "adapters/azure", "cli"])
def test_ruff_refuses_what_is_banned(where: str) -> None:
    """Clock, sleep, random ids, environment, print and catching everything are refused where they are not at home."""
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise"]
    command += ["--stdin-filename", str(PACKAGE / where / "some_module.py"), "-"]
    source = "\n".join(line for line, _ in BANNED) + "\n"
    said = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False, timeout=60)
    refused = set(re.findall(r":(\d+):\d+: (\w+)", said.stdout))
    assert {(str(number), code) for number, (_, code) in enumerate(BANNED, 1) if code} <= refused


def test_the_ban_is_part_of_every_check() -> None:
    """The rules behind the ban are among those that ruff always applies."""
    assert {"TID", "T20", "BLE", "DTZ"} <= set(RUFF["select"])
    assert not {"TID", "TID251", "T20", "T201", "BLE", "BLE001"} & set(RUFF["ignore"])


def test_only_their_own_place_is_let_off() -> None:
    """Neither the configuration nor a comment lets code off the ban outside the one place that it belongs to."""
    let_off = [(glob.removesuffix("**"), code) for glob, codes in RUFF["per-file-ignores"].items() for code in codes]
    let_off += [
        (relative(path), code)
        for path in modules()
        for found in re.findall(r"# noqa(?:: *([A-Z0-9, ]+))?", text_of(path))
        for code in (found.replace(" ", "").split(",") if found else ["everything"])
    ]
    for place, code in let_off:
        banned = next((one for one in LET_OFF if code.startswith(one)), None)
        assert code != "everything", f"{place} silences every rule"
        if banned and not place.startswith("tests/"):
            assert place.startswith(LET_OFF[banned]), f"{place} is let off {code}"

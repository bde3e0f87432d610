"""The locks agree with each other and with what is declared, and tell nothing of the machine that wrote them."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import NamedTuple

from tests.architecture.house import ROOT, relative, text_of, tracked

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME, DEVELOPMENT, HOST, SERVED = (ROOT / f"requirements{name}.txt" for name in ("", "-dev", "-host", "-cli"))
# Programs that are run beside the tests, each from a lock of its own.
BESIDE = {group: ROOT / f"requirements-{group}.txt" for group in ("checkov", "docs")}
_PIN = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,-]+\])?==(\S+)(?: ; (.+))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# Put together here, so that this file does not hold what it looks for.
_INDEX = re.compile(
    "|".join((r"py" r"pi\.org", r"python" r"hosted", r"registry\.npm" r"js", r"index" r"-url", r"find" r"-links"))
)
_LOCAL = re.compile(
    "|".join((r"file:" r"//", r"/(?:ho" r"me|Us" r"ers)/[a-z]", r"(?<![\w.])/ro" r"ot/", r"[A-Z]:\\\\?Us" r"ers"))
)


class Pin(NamedTuple):
    """One locked version: the name as PEP 503 writes it."""

    name: str
    version: str
    marker: str


def _pins(lock: Path) -> dict[Pin, frozenset[str]]:
    """The hashes of each pin; every line of a lock is understood or the test fails."""
    found: dict[Pin, frozenset[str]] = {}
    for entry in text_of(lock).replace("\\\n", " ").splitlines():
        if not entry.strip() or entry.startswith("#"):
            continue
        parts = re.split(r"\s+(?=--hash)", entry.strip())
        pin = _PIN.fullmatch(parts[0].strip())
        assert pin, f"{relative(lock)}: {entry[:80]}"
        assert all(_HASH.fullmatch(part.strip()) for part in parts[1:]), f"{relative(lock)}: {entry[:80]}"
        found[Pin(_canonical(pin[1]), pin[2], pin[3] or "")] = frozenset(part.strip() for part in parts[1:])
    assert found
    return found


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> set[str]:
    names = [re.match(r"[A-Za-z0-9._-]+", text) for text in requirements]
    return {_canonical(name[0]) for name in names if name}


def test_every_pin_has_a_hash() -> None:
    """No version is installed that could be swapped for another file."""
    for lock in (RUNTIME, DEVELOPMENT, HOST, SERVED, *BESIDE.values()):
        assert [pin for pin, hashes in _pins(lock).items() if not hashes] == []


def test_the_runtime_lock_is_a_part_of_the_development_lock() -> None:
    """What is deployed is what was tested: the same versions with the same hashes."""
    known = {(pin.name, pin.version): hashes for pin, hashes in _pins(DEVELOPMENT).items()}
    for lock in (RUNTIME, SERVED):
        assert [pin for pin, hashes in _pins(lock).items() if known.get((pin.name, pin.version)) != hashes] == []


def test_every_package_of_the_tests_has_a_hash() -> None:
    """npm installs nothing that could be swapped for another file: exact versions, each with its integrity."""
    packages = json.loads(text_of(ROOT / "package-lock.json"))["packages"]
    assert len(packages) > 1
    assert [name for name, package in packages.items() if name and "sha512-" not in package.get("integrity", "")] == []
    wanted = json.loads(text_of(ROOT / "package.json"))["devDependencies"]
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_every_dependency_is_locked() -> None:
    """What the function app needs is in requirements.txt, what else is declared in the lock of its group."""
    project = PROJECT["project"]
    assert _names(project["dependencies"]) - {pin.name for pin in _pins(RUNTIME)} == set()
    others = [name for group in project["optional-dependencies"].values() for name in group]
    groups = PROJECT["dependency-groups"]
    assert set(groups) == {"dev", *BESIDE}
    assert _names([*project["dependencies"], *others, *groups["dev"]]) - {p.name for p in _pins(DEVELOPMENT)} == set()
    for group, lock in BESIDE.items():
        assert _names(groups[group]) - {pin.name for pin in _pins(lock)} == set()


def test_the_container_installs_the_function_app_and_the_terminal() -> None:
    """What `remediator serve` needs in an image is what the app needs, and the extra `cli`."""
    served = {pin.name for pin in _pins(SERVED)}
    assert {pin.name for pin in _pins(RUNTIME)} <= served
    assert _names(PROJECT["project"]["optional-dependencies"]["cli"]) <= served


def test_the_function_app_installs_no_terminal() -> None:
    """Libraries of the terminal and the tests are not in requirements.txt."""
    ours = PROJECT["project"]
    elsewhere = _names([*ours["optional-dependencies"]["cli"], *PROJECT["dependency-groups"]["dev"]])
    assert (elsewhere - _names(ours["dependencies"])) & {pin.name for pin in _pins(RUNTIME)} == set()


def test_a_lock_names_no_download_host() -> None:
    """Locks hold names, versions and hashes: where files are downloaded from is the machine's own business."""
    for lock in (RUNTIME, DEVELOPMENT, HOST, SERVED, *BESIDE.values()):
        assert "://" not in text_of(lock)
    for lock in (path for path in tracked() if path.name == "package-lock.json"):
        packages = json.loads(text_of(lock))["packages"]
        assert [name for name, package in packages.items() if "resolved" in package] == []


def test_no_file_tells_of_the_machine_that_it_was_written_on() -> None:
    """No file names a package index, a file address or somebody's home directory."""
    assert _INDEX.search("https://py" + "pi.org/simple")
    assert _LOCAL.search("see /ho" + "me/somebody/x")
    told = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        allowed = relative(path) == "Makefile"  # `make lock` switches these off by name
        told += [f"{relative(path)}: {found[0]}" for found in _LOCAL.finditer(text)]
        told += [f"{relative(path)}: {found[0]}" for found in _INDEX.finditer(text) if not allowed]
    assert told == []

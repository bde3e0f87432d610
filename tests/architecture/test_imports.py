"""Who imports whom, as a contract and as it really happens when a program starts."""

from __future__ import annotations

import configparser
import subprocess
import sys

from tests.architecture.house import PACKAGE, ROOT, modules

VENDORS = {"azure", "click", "rich", "starlette", "pydantic", "sqlite3"}


def _loaded_by(*names: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after importing these."""
    lines = [*(f"import {name}" for name in names), "import sys", "sys.stdout.write(' '.join(sys.modules))"]
    command = [sys.executable, "-c", "\n".join(lines)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def _all_of(package: str) -> list[str]:
    names = [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in modules()]
    found = [name.removesuffix(".__init__") for name in names if (name + ".").startswith(f"remediator.{package}.")]
    assert found, f"there is no {package}"
    return found


def test_pure_packages_load_no_vendor() -> None:
    """Importing every module of the pure packages loads no vendor, terminal, web, database or validation library."""
    names = [name for package in ("core", "ports", "signals", "facts", "flow") for name in _all_of(package)]
    assert {name for name in _loaded_by(*names) if name.split(".")[0] in VENDORS} == set()


def test_the_function_app_starts_cold_and_light() -> None:
    """Importing function_app loads neither a management library of Azure nor the terminal."""
    loaded = _loaded_by("function_app")
    assert "azure.functions" in loaded
    heavy = {name for name in loaded if name.startswith("azure.mgmt.") and not name.startswith("azure.mgmt.core")}
    assert heavy | {name for name in loaded if name.split(".")[0] in ("click", "rich")} == set()


def test_the_terminal_starts_without_azure() -> None:
    """Importing the terminal's entry loads no Azure library: a command imports what it needs when it is called."""
    assert {name for name in _loaded_by("remediator.cli.app") if name.split(".")[0] in ("azure", "rich")} == set()


def test_the_contracts_are_kept() -> None:
    """Every contract of .importlinter is kept, exhaustively: a module without a place breaks it."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    assert config["importlinter:contract:layers"].getboolean("exhaustive")
    assert config["importlinter"].getboolean("include_external_packages")
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    assert " 0 broken" in run.stdout


def test_a_broken_contract_would_be_seen() -> None:
    """The sandbox's contract names every room that it must not know."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    forbidden = config["importlinter:contract:sandbox"]["forbidden_modules"].split()
    rooms = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    same_layer_or_above = {
        "sandbox",
        "__init__",
        "__main__",
        "functions",
        "cli",
        "bootstrap",
        "web",
        "adapters",
        "flow",
    }
    assert {f"remediator.{room}" for room in rooms - same_layer_or_above} == set(forbidden)

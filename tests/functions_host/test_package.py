"""The zip of `make package`: what is in it, that it is always the same, and that it runs with nothing else."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from tests.functions_host.conftest import ROOT
from tests.functions_host.worker import Worker
from tools.function_zip import published, write

HOST_LIBRARY = "azure-functions-runtime"
_WRITTEN = re.compile(r"(?:--out|-o|>|--env-file|--ca|\bcp \S+) ([\w.-]+\.(?:json|pem|env|csv))")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("package") / "remediator-functions.zip"
    write(made)
    return made


def test_the_same_files_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    """Neither the time, nor times and modes of files, nor the folder are in the zip."""
    old = os.umask(0o077)
    touched = ROOT / "function_app.py"
    before = touched.stat()
    try:
        os.utime(touched, (1_000_000_000, 1_000_000_000))
        write(tmp_path / "elsewhere" / "again.zip")
    finally:
        os.umask(old)
        os.utime(touched, (before.st_atime, before.st_mtime))
    assert (tmp_path / "elsewhere" / "again.zip").read_bytes() == package.read_bytes()


def test_only_what_the_app_needs_is_in_it(package: Path) -> None:
    """The app, its configuration, the names of its libraries and the package, without terminal and sandbox."""
    with zipfile.ZipFile(package) as opened:
        names = opened.namelist()
        assert opened.testzip() is None
    assert names == sorted(published())
    assert {name.split("/")[0] for name in names} == {"function_app.py", "host.json", "remediator", "requirements.txt"}
    assert [n for n in names if n.startswith(("remediator/cli/", "remediator/sandbox/")) or n.endswith(".md")] == []
    assert {n for n in names if not n.endswith((".py", ".html"))} >= {
        "host.json",
        "requirements.txt",
        "remediator/views/rules.markdown",
    }


def test_every_file_of_the_app_is_in_it(package: Path) -> None:
    """What lies in the package's rooms and is no Python, templates and texts, is published too."""
    with zipfile.ZipFile(package) as opened:
        names = set(opened.namelist())
    listed = subprocess.run(["git", "ls-files", "remediator"], cwd=ROOT, capture_output=True, text=True, check=True)
    left_out = [n for n in listed.stdout.split() if n not in names and (ROOT / n).exists()]
    assert [
        n for n in left_out if not n.startswith(("remediator/cli/", "remediator/sandbox/", "remediator/__main__"))
    ] == []


def test_what_the_pages_have_people_write_stays_at_home(tmp_path: Path) -> None:
    """Plans, exports, parameters, variables and azd's environments in a clone are not deployed, also where git does not
    ignore them; a desired-state document is."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "deploy").glob("*.md")]
    written = {name for page in pages for name in _WRITTEN.findall(page.read_text("utf-8"))}
    assert written >= {"mine.json", "p.json", "remediator.env", "ca.pem"}
    for name in [*written, ".env", ".azure/prod/.env", ".azure/config.json", "desired.yaml", "host.json"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert published(tmp_path) == ["desired.yaml", "host.json"]


def test_it_runs_with_the_locked_libraries_alone(package: Path, tmp_path: Path, worker: Worker) -> None:
    """Unpacked into an empty folder, in a process that has the standard library, what requirements.txt installs and
    Microsoft's worker library: every function is indexed, and every module can be imported."""
    app, site = tmp_path / "app", tmp_path / "site"
    with zipfile.ZipFile(package) as opened:
        opened.extractall(app)
    named = _PIN.findall((app / "requirements.txt").read_text("utf-8"))
    for name in [*named, *_names_of(HOST_LIBRARY)]:
        _link(name, site)
    script = Path(__file__).with_name("indexing_alone.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(app), str(site)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["functions"] == sorted(worker.functions)
    assert found["failed"] == {}
    assert found["app"] == str(app / "remediator" / "__init__.py")


def _names_of(name: str) -> list[str]:
    """A library that the host brings along, with what it needs in turn."""
    wanted = [
        re.match(r"[A-Za-z0-9._-]+", text) for text in distribution(name).requires or [] if "extra ==" not in text
    ]
    return [name, *(one[0] for one in wanted if one)]


def _link(name: str, site: Path) -> None:
    """Put one installed library into a folder; one that this platform does not need is not installed."""
    try:
        found: Distribution = distribution(name)
    except ModuleNotFoundError:
        return
    for file in found.files or ():
        target = site / file
        if ".." in file.parts or file.suffix == ".pyc" or target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(Path(str(file.locate())))

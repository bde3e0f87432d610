"""What `pipx install` and `uvx` get: a wheel with everything in it that the command line reads."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGE, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built by the backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = ROOT / ".venv" / "bin" / "uv"
    command = [uv, "build", "--wheel", "--offline", "--no-build-isolation", "--quiet", "--out-dir", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(Path(folder).glob("remediator-*.whl")))


def test_every_file_of_the_package_is_in_it(wheel: zipfile.ZipFile) -> None:
    """Modules, page templates, the rules' page, the small Azure and the marker for types are in it, and no test."""
    files = {f"remediator/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*") if path.is_file()}
    wanted = {name for name in files if "__pycache__" not in name}
    found = {name for name in wheel.namelist() if not name.startswith("remediator-")}
    assert wanted - found == set()
    assert {name.split("/")[0] for name in found} == {"remediator"}
    must = {"views/templates/mail.html", "views/rules.markdown", "sandbox/estates/workshop.py", "py.typed"}
    assert {f"remediator/{name}" for name in must} <= found


def test_it_has_the_command_and_the_extra(wheel: zipfile.ZipFile) -> None:
    """The wheel installs a command `remediator`; what the terminal needs comes with the extra `cli`."""
    names = {name.rpartition("/")[2]: name for name in wheel.namelist()}
    assert "remediator = remediator.__main__:main" in wheel.read(names["entry_points.txt"]).decode()
    told = wheel.read(names["METADATA"]).decode()
    assert "Provides-Extra: cli" in told
    assert "click ; extra == 'cli'" in told

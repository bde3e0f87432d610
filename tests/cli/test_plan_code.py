"""`plan --code FOLDER`: a plan as a diff of the code in a folder, without any token."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.running import document, estate_file, run

BICEP = b"""\
\xef\xbb\xbfparam location string = resourceGroup().location\r
\r
// the album's images\r
resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {\r
  name: 'contosoalbum'\r
  location: location\r
  sku: { name: 'Premium' }\r
}\r
"""
TERRAFORM = b"""\
resource "azurerm_container_registry" "this" {
  name                = "contosoalbum"
  resource_group_name = "rg-album"
  location            = "chinaeast2"
  sku                 = "Premium"
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of Bicep that declares the registry of the first incident."""
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.bicep").write_bytes(BICEP)
    (tmp_path / "infra" / "readme.bin").write_bytes(b"\xff\xfe")
    return tmp_path / "infra"


def test_the_diff_is_one_that_git_applies(folder: Path, tmp_path: Path) -> None:
    """The diff goes to stdout, names the folder's files as a repository does, and nothing is written."""
    shown = run("plan", "--estate", estate_file(tmp_path), "--code", folder)
    assert shown.exit_code == 0, shown.stderr
    assert (folder / "main.bicep").read_bytes() == BICEP
    assert shown.stdout_bytes.startswith(b"--- a/main.bicep\n+++ b/main.bicep\n@@ ")
    applied = subprocess.run(["git", "apply", "-"], cwd=folder, input=shown.stdout_bytes, check=False)
    assert applied.returncode == 0
    after = (folder / "main.bicep").read_bytes()
    assert after.startswith(BICEP) and b"privateLinkServiceId: registry.id\r\n" in after


def test_write_changes_the_files_and_only_once(folder: Path, tmp_path: Path) -> None:
    """`--write` leaves the file with its mark and line endings; a second time the code says everything already."""
    asked = ("plan", "--estate", estate_file(tmp_path), "--code", folder, "--write")
    first = run(*asked)
    assert first.exit_code == 0 and "wrote main.bicep" in first.stderr
    after = (folder / "main.bicep").read_bytes()
    assert after.startswith(BICEP) and after.count(b"\n") == after.count(b"\r\n")
    second = run(*asked)
    assert "code-says-so-already" in second.stderr
    assert (folder / "main.bicep").read_bytes() == after


def test_the_document_has_files_notes_or_an_instruction(folder: Path, tmp_path: Path) -> None:
    """With `--json` a program gets the files as they would be, the commits and the notes, or why not."""
    found = document("plan", "--estate", estate_file(tmp_path), "--code", folder, "--json")
    assert found["kind"] == "remediator-code" and found["language"] == "bicep" and found["style"] == "in-place"
    assert [file["path"] for file in found["files"]] == ["main.bicep"]
    assert len(found["commits"]) == 4 and found["instruction"] is None and found["diff"].startswith("--- a/")
    (folder / "main.bicep").write_text("param name string\n")
    nothing = document("plan", "--estate", estate_file(tmp_path), "--code", folder, "--json")
    assert nothing["files"] == [] and nothing["instruction"]["code"] == "code-not-located"
    assert "contosoalbum" in nothing["instruction"]["text"]


def test_what_a_person_would_write_is_told(folder: Path, tmp_path: Path) -> None:
    """Where nothing can be written, the reason goes to stderr and the instruction to stdout."""
    (folder / "main.bicep").write_text("resource x = {\n")
    told = run("plan", "--estate", estate_file(tmp_path), "--code", folder)
    assert told.exit_code == 0
    assert told.stderr.startswith("nothing is written (code-not-located): ")
    assert "```bicep" in told.stdout and "/registries/contosoalbum" in told.stdout


def test_the_language_is_asked_for_where_it_is_not_clear(folder: Path, tmp_path: Path) -> None:
    """A folder of both languages needs `--language`; the other language's files are not touched."""
    (folder / "main.tf").write_bytes(TERRAFORM)
    asked = ("plan", "--estate", estate_file(tmp_path), "--code", folder)
    unclear = run(*asked)
    assert unclear.exit_code == 2 and "--language" in unclear.stderr
    found = document(*asked, "--language", "terraform", "--json")
    assert [file["path"] for file in found["files"]] == ["main.tf"]


def test_generated_code_is_a_folder_of_our_own(folder: Path, tmp_path: Path) -> None:
    """`--style generated` writes files below `privatelink`, and leaves what is there."""
    asked = ("plan", "--estate", estate_file(tmp_path), "--code", folder, "--style", "generated", "--json")
    found = document(*asked, "--registry", "contosoalbum")
    assert found["files"] and all(file["path"].startswith("privatelink/") for file in found["files"])


def test_writing_needs_a_folder(tmp_path: Path) -> None:
    """`--write` and `--language` mean nothing without `--code`."""
    for option in (("--write",), ("--language", "bicep")):
        assert run("plan", "--estate", estate_file(tmp_path), *option).exit_code == 2

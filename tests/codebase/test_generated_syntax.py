"""What is generated is what the languages' own readers understand, and what their formatters would write."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import tfparse

from remediator.codebase.generated.bicep_page import APIS
from remediator.core.code_home import Language
from remediator.core.resource_id import ResourceId
from tests.codebase.bicep_deployment import bodies, parsed
from tests.codebase.drafting import CASES, DATA, IN_BICEP, by_hand, folder_of, home, task_of, written
from tests.codebase.goldens import expected
from tests.codebase.oracles import checkov, flaws, formatted_otherwise, formatter
from tests.infra.azure_types import needs_types, problems, shape_of
from tests.infra.deployment import deploy as worked_out
from tests.scenarios.sandboxed import Sandboxed

BICEP = sorted(DATA.rglob("*.bicep"))
TERRAFORM = sorted(DATA.rglob("*.tf"))
# Microsoft's archive of types that stands beside the project has no exemptions.
WITHOUT_TYPE = {"Microsoft.Authorization/policyExemptions"}
CONTROL = """resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: 'open'
  location: 'westeurope'
  sku: {
    name: 'Basic'
  }
}
"""


def short(path: Path) -> str:
    """A file's name for people."""
    return str(path.relative_to(DATA))


@pytest.mark.parametrize("path", [*BICEP, *TERRAFORM], ids=short)
def test_a_grammar_finds_no_flaw(path: Path) -> None:
    """tree-sitter's grammar of the language has no error and nothing missing in a file."""
    assert flaws(path.read_text(), path.suffix) == []


@pytest.mark.parametrize("path", BICEP, ids=short)
def test_pycep_reads_every_declaration(path: Path) -> None:
    """pycep finds as many resources and modules in a file as stand there."""
    text, found = path.read_text(), parsed(path.read_text())
    assert len(found.get("resources", {})) == len(re.findall(r"^resource ", text, re.M))
    assert len(found.get("modules", {})) == len(re.findall(r"^module ", text, re.M))
    assert found.get("resources") or found.get("modules")


@pytest.mark.parametrize("path", [*BICEP, *TERRAFORM], ids=short)
def test_files_are_plain_lines(path: Path) -> None:
    """No line ends in blanks, no two lines are empty in a row, one line end closes the file, indents are even."""
    text = path.read_text()
    assert not re.search(r"[ \t]$|\n\n\n|\t|\r", text, re.M)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert all((len(line) - len(line.lstrip())) % 2 == 0 for line in text.splitlines())


@pytest.mark.parametrize("folder", sorted({path.parent for path in TERRAFORM}), ids=short)
def test_tfparse_reads_every_resource(folder: Path) -> None:
    """tfparse finds the resources and providers of a folder by their types and names."""
    found = tfparse.load_from_path(str(folder))
    texts = "".join(file.read_text() for file in folder.glob("*.tf"))
    declared = re.findall(r'^resource "(\w+)" "(\w+)"', texts, re.M)
    read = [
        (kind, one["__tfmeta"]["path"]) for kind, ones in found.items() if kind.startswith("azurerm_") for one in ones
    ]
    exempted = sum(kind == "azurerm_resource_policy_exemption" for kind, _ in declared)  # its count is 0
    assert len(read) == len(declared) - exempted
    assert len(found["provider"]) == texts.count('\nprovider "azurerm"')


def test_hashicorp_would_format_nothing_otherwise(tmp_path: Path) -> None:
    """HashiCorp's own formatter leaves every Terraform file as it is, and is one that would change a crooked one."""
    program = formatter(tmp_path)
    crooked = tmp_path / "crooked.tf"
    crooked.write_text('locals {\n  a="b"\n}\n')
    assert formatted_otherwise(program, [*TERRAFORM, crooked]) == [str(crooked)]


def test_checkov_reads_all_and_finds_nothing_new(tmp_path: Path) -> None:
    """No file is one that checkov cannot read (it counts those in silence), and no check of it fails in ours."""
    shutil.copytree(DATA, tmp_path / "code")
    (tmp_path / "control.bicep").write_text(CONTROL)
    (tmp_path / "control.tf").write_text('resource "azurerm_container_registry" "open" {\n  sku = "Basic"\n}\n')
    reports = checkov(tmp_path)
    for language, files, control in (("bicep", BICEP, "/control.bicep"), ("terraform", TERRAFORM, "/control.tf")):
        report = reports[language]
        declared = {name for file in files for name in re.findall(r"^resource (.+) [={]", file.read_text(), re.M)}
        assert report["summary"]["parsing_errors"] == 0
        assert report["summary"]["resource_count"] >= len(declared)  # of one name it counts one
        assert {one["file_path"] for one in report["results"]["failed_checks"]} == {control}


@needs_types
@pytest.mark.parametrize("name", sorted(IN_BICEP))
def test_microsoft_knows_every_type_version_and_property(name: str) -> None:
    """Each resource has a version that Microsoft's types have, what they require, and nothing that they do not have."""
    case = IN_BICEP[name]
    world = Sandboxed.of(case.build().document())
    by_hand(world, task_of(case.build(), case.desired).plan)
    _, files = written(task_of(case.build(), case.desired), home())
    wrong = []
    for rid, version, body in bodies(files, folder_of(files), world.azure):
        if (kind := ResourceId(rid).type) not in WITHOUT_TYPE:
            shape = shape_of(kind, version)
            assert shape is not None, f"{kind}@{version}"
            wrong += problems({"name": rid.rpartition("/")[2], **body}, shape, kind)
    assert wrong == []


@needs_types
@pytest.mark.parametrize("kind", sorted(set(APIS) - WITHOUT_TYPE))
def test_every_version_is_one_of_microsofts(kind: str) -> None:
    """The versions that we may write are in Microsoft's types, those of what is only referred to as well."""
    assert shape_of(kind, APIS[kind]) is not None


@needs_types
@pytest.mark.parametrize("path", [one for one in BICEP if one.name == "main.bicep"], ids=short)
def test_the_checker_of_our_own_templates_finds_no_problem(path: Path) -> None:
    """Worked out as the templates of infra/ are, a folder has no name that is not declared and no parameter missing."""
    if ".?" in path.read_text():
        return  # an operator that those templates do not have
    assert worked_out({}, root=path).problems == []


def test_cases_cover_every_kind_of_resource() -> None:
    """The kept code declares zones, links, records, endpoints, groups and peerings."""
    texts = "".join(text for name in CASES for text in expected(name, Language.BICEP).values())
    for kind in APIS:
        assert f"'{kind}@" in texts

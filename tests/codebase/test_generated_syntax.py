"""What is generated is what the languages' own readers understand, and what their formatters would write."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tfparse

from remediator.codebase.generated.bicep_page import APIS
from remediator.core.code_home import Language
from tests.codebase.bicep_deployment import parsed
from tests.codebase.drafting import CASES, DATA
from tests.codebase.goldens import expected
from tests.codebase.oracles import checkov, flaws, formatted_otherwise, formatter

BICEP = sorted(DATA.rglob("*.bicep"))
TERRAFORM = sorted(DATA.rglob("*.tf"))
TYPES = Path(__file__).parents[3] / "shared" / "specs" / "bicep-types.tar.xz"
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


@cache
def types() -> dict[str, list[dict[str, Any]]]:
    """Microsoft's generated types, by provider and version in lower case."""
    if not TYPES.exists():
        pytest.skip("needs Microsoft's Bicep types in ../shared/specs")
    found = {}
    with tarfile.open(TYPES) as archive:
        for member in archive:
            if member.name.endswith("/types.json") and (held := archive.extractfile(member)) is not None:
                family, provider, version = member.name.split("/")[1:4]
                found[f"{family}/{provider}@{version}"] = json.load(held)
    return found


def body_type(kind: str, version: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The types of a version and the type of a resource's body in it."""
    for known in types().values():
        for one in known:
            if one.get("$type") == "ResourceType" and one["name"].lower() == f"{kind}@{version}".lower():
                return known, target(known, one["body"])
    raise AssertionError(f"Microsoft knows no {kind}@{version}")


def target(known: list[dict[str, Any]], ref: dict[str, str]) -> dict[str, Any]:
    """What a reference of the types means."""
    return known[int(ref["$ref"].rpartition("/")[2])]


def misfits(known: list[dict[str, Any]], kind: dict[str, Any], held: Any, where: str) -> list[str]:
    """What of a value the type does not have, or has as read-only."""
    if isinstance(held, list) and kind["$type"] == "ArrayType":
        return [m for item in held for m in misfits(known, target(known, kind["itemType"]), item, f"{where}[]")]
    if kind["$type"] != "ObjectType" or not isinstance(held, dict) or "operator" in held or "function" in held:
        return []
    found = []
    for key, item in held.items():
        name = key.strip("'")
        one = kind["properties"].get(name)
        if one is None:
            found += [] if "additionalProperties" in kind else [f"{where}.{name} does not exist"]
        elif one["flags"] & 2:
            found.append(f"{where}.{name} is read-only")
        else:
            found += misfits(known, target(known, one["type"]), item, f"{where}.{name}")
    missing = [name for name, one in kind["properties"].items() if one["flags"] & 1 and name not in map(str, held)]
    return found + [f"{where}.{name} is missing" for name in missing]


@pytest.mark.parametrize("path", BICEP, ids=short)
def test_microsoft_knows_every_type_version_and_property(path: Path) -> None:
    """Each resource has a version that Microsoft's types have, and no property that this version does not have."""
    for one in parsed(path.read_text()).get("resources", {}).values():
        if one["type"] in WITHOUT_TYPE:
            continue
        known, kind = body_type(one["type"], one["api_version"])
        if not one["existing"]:
            held = {key: item for key, item in one["config"].items() if key not in ("parent", "scope", "dependsOn")}
            assert misfits(known, kind, held, one["type"]) == []


def test_every_version_is_one_of_microsofts() -> None:
    """The versions that we may write are in Microsoft's types, of what we only refer to as well."""
    for kind, version in APIS.items():
        if kind not in WITHOUT_TYPE:
            assert body_type(kind, version)


def test_cases_cover_every_kind_of_resource() -> None:
    """The kept code declares zones, links, records, endpoints, groups and peerings."""
    texts = "".join(text for name in CASES for text in expected(name, Language.BICEP).values())
    for kind in APIS:
        assert f"'{kind}@" in texts

"""The edited code is put into the sandbox: then the pulls work, and there is nothing left to edit."""

from __future__ import annotations

from remediator.codebase.draft import draft
from remediator.core.code_home import CodeHome, CodeHostKind, Language, Style
from remediator.core.desired import DesiredState
from remediator.core.plan import Plan
from remediator.core.pull_path import Verdict
from remediator.core.pull_request import Draft, Task, Tree
from remediator.sandbox import estates
from tests.codebase.bicep_deployment import deploy
from tests.codebase.terraform_deployment import apply
from tests.scenarios.sandboxed import Sandboxed

SUB = "4f1e2d3c-0001-4a00-8b00-00000000c001"
REGISTRY = f"/subscriptions/{SUB}/resourceGroups/rg-album/providers/Microsoft.ContainerRegistry/registries/contosoalbum"
MAIN = f"""\
targetScope = 'subscription'

module album 'album.bicep' = {{
  name: 'album'
  scope: resourceGroup('{SUB}', 'rg-album')
}}
"""
ALBUM = """\
resource vnet 'Microsoft.Network/virtualNetworks@2024-05-01' existing = {
  name: 'vnet-album'
}

// where the album's images are
resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' = {
  name: 'contosoalbum'
  location: 'chinaeast2'
  sku: {
    name: 'Premium'
  }
  properties: {
    publicNetworkAccess: 'Disabled'
  }
}
"""
TERRAFORM = f"""\
provider "azurerm" {{
  features {{}}
  alias           = "album"
  subscription_id = "{SUB}"
}}

resource "azurerm_container_registry" "this" {{
  provider            = azurerm.album
  name                = "contosoalbum"
  resource_group_name = "rg-album"
  location            = "chinaeast2"
  sku                 = "Premium"
}}
"""


def _edited(world: Sandboxed, files: dict[str, str], language: Language) -> tuple[Plan, dict[str, str]]:
    live = world.observer.observe()
    plan = world.diagnose().plan
    home = CodeHome(CodeHostKind.GITHUB, "o/r", folder="", language=language, style=Style.IN_PLACE)
    found = draft(Task(plan, live, DesiredState()), Tree("c", files), home)
    assert isinstance(found, Draft), found
    after = {file.path: file.text or "" for commit in found.commits for file in commit.files}
    return plan, {**files, **after}


def test_edited_bicep_mends_the_estate() -> None:
    """The first incident's plan, put into the file that declares its registry and deployed, lets the app pull."""
    world = Sandboxed.of(estates.load("first-incident"))
    plan, files = _edited(world, {"infra/main.bicep": MAIN, "infra/album.bicep": ALBUM}, Language.BICEP)
    assert len(plan.changes) == 4 and files["infra/main.bicep"] == MAIN
    deploy(files, "infra", world.azure)
    after = world.diagnose()
    assert {path.verdict for path in after.paths} == {Verdict.OK} and not after.plan


def test_edited_terraform_mends_the_estate() -> None:
    """The same in Terraform: what was added is applied with the provider of the registry that it stands beside."""
    world = Sandboxed.of(estates.load("first-incident"))
    _, files = _edited(world, {"infra/main.tf": TERRAFORM}, Language.TERRAFORM)
    known = "azurerm_container_registry.this.id"  # the stand-in for the provider knows the network's resources only
    assert files["infra/main.tf"].count(known) == 1
    files["infra/main.tf"] = files["infra/main.tf"].replace(known, f'"{REGISTRY}"')
    apply(files, "infra", world.azure)
    after = world.diagnose()
    assert {path.verdict for path in after.paths} == {Verdict.OK} and not after.plan

"""What is a folder in Terraform? A root module: providers, one file for each stage, imports of what was there before.

`azurerm` from 4.36 on, the first whose links know `resolution_policy`. The zone group of an endpoint is part of it.
No backend is written: where the state is kept is the repository's affair. Called by `folder`.
"""

from __future__ import annotations

from collections.abc import Iterator

from remediator.codebase.generated.held import Folder, Held, Stage, proper
from remediator.codebase.generated.marks import comment, header, mark, released_mark
from remediator.codebase.generated.terraform_resources import KINDS, Naming, body_of, exemption_of, kind_of
from remediator.codebase.generated.terraform_text import Block, Code, block
from remediator.core.code_home import Language
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import ZoneGroup

PROVIDERS = "providers.tf"
IMPORTS = "imports.tf"
REMOVED = "removed.tf"
VARIABLES = "variables.tf"
AZURERM = ">= 4.36.0, < 5.0.0"
_ENVIRONMENTS = {"AzureCloud": "public", "AzureChinaCloud": "china", "AzureUSGovernment": "usgovernment"}
_SAYS = {
    Stage.ZONE: "The private zone that answers for the registry's names.",
    Stage.PEERINGS: "The networks see each other.",
    Stage.ENDPOINT: "The registry's address in the network, and the zone group that keeps its records.",
    Stage.RECORDS: "Records that no zone group keeps.",
    Stage.LINKS: "Last, the networks are led to the private answers.",
}


def render(folder: Folder) -> dict[str, str]:
    """The files by name; none where the folder holds nothing."""
    held = sorted((h for h in folder.held if not isinstance(h.fact, ZoneGroup)), key=lambda one: one.id.key)
    if not held and not folder.subscriptions:
        return {}
    naming = Naming(folder)
    files = {PROVIDERS: _providers(folder, naming)}
    for stage in Stage:
        members = [one for one in held if one.stage is stage]
        if members:
            said = header(Language.TERRAFORM, folder.subject, _SAYS[stage])
            files[f"{stage.value}.tf"] = "\n".join((said, *(_resource(naming, one) for one in members)))
    if folder.disputed:
        files[VARIABLES] = "\n".join((header(Language.TERRAFORM, folder.subject), _assignment()))
    if folder.released:
        said = "What others keep from now on: it leaves the state and stays in Azure. Then these blocks change nothing."
        blocks = [_removed(rid, name) for rid, name in sorted(folder.released.items())]
        files[REMOVED] = "\n".join((header(Language.TERRAFORM, folder.subject, said), *blocks))
    imports = [_import(naming, one) for one in held if one.adopted]
    if imports:
        said = "What was there before this folder; once they are in the state, these blocks change nothing."
        files[IMPORTS] = "\n".join((header(Language.TERRAFORM, folder.subject, said), *imports))
    return files


def _resource(naming: Naming, held: Held) -> str:
    kind = kind_of(held)
    written = mark(Language.TERRAFORM, held.id, adopted=held.adopted)
    written += block(Block(("resource", kind, held.label), body_of(naming, held)))
    if held.id in naming.folder.disputed:
        why = "Two owners would overwrite each other: with the id of its assignment, the policy leaves this one alone."
        written += "\n" + comment(Language.TERRAFORM, why) + block(exemption_of(naming, held))
    return written


def _import(naming: Naming, held: Held) -> str:
    return block(Block(("import",), (("to", Code(naming.address(held))), ("id", held.id.text))))


def _removed(rid: ResourceId, name: str) -> str:
    lifecycle = Block(("lifecycle",), (("destroy", False),))
    body = (("from", Code(f"{KINDS[proper(rid).type]}.{name}")), None, lifecycle)
    return released_mark(proper(rid)) + block(Block(("removed",), body))


def _assignment() -> str:
    said = "The id of the assignment of the policy that writes zone groups; empty for no exemption."
    body = (("description", said), ("type", Code("string")), ("default", ""))
    return block(Block(("variable", "policy_assignment_id"), body))


def _providers(folder: Folder, naming: Naming) -> str:
    azurerm = {"source": "hashicorp/azurerm", "version": AZURERM}
    needs = Block(("required_providers",), (("azurerm", azurerm),))
    blocks = [block(Block(("terraform",), (("required_version", ">= 1.7.0"), None, needs)))]
    blocks += [block(one) for one in _aliases(folder, naming)]
    said = "Where the state is kept is not said here: add a file of your own with the backend."
    return "\n".join((header(Language.TERRAFORM, folder.subject, said), *blocks))


def _aliases(folder: Folder, naming: Naming) -> Iterator[Block]:
    for subscription, alias in sorted(naming.aliases.items()):
        yield Block(
            ("provider", "azurerm"),
            (
                ("alias", alias),
                ("environment", _ENVIRONMENTS.get(folder.cloud.name, "public")),
                ("resource_provider_registrations", "none"),
                ("subscription_id", subscription),
                None,
                Block(("features",)),
            ),
        )

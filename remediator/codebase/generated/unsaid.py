"""Which changes can the code of a folder not say, and what does a person do instead?

A folder owns no registry: declaring one in part would reset the rest of it. An approval is an act and no state, and a
deployment deletes nothing. Called by `folder`, which makes notes or an instruction of the answers.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from remediator.codebase.generated.held import proper
from remediator.core.change import Change, ChangeKind
from remediator.core.closing import closes
from remediator.core.code_home import Language
from remediator.core.plan import same_document

_BICEP, _TERRAFORM = Language.BICEP, Language.TERRAFORM
_SWITCHES = {
    "publicNetworkAccess": {_BICEP: "publicNetworkAccess", _TERRAFORM: "public_network_access_enabled"},
    "defaultAction": {_BICEP: "networkRuleSet.defaultAction", _TERRAFORM: "default_action of network_rule_set"},
    "ipRules": {_BICEP: "networkRuleSet.ipRules", _TERRAFORM: "ip_rule of network_rule_set"},
    "bypass": {_BICEP: "networkRuleBypassOptions", _TERRAFORM: "network_rule_bypass_option"},
    "sku": {_BICEP: "sku.name", _TERRAFORM: "sku"},
}


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What is left to a person: a sentence in plain text, and a command for a shell, "" where there is none."""

    sentence: str
    command: str = ""

    @property
    def note(self) -> str:
        """Both in one sentence."""
        return f"{self.sentence}. Command: {self.command}" if self.command else f"{self.sentence}."


def told(left: Sequence[Unsaid]) -> str:
    """What is left to a person, as Markdown."""
    return "\n".join(f"- {_escaped(one.sentence)}." + _fenced(one.command) for one in left)


def unsaid(change: Change, language: Language) -> Unsaid | None:
    """Why the code does not say a change, None where it does."""
    target = proper(change.target).text
    match change.kind:
        case ChangeKind.UPDATE_REGISTRY | ChangeKind.UPGRADE_SKU:
            return _registry(change, language)
        case ChangeKind.APPROVE_CONNECTION:
            return Unsaid(
                f"{change.summary} by hand: an approval is an act of the registry's owner, which no code declares",
                _az("network", "private-endpoint-connection", "approve", "--id", target),
            )
        case ChangeKind.UPDATE_PEERING if language is _BICEP:
            return Unsaid(
                f"{change.summary} by hand: a deployment does not take over the other side's addresses",
                _az("network", "vnet", "peering", "sync", "--ids", target),
            )
        case ChangeKind.UPDATE_ZONE_GROUP if language is _TERRAFORM and _same_zones(change):
            return Unsaid(
                f"{change.summary} by hand: its zones are the same, so Terraform sees nothing to do",
                _written_again(change),
            )
        case _:
            return None


def left_over(change: Change, language: Language, *, declares: bool) -> Unsaid | None:
    """What is left to do for a deletion; `declares`: the folder declares its target. None for another change."""
    target = proper(change.target).text
    match change.kind:
        case ChangeKind.DELETE_ENDPOINT if declares and language is _TERRAFORM:
            return Unsaid(f"{change.summary}: the apply destroys it, and then makes the one in its place")
        case ChangeKind.DELETE_ENDPOINT:
            return Unsaid(
                f"{change.summary} by hand before the merge: its records go with it, and {_why_not(language)}",
                _az("network", "private-endpoint", "delete", "--ids", target),
            )
        case ChangeKind.DELETE_PEERING:
            return Unsaid(
                f"{change.summary} by hand before the merge: it cannot be updated, and {_why_not(language)}",
                _az("network", "vnet", "peering", "delete", "--ids", target),
            )
        case _:
            return None


def _why_not(language: Language) -> str:
    return "a deployment deletes nothing" if language is _BICEP else "no state of this folder holds it"


def _registry(change: Change, language: Language) -> Unsaid:
    settings = [
        f"{_SWITCHES[key][language] if key in _SWITCHES else key} {_worded(key, held, language)}"
        for key, held in sorted((change.after or {}).items())
    ]
    when = "before the merge, since endpoints need it" if change.kind is ChangeKind.UPGRADE_SKU else "at any time"
    when = "once this is deployed and the pulls work" if closes(change) else when
    return Unsaid(
        f"{change.summary} where the registry itself is declared, {when}: {' and '.join(settings)}; this folder does "
        "not own it, and declaring a part would reset the rest"
    )


def _worded(key: str, held: object, language: Language) -> str:
    if key == "publicNetworkAccess" and language is _TERRAFORM:
        return "= false" if str(held).lower() == "disabled" else "= true"
    if isinstance(held, (list, tuple)):
        return "= " + (", ".join(str(one) for one in held) or "none")
    return f"= {held}"


def _same_zones(change: Change) -> bool:
    before, after = change.before or {}, change.after or {}
    return same_document({"zones": before.get("zones")}, {"zones": after.get("zones")})


def _written_again(change: Change) -> str:
    endpoint = change.target.parent or change.target
    zone = str(next(iter((change.after or {}).get("zones", ())), ""))
    where = ("-g", endpoint.resource_group, "--endpoint-name", endpoint.name, "-n", change.target.name)
    name = zone.rpartition("/")[2].replace(".", "-")
    rest = ("--private-dns-zone", zone, "--zone-name", name, "--subscription", endpoint.subscription)
    return _az("network", "private-endpoint", "dns-zone-group", "create", *where, *rest)


def _az(*words: str) -> str:
    return "az " + " ".join(shlex.quote(word) for word in words)


def _escaped(text: str) -> str:
    """Text as Markdown that shows it as it is, in one line."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~&-])", r"\\\1", " ".join(text.split()))


def _fenced(command: str) -> str:
    """A command as a block of code below an entry of a list; no name can end the block."""
    return f"\n\n  ~~~sh\n  {' '.join(command.split())}\n  ~~~\n" if command else ""

"""How are the least actions of the two identities written down? As custom roles for programs, as tables for people.

A role's document is what `az role definition create --role-definition @FILE` takes (learn role-based-access-control/
custom-roles). Called by `remediator permissions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from remediator.core.change import ChangeKind
from remediator.core.permissions import BESIDE, NEEDS, READER, Need, Use, applier_actions, beside_actions

# A role needs a scope in which it may be assigned; this one says that somebody has to fill it in.
ANYWHERE = "/subscriptions/<subscription-id>"
_USES = max(len(use.value) for use in Use)


def reader_role(scopes: Sequence[str] = (), beside: Sequence[str] = ()) -> dict[str, Any]:
    """The custom role of the identity that reads, with what it needs besides for what is named."""
    said = "Reads what a diagnosis and a preflight need; writes nothing."
    actions = {*READER, *beside_actions("reader", beside)}
    return _role("remediator reader", said, actions, scopes, beside_actions("reader", beside, data=True))


def applier_role(
    kinds: Sequence[ChangeKind] = tuple(ChangeKind), scopes: Sequence[str] = (), beside: Sequence[str] = ()
) -> dict[str, Any]:
    """The custom role of the identity that writes changes of these kinds, with what it needs besides."""
    whole = set(kinds) == set(ChangeKind)
    what = "every change" if whole else ", ".join(kind.value for kind in kinds) or "nothing"
    said = f"Makes, follows and undoes what somebody approved: {what}. Reads no resource."
    actions = {*applier_actions(kinds), *beside_actions("applier", beside)}
    return _role("remediator applier", said, actions, scopes, beside_actions("applier", beside, data=True))


def changes_document(kinds: Iterable[ChangeKind]) -> list[dict[str, Any]]:
    """For each kind its actions, on what each is needed, and what for."""
    return [
        {
            "kind": kind.value,
            "needs": [{"action": n.action, "on": n.at.value, "use": n.use.value} for n in NEEDS[kind]],
        }
        for kind in kinds
    ]


def reader_lines() -> list[str]:
    """The reader's actions for people, by provider, with what is not known without each."""
    lines: list[str] = []
    split = [(*action.partition("/")[::2], why) for action, why in READER.items()]
    wide = max(len(rest) for _, rest, _ in split)
    for provider in dict.fromkeys(provider for provider, _, _ in split):
        lines.append(provider)
        lines += [f"  {rest.ljust(wide)}  {why}" for owner, rest, why in split if owner == provider]
    return lines


def applier_lines(kinds: Iterable[ChangeKind]) -> list[str]:
    """The applier's actions for people, by change and by what they are needed on."""
    lines: list[str] = []
    for kind in kinds:
        lines.append(kind.value)
        by_scope: dict[str, list[Need]] = {}
        for need in NEEDS[kind]:
            by_scope.setdefault(need.at.value, []).append(need)
        for scope, needs in by_scope.items():
            lines.append(f"  on {scope}")
            lines += [f"    {need.use.value.ljust(_USES)}  {need.action}" for need in needs]
    return lines or ["These rules propose no change: the applier needs nothing."]


def beside_lines() -> list[str]:
    """What either needs besides, and for what."""
    lines: list[str] = []
    for name in dict.fromkeys(one.name for one in BESIDE):
        lines.append(f"--with {name}")
        lines += [
            f"  {b.who.ljust(7)}  {b.action}\n           {b.why}{' (a data action)' * b.data}"
            for b in BESIDE
            if b.name == name
        ]
    return lines


def _role(
    name: str, description: str, actions: Iterable[str], scopes: Sequence[str], data: Iterable[str]
) -> dict[str, Any]:
    return {
        "Name": name,
        "IsCustom": True,
        "Description": description,
        "Actions": sorted(actions),
        "NotActions": [],
        "DataActions": sorted(data),
        "NotDataActions": [],
        "AssignableScopes": list(scopes) or [ANYWHERE],
    }

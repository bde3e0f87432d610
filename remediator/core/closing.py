"""Make before break: is a registry closed to the public only after every known pull arrives privately?

`flow/apply` asks before it makes a change that closes something; the plan has everything else before it (azure-facts
12, trap 25).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from remediator.core.change import Change, ChangeKind
from remediator.core.pull_path import PullPath, Verdict


def closes(change: Change) -> bool:
    """Whether the change shuts a public door: public access off, deny by default, fewer address rules."""
    if change.kind is not ChangeKind.UPDATE_REGISTRY:
        return False
    before, after = change.before or {}, change.after or {}
    fewer = set(before.get("ipRules", ())) - set(after.get("ipRules", before.get("ipRules", ())))
    return (
        str(after.get("publicNetworkAccess", "")).lower() == "disabled"
        or str(after.get("defaultAction", "")).lower() == "deny"
        or bool(fewer)
    )


def not_private_yet(
    change: Change, paths: Iterable[PullPath], counted: Collection[tuple[str, str]]
) -> tuple[PullPath, ...]:
    """The paths to the registry, among those that worked or were to be mended, that do not surely arrive privately."""
    return tuple(
        path
        for path in paths
        if path.registry == change.target
        and path.key in counted
        and not (path.verdict is Verdict.OK and dict(path.addresses).get(path.host))
    )

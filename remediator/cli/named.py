"""Which resource does a person mean? A name or an id, looked up in the snapshot; near matches when it is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from remediator.core.diagnosis import Focus
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot


def registry_named(text: str, snapshot: Snapshot) -> ResourceId:
    """The registry of an id, name or login server; `Rejected("registry-not-found" | "name-ambiguous")`."""
    hosts = {one.login_server.lower(): rid for rid, one in snapshot.registries.items()}
    wanted = text.strip().lower()
    if wanted in hosts:
        return hosts[wanted]
    unread = [r for r in snapshot.unreadable if r.is_a("Microsoft.ContainerRegistry/registries")]
    return _named(text, "registry", (*snapshot.registries, *unread))


def app_named(text: str, snapshot: Snapshot) -> ResourceId:
    """The app or job of an id or name; `Rejected("app-not-found" | "name-ambiguous")`."""
    unread = [r for r in snapshot.unreadable if r.type.lower() in ("microsoft.app/containerapps", "microsoft.app/jobs")]
    return _named(text, "app", (*snapshot.consumers, *unread))


def known_as(focus: Focus, snapshot: Snapshot) -> Focus:
    """The same focus in Azure's own casing: signals write ids in any."""
    return Focus(_own(focus.registry, snapshot.registries), _own(focus.consumer, snapshot.consumers))


def _own(rid: ResourceId | None, known: Mapping[ResourceId, object]) -> ResourceId | None:
    return next((own for own in known if own == rid), rid)


def _named(text: str, kind: str, known: Iterable[ResourceId]) -> ResourceId:
    wanted, candidates = text.strip(), sorted(set(known))
    if wanted.startswith("/"):
        found = [rid for rid in candidates if rid == ResourceId(wanted)]
    else:
        found = [rid for rid in candidates if rid.name.lower() == wanted.lower()]
    if len(found) == 1:
        return found[0]
    if found:
        listed = "".join(f"\n  {rid}" for rid in found)
        raise Rejected("name-ambiguous", f"{len(found)} resources are named {wanted!r}:{listed}", hint="give the id")
    raise Rejected(f"{kind}-not-found", f"no {kind} {wanted[:200]!r} was read", hint=_near(wanted, candidates, kind))


def _near(wanted: str, candidates: list[ResourceId], kind: str) -> str:
    names = {rid.name.lower(): rid.name for rid in candidates}
    near = difflib.get_close_matches(ResourceId(wanted).name.lower(), names, 3, 0.5)
    if near:
        return f"did you mean {' or '.join(names[name] for name in near)}?"
    if not names:
        return f"the estate holds no {kind} that could be read"
    return f"there are: {', '.join(sorted(names.values())[:10])}{', …' if len(names) > 10 else ''}"

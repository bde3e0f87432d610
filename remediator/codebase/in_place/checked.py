"""Does a way do what it should, and nothing else? The edited code is parsed and worked out again.

Two things are looked at: what everything else that is declared says before and after, and, for what cannot be worked
out, whether it hangs on a place that was changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from remediator.codebase.in_place.declared import Instance
from remediator.codebase.in_place.expr import Span
from remediator.codebase.in_place.goal import Goal
from remediator.codebase.in_place.locate import Declined, Site
from remediator.codebase.in_place.setting import Way
from remediator.codebase.in_place.value import Deps, plain, unread_deps
from remediator.codebase.in_place.worlds import parses, read_code

_SHAPE = ("count", "for_each", "depends_on", "dependsOn")


@dataclass(frozen=True, slots=True)
class Tried:
    """What a way leads to: the code afterwards, or None; `shared` is what else would change."""

    site: Site | None
    shared: str = ""


def tried(site: Site, way: Way, goal: Goal) -> Tried:
    """The code after a way; None where it does not parse, does not do it, or does more."""
    sources = dict(site.code.sources)
    for path in {edit.span.path for edit in way}:
        sources[path] = sources[path].edited(edit for edit in way if edit.span.path == path)
        if not parses(sources[path]):
            return Tried(None)
    hanging = next(_hanging(site, way, goal.may_change), None)
    if hanging is not None:
        return Tried(None, f"the place that decides it decides {_words(hanging)} as well")
    after = Site.of(read_code(site.code.language, sources, site.live.cloud, site.code), site.live)
    other = _other_change(site, after, goal)
    if other is not None:
        more = "other fields of " if goal.may_change(site, other) else ""
        return Tried(None, f"the place that decides it decides {more}{_words(other)} as well")
    try:
        return Tried(after) if goal.holds(after) else Tried(None)
    except Declined as why:
        return Tried(None, why.told.reason)


def _words(found: Instance) -> str:
    names = "/".join(found.names) if found.names is not None else "a resource whose name is not in the code"
    return f"{names} ({found.decl.symbol} in {found.decl.path}, {found.world})"


def _hanging(site: Site, way: Way, may_change: Callable[[Site, Instance], bool]) -> Iterator[Instance]:
    """Other resources of which something hangs on a place that is changed and cannot be worked out."""
    changed = [edit.span for edit in way]
    paths = {span.path for span in changed}
    for found in (one for world in site.code.worlds if paths & world.files for one in world.instances):
        if not may_change(site, found):
            deps = _unknown_deps(found)
            if any(_touches(span, deps) for span in changed):
                yield found


def _unknown_deps(found: Instance) -> Deps:
    deps = unread_deps(found.body)
    if found.names is None:
        deps |= found.name_deps
    if found.exists is None and found.guards is not None:
        deps |= found.guards.deps
    return deps


def _touches(changed: Span, deps: Iterable[Span]) -> bool:
    """Whether a changed stretch lies in, or holds, a literal; putting something into a container touches its shape."""
    for span in deps:
        if span.path != changed.path:
            continue
        if changed.start == changed.end:
            if span.start < changed.start < span.end:
                return True
        elif span.start < changed.end and changed.start < span.end:
            return True
    return False


def _other_change(before: Site, after: Site, goal: Goal) -> Instance | None:
    """What else is changed, gone or new; something new may only be where what it belongs to is."""
    old = {found.key: found for found in before.instances()}
    new = {found.key: found for found in after.instances()}
    for key, found in old.items():
        again = new.get(key)
        if again is found:
            continue
        if again is None or _told(before, found) != _told(after, again):
            mine = goal.may_change(before, found) or (again is not None and goal.may_change(after, again))
            if mine and (again is None or _only(goal, found, again)):
                continue
            return found
    worlds = _worlds(before, goal)
    made = [found for key, found in new.items() if key not in old]
    return next((one for one in made if not goal.may_change(after, one) or one.world not in worlds), None)


def _only(goal: Goal, before: Instance, after: Instance) -> bool:
    """Whether nothing else of the resource differs than what the wish is about."""
    paths = goal.paths(before)
    if paths is None or before.exists is False:
        return True
    return _without(_said(before), paths) == _without(_said(after), paths)


def _without(body: object, paths: tuple[tuple[str, ...], ...]) -> object:
    """A body without some of its fields, and without objects and lists that are empty then."""
    if isinstance(body, list):
        items = [_without(item, paths) for item in body]
        return [item for item in items if item not in ({}, [])]
    if not isinstance(body, dict):
        return body
    kept: dict[str, object] = {}
    for key, value in body.items():
        below = tuple(path[1:] for path in paths if path[0].lower() == str(key).lower())
        if () in below:
            continue
        left = _without(value, tuple(path for path in below if path)) if below else value
        if not below or left not in ({}, []):
            kept[str(key)] = left
    return kept


def _worlds(site: Site, goal: Goal) -> set[str]:
    """The deployments in which what the wish is about belongs to something."""
    owner = goal.owner(site)
    return {one.world for one in site.ones(owner) if one.exists is not False} if owner is not None else set()


def _told(site: Site, found: Instance) -> tuple[object, ...]:
    rid = site.id_of(found)
    return (found.type, rid.words if rid else found.why, found.exists, found.existing, str(_said(found)))


def _said(found: Instance) -> object:
    body = plain(found.body)
    return {key: value for key, value in body.items() if key not in _SHAPE} if isinstance(body, dict) else body

"""What would a person write where nothing is written for them? The reason and the code, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.codebase.in_place.goal import Goal
from remediator.codebase.in_place.locate import Site, is_terraform
from remediator.codebase.in_place.wishes import aside
from remediator.core.change import Change
from remediator.core.pull_request import Instruction, Tree

Told = tuple[Change, tuple[Goal, ...], Instruction | None, bool]
_MOST_UNREAD = 5


def instruction(why: Instruction, changes: Sequence[Told], site: Site, tree: Tree) -> Instruction:
    """The same reason, with a section for each change of the plan in its order."""
    language = "hcl" if is_terraform(site) else "bicep"
    lines: list[str] = []
    for change, goals, declined, right in changes:
        lines += [f"### {_escaped(change.summary)}", ""]
        done = aside(change)
        if done and not goals:
            lines += [f"{done[:1].upper()}{done[1:]}.", "", f"Resource: `{change.target.text}`", ""]
            continue
        if right:
            lines += ["The code says so already: deploy it again.", ""]
            continue
        if declined is not None:
            lines += [f"Not written here: {_escaped(declined.reason)}.", ""]
        lines += [f"Resource: `{change.target.text}`", ""]
        for goal in goals:
            lines += [f"```{language}", goal.told(site), "```", ""]
    if tree.unread:
        unread = ", ".join(f"`{path}`" for path in tree.unread[:_MOST_UNREAD])
        lines += [f"Not read, because too large or no text: {unread}.", ""]
    return Instruction(why.code, why.reason, "\n".join(lines).rstrip() + "\n")


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text).replace("\n", " ")

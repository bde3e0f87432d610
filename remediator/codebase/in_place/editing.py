"""How is a plan put into the code that declares the network already? One smallest edit after the other.

Called by `codebase.draft`. Each change is a wish (`goal`); its ways are tried one by one and the first that does what
it should, and nothing else, is taken. Where one change cannot be written with certainty nothing is: the order of a plan
is part of it, and half of it may close what the other half had to open before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remediator.codebase.in_place.checked import tried
from remediator.codebase.in_place.goal import Goal
from remediator.codebase.in_place.instruct import instruction
from remediator.codebase.in_place.locate import Declined, Site
from remediator.codebase.in_place.parameters import passed_by_pipeline, pipelines
from remediator.codebase.in_place.setting import Way
from remediator.codebase.in_place.source import Source
from remediator.codebase.in_place.wishes import aside, notes_on, wishes
from remediator.codebase.in_place.worlds import is_root, parameter_at, read_code
from remediator.core.change import Change
from remediator.core.code_home import CodeHome, Language
from remediator.core.pull_request import CommitDraft, Draft, FileText, Instruction, Task, Tree

_READ = {
    Language.BICEP: (".bicep", ".bicepparam", ".json"),
    Language.TERRAFORM: (".tf", ".tfvars", ".tf.json"),
}
# What a person has to know first: what is not declared often follows from what could not be told.
_DECISIVE = (
    "code-says-so-already",
    "code-not-parsed",
    "code-ambiguous",
    "code-shared",
    "code-ignored",
    "code-value-unknown",
    "code-elsewhere",
    "code-not-located",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: the code afterwards, or why not. `right` says that the code had it already."""

    change: Change
    goals: tuple[Goal, ...]
    site: Site
    declined: Instruction | None = None
    right: bool = False

    @property
    def aside(self) -> str:
        """What is done in Azure because no code declares it."""
        return aside(self.change) if not self.goals and self.declined is None else ""


def edit(task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
    """The commits, one for each change that the code has not; an `Instruction` where one cannot be written.

    Files that have nothing to do with it, and every byte around an edit, stay as they are.
    """
    sources = {
        path: Source.of(path, text) for path, text in tree.files.items() if path.lower().endswith(_READ[home.language])
    }
    site = Site.of(read_code(home.language, sources, task.live.cloud), task.live)
    outcomes: list[Outcome] = []
    scripts = pipelines({path: text for path, text in tree.files.items() if path not in sources})
    for change in task.plan.changes:
        outcomes.append(_put(change, task, site, scripts))
        site = outcomes[-1].site
    told = [one.declined for one in outcomes if one.declined is not None]
    if told:
        declined = min(told, key=lambda one: _DECISIVE.index(one.code) if one.code in _DECISIVE else len(_DECISIVE))
        return instruction(declined, [(one.change, one.goals, one.declined, one.right) for one in outcomes], site, tree)
    if not outcomes:
        return Draft(())
    if all(one.aside for one in outcomes):
        done = Instruction("code-not-written", "; ".join(dict.fromkeys(one.aside for one in outcomes)))
        return instruction(done, [(one.change, (), None, False) for one in outcomes], site, tree)
    if all(one.right for one in outcomes):
        reason = "the code declares all of this already; deploying it again mends what was changed by hand"
        right = Instruction("code-says-so-already", reason)
        return instruction(right, [(one.change, one.goals, None, True) for one in outcomes], site, tree)
    return _drafted(outcomes, sources, task)


def _put(change: Change, task: Task, site: Site, scripts: Mapping[str, str]) -> Outcome:
    goals: tuple[Goal, ...] = ()
    here, right = site, True
    try:
        goals = wishes(change, task)
        for goal in goals:
            if goal.holds(here):
                continue
            right = False
            here = _made(goal, here, scripts)
    except Declined as declined:
        return Outcome(change, goals, site, declined.told)
    except RecursionError:
        return Outcome(change, goals, site, Instruction("code-not-parsed", "the code is nested too deeply to be read"))
    return Outcome(change, goals, here, None, right)


def _made(goal: Goal, site: Site, scripts: Mapping[str, str]) -> Site:
    shared = ""
    tries = 0
    for way in goal.ways(site):
        tries += 1
        _not_passed(site, way, scripts)
        found = tried(site, way, goal) if way else None
        if found is not None and found.site is not None:
            return found.site
        shared = shared or (found.shared if found is not None else "")
    if shared:
        raise Declined(Instruction("code-shared", shared))
    reason = "no single place in the code decides it" if not tries else "the edit could not be confirmed by reading it"
    raise Declined(Instruction("code-value-unknown", reason))


def _not_passed(site: Site, way: Way, scripts: Mapping[str, str]) -> None:
    """A default that a pipeline seems to replace does not decide, and a module's own default is not this call's."""
    for edit in way:
        name = parameter_at(site.code, edit.span)
        if name is not None and not is_root(site.code, edit.span.path):
            reason = f"it is the default {name} of the module {edit.span.path}, which others may call"
            raise Declined(Instruction("code-shared", reason))
        by = passed_by_pipeline(name, scripts) if name is not None else None
        if by is not None:
            reason = f"{by} seems to pass {name}, so that its default does not count"
            raise Declined(Instruction("code-value-unknown", reason))


def _drafted(outcomes: Sequence[Outcome], sources: dict[str, Source], task: Task) -> Draft:
    commits: list[CommitDraft] = []
    notes: list[str] = []
    before = dict(sources)
    for one in outcomes:
        after = one.site.code.sources
        files = tuple(
            FileText(path, source.text) for path, source in sorted(after.items()) if source != before.get(path)
        )
        before = dict(after)
        if one.right and not one.aside:
            first = "already; deploying it again is enough" if before == sources else "with what is changed before"
            notes.append(f"{one.change.summary}: the code says so {first}.")
        if files:
            reason = f"\n\n{one.change.reason[:1].upper()}{one.change.reason[1:]}." if one.change.reason else ""
            commits.append(CommitDraft(f"{one.change.summary}{reason}", files))
        notes += notes_on(one.change, one.site, task)
    return Draft(tuple(commits), tuple(dict.fromkeys(notes)))

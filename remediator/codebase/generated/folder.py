"""How does a plan become the commits of our own folders? One commit for each change, each leaving whole files.

Called by `draft`. A folder declares what it declared before and what the plan makes or changes, with the values that
the estate has after it. What was not read is never dropped: then nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from remediator.codebase.generated import handover
from remediator.codebase.generated.book import Book, Marks, NotKnown
from remediator.codebase.generated.held import fact_of
from remediator.codebase.generated.marks import declared, in_another_language, own_paths, place, subscriptions
from remediator.codebase.generated.owner import owners
from remediator.codebase.generated.unsaid import Unsaid, left_over, told, unsaid
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, Language
from remediator.core.effect import effect
from remediator.core.pull_request import CommitDraft, Draft, FileText, Instruction, Task, Tree
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Peering, Snapshot, Unknown

ALL_DECLARED = "The code declares all of this already; deploying it again makes the changes."
_UP_TO_DATE = "Bring {} up to date with what stands in Azure"
_ADOPTED = (
    "{} in {} was there before, and this folder declares it from now on. If other code declares it, say the change "
    "there instead and close this request."
)
_DELETES = (ChangeKind.DELETE_ENDPOINT, ChangeKind.DELETE_PEERING)


class _NotOurs(Exception):
    """A file of somebody else is where one of ours goes."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A commit to be: its message, and what its folder declares in which world."""

    message: str
    book: Book
    marks: Marks
    world: Snapshot


@dataclass(slots=True)
class _Work:
    """The plan gone through: the world by now, the steps, and what code does not say."""

    live: Snapshot
    world: Snapshot
    final: Snapshot
    steps: list[_Step] = field(default_factory=list)
    left: list[Unsaid] = field(default_factory=list)
    adopted: list[ResourceId] = field(default_factory=list)


def write(task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
    """The commits, or an instruction: code can say none of it (`code-not-safe`), a file of somebody else or of another
    language is in the way (`code-not-ours`), or a folder declares what was not read (`code-not-known`)."""
    marks = declared(tree, home)
    names = owners(task, marks)
    folders = tuple(dict.fromkeys(names))
    unread = next((p for p in tree.unread for name in folders if p.startswith(place(home, name) + "/")), None)
    if unread is not None:
        return Instruction("code-not-known", f"{unread} could not be read, and what it declares is not known")
    other = in_another_language(tree, home, folders)
    if other is not None:
        return Instruction("code-not-ours", f"{other} declares the same in another language; only one of them can stay")
    by_policy = handover.kept_by_policy(task.live)
    books = {
        name: Book(name, home, task.live, by_policy, marks.get(name, {}), subscriptions(tree, home, name))
        for name in folders
    }
    work = _Work(task.live, task.live, _after(task))
    first = [_Step(_UP_TO_DATE.format(book.name), book, book.marks, task.live) for book in books.values()]
    for change, name in zip(task.plan.changes, names, strict=True):
        _take(work, books[name], change)
    if task.plan and not work.steps:
        reason = "no change of the plan can be said safely in code that does not own the registry"
        return Instruction("code-not-safe", reason, told(work.left))
    try:
        written = [name for name, book in books.items() if any(step.book is book for step in work.steps)]
        steps = [*(step for step in first if step.book.name in written), *work.steps]
        commits = tuple(_commits(work, steps, [books[name] for name in written], tree))
    except NotKnown as why:
        return Instruction("code-not-known", str(why))
    except _NotOurs as why:
        return Instruction("code-not-ours", f"{why} is not a file of ours, and is not overwritten")
    return Draft(commits, tuple(_notes(task, work, books.values(), commits, home.language)))


def _take(work: _Work, book: Book, change: Change) -> None:
    """One change: into its folder, or to what is left to people."""
    language, target = book.home.language, change.target
    declares = book.declares(target)
    before, work.world = work.world, _with(work.world, change)
    why_not = (
        handover.left_to_policy(change, book.by_policy)
        or handover.written_anyway(work.live, before, change)
        or unsaid(change, language)
    )
    rest = None if _is_made(before, change) else left_over(change, language, declares=declares)
    work.left += [one for one in (why_not, rest) if one is not None]
    if why_not is not None:
        return
    if change.kind not in _DELETES:
        holder = book.holder(target)
        adopted = _is_there(before, holder)
        if adopted and not declares:
            work.adopted.append(holder)
        book.add(target, adopted=adopted)
        for record in handover.taken_over(before, work.world, change, book.marks):
            book.release(record)
    elif declares and not _is_there(work.final, target):  # what the plan makes again stays
        book.drop(target)
    else:
        return
    work.steps.append(_Step(_message(change), book, book.marks, work.world))


def _commits(work: _Work, steps: Iterable[_Step], books: Iterable[Book], tree: Tree) -> Iterator[CommitDraft]:
    """A commit for each step that changes a file; a file that is already as it will be in the end stays."""
    texts = dict(tree.files)
    own = {path for book in books for path in own_paths(tree, book.home, book.name)}
    ends = {path: text for book in books for path, text in book.files(book.marks, work.final, work.final).items()}
    for step in steps:
        wanted = step.book.files(step.marks, step.world, work.final)
        strange = sorted(path for path in wanted if path in tree.files and path not in own)
        if strange:
            raise _NotOurs(strange[0])
        own |= set(wanted)
        kept = {path for path, text in tree.files.items() if texts.get(path) == text == ends.get(path)}
        files = tuple(_changed(step.book, wanted, texts, own - kept))
        for file in files:
            texts = {path: text for path, text in texts.items() if path != file.path}
            texts |= {file.path: file.text} if file.text is not None else {}
        if files:
            yield CommitDraft(step.message, files)


def _changed(
    book: Book, wanted: Mapping[str, str], texts: Mapping[str, str], own: AbstractSet[str]
) -> Iterator[FileText]:
    inside = place(book.home, book.name) + "/"
    for path in sorted(path for path in own if path.startswith(inside)):
        if texts.get(path) != wanted.get(path):
            yield FileText(path, wanted.get(path))


def _notes(
    task: Task, work: _Work, books: Iterable[Book], commits: tuple[CommitDraft, ...], language: Language
) -> Iterator[str]:
    exempted = {rid for book in books for rid in book.exempted}
    targets = {change.target for change in task.plan.changes}
    notes = [_ADOPTED.format(_named(rid), rid.resource_group) for rid in work.adopted]
    notes += [one.note for one in work.left]
    notes += handover.notes(task.live, targets, exempted, language)
    folders = sorted({file.path.rpartition("/")[0] for commit in commits for file in commit.files})
    if len(folders) > 1:
        notes.append(f"Deploy the folders one after the other, so that links come last: {', '.join(folders)}.")
    yield from dict.fromkeys(notes if commits or not task.plan else (*notes, ALL_DECLARED))


def _named(rid: ResourceId) -> str:
    return f"{rid.parent.name}/{rid.name}" if rid.parent else rid.name


def _after(task: Task) -> Snapshot:
    world = task.live
    for change in task.plan.changes:
        world = _with(world, change)
    return world


def _with(world: Snapshot, change: Change) -> Snapshot:
    """The world after a change; one that was made already makes nothing anew."""
    return world if _is_made(world, change) else effect(world, change)


def _is_made(world: Snapshot, change: Change) -> bool:
    """Whether a creation or deletion was made already: a peering is deleted because it is disconnected."""
    fact = fact_of(world, change.target)
    if change.deletes:
        return fact is None or (isinstance(fact, Peering) and fact.state.lower() != "disconnected")
    return change.creates and _is_there(world, change.target)


def _is_there(world: Snapshot, rid: ResourceId) -> bool:
    fact = fact_of(world, rid)
    return fact is not None and not isinstance(fact, Unknown)


def _message(change: Change) -> str:
    """What is done in the first line, and then why."""
    lines = [change.summary, "", *([f"Why: {change.reason}."] if change.reason else []), f"Rule: {change.rule}"]
    return "\n".join(" ".join(line.split()) for line in lines)

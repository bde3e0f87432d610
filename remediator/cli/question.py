"""What was asked about, and what is the answer? The options that `diagnose` and `plan` share.

Names, signals and texts only say where to look: each is resolved against the snapshot, and the model judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from remediator import bootstrap
from remediator.bootstrap import offline
from remediator.cli import read
from remediator.cli.named import app_named, known_as, registry_named
from remediator.cli.payload import Parsed, caused_by_payload, focus_of_payload, signals_in
from remediator.core.azure_write import AzureWrite
from remediator.core.cloud import login_server_of
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, Focus, diagnose
from remediator.core.errors import Rejected
from remediator.core.foresight import Foresight
from remediator.core.plan import Plan
from remediator.core.pull_error import PullError, classify
from remediator.core.record_writers import two_writers
from remediator.core.signal import Signal
from remediator.core.snapshot import Snapshot
from remediator.core.subject import concerned
from remediator.core.testimony import weigh
from remediator.core.words import counted

Command = TypeVar("Command", bound=Callable[..., Any])
MOST_NOTES = 5


@dataclass(frozen=True, slots=True)
class Question:
    """The options as they were given."""

    estate: Path | None = None
    registry: str | None = None
    app: str | None = None
    signal: Path | None = None
    text: Path | None = None
    policy: Path | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer.

    `notes` are sentences on where it looked, `remarks` such as are no findings but have to be known; `said` is what the
    given text means, `caused_by` the write behind the findings, where the given payload tells of it. `nothing_asked`
    says why nothing was looked at, "" where something was; `stopped` why every write is stopped, "" where it is not.
    """

    diagnosis: Diagnosis
    desired: DesiredState
    snapshot: Snapshot
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    said: PullError | None = None
    caused_by: AzureWrite | None = None
    nothing_asked: str = ""
    stopped: str = ""


def options(command: Command) -> Command:
    """The options of a question on a command."""
    path = click.Path(path_type=Path, allow_dash=True)
    for option in reversed(
        (
            click.option("--estate", type=path, help="Look at an estate file; no credentials are needed."),
            click.option("--registry", help="Only this registry: its id or name."),
            click.option("--app", help="Only this app or job: its id or name."),
            click.option("--signal", type=path, help="Look where an event or alert payload points."),
            click.option("--text", type=path, help="Look where the text of a failed pull points."),
            click.option("--policy", type=path, help="The desired-state document."),
        )
    ):
        command = option(command)
    return command


def answer(question: Question) -> Reply:
    """Read, resolve, diagnose. Raises the errors of core.errors."""
    stopped = bootstrap.stopped(bootstrap.settings()) if question.estate is None else ""
    return replace(_answered(question), stopped=stopped)


def _answered(question: Question) -> Reply:
    desired, snapshot = _desired(question), _snapshot(question)
    notes: list[str] = []
    focus = Focus(
        registry_named(question.registry, snapshot) if question.registry else None,
        app_named(question.app, snapshot) if question.app else None,
    )
    named = focus != Focus()
    nothing_asked = ""
    parsed: Sequence[Parsed] = ()
    if question.signal is not None:
        parsed = signals_in(read.text_of(question.signal))
        pointed = focus_of_payload(parsed, snapshot)
        notes += pointed.notes
        nothing_asked = "; ".join(pointed.notes) if pointed.focus is None else ""
        focus = focus if named or pointed.focus is None else pointed.focus
    said = _said(question, parsed)
    if said is not None:
        focus = focus if named else _with_registry(focus, said, snapshot)
        notes += _notes_on(said, focus, snapshot)
    if not named and (nothing_asked or _of_strangers(said)):
        return Reply(_nothing(said, snapshot), desired, snapshot, tuple(notes), (), said, None, nothing_asked)
    focus = known_as(focus, snapshot)
    found = diagnose(desired, snapshot, focus, said)
    by = caused_by_payload(parsed, found)
    return Reply(found, desired, snapshot, tuple(notes), _at_odds(snapshot, found), said, by)


def _said(question: Question, parsed: Sequence[Parsed]) -> PullError | None:
    """What the given text means, else the last text that the payload carries."""
    if question.text is not None:
        return classify(read.text_of(question.text))
    texts = [one.text for one in parsed if isinstance(one, Signal) and one.text]
    return classify(texts[-1]) if texts else None


def _of_strangers(said: PullError | None) -> bool:
    """Whether the text is about a registry that no network change of ours can mend."""
    return said is not None and said.registry is not None and not said.managed


def _at_odds(snapshot: Snapshot, found: Diagnosis) -> tuple[str, ...]:
    """Records of the registries in question that two write to, as the records say themselves."""
    registries = concerned(found) if found.focus != Focus() else (None,)
    sentences = [writers.sentence for registry in registries for writers in two_writers(snapshot, registry)]
    more = [f"and {counted(len(sentences) - MOST_NOTES, 'more record')}"] if len(sentences) > MOST_NOTES else []
    return (*(f"two writers: {sentence}" for sentence in sentences[:MOST_NOTES]), *more)


def _desired(question: Question) -> DesiredState:
    if question.policy is not None:
        return offline.desired_of(question.policy)
    if question.estate is not None:
        return DesiredState()
    return bootstrap.desired_states(bootstrap.settings()).load()


def _snapshot(question: Question) -> Snapshot:
    if question.estate is not None:
        return offline.snapshot_of_estate(question.estate)
    return bootstrap.reader(bootstrap.settings()).observe()


def _with_registry(focus: Focus, said: PullError, snapshot: Snapshot) -> Focus:
    """The registry that a text names, where no other hint did."""
    registry = _registry_of(said, snapshot)
    return Focus(registry.id, focus.consumer) if registry is not None and focus.registry is None else focus


def _registry_of(said: PullError, snapshot: Snapshot) -> Any:
    host = login_server_of(said.registry or "") if said.managed else None
    return snapshot.registry_of_host(host) if host else None


def _notes_on(said: PullError, focus: Focus, snapshot: Snapshot) -> list[str]:
    """Where a text did not lead; what it is worth beside the configuration is the diagnosis's own to say."""
    if said.registry is None or _of_strangers(said) or _registry_of(said, snapshot) is not None:
        return []
    instead = "everything was looked at" if focus == Focus() else "what was named otherwise was looked at"
    return [f"no registry that was read answers to {said.registry}: {instead}"]


def _nothing(said: PullError | None, snapshot: Snapshot) -> Diagnosis:
    testimony = weigh(said, (), snapshot).testimony if said is not None else None
    return Diagnosis(Focus(), (), (), Plan(()), Foresight(), None, testimony)


def narrowed(reply: Reply) -> Reply:
    """The reply about the one registry that a wide question led to; `Rejected("plan-too-wide")` where it led to many.

    An incident is about one subject, and a plan is saved for one incident.
    """
    found = reply.diagnosis
    if not found.plan or found.focus != Focus():
        return reply
    mended = {path.registry for path in found.foresight.mended} or set(concerned(found))
    only = next(iter(mended)) if len(mended) == 1 else None
    if only is None:
        raise Rejected(
            "plan-too-wide", "saving a plan: it is about several registries", hint="name one with --registry or --app"
        )
    again = diagnose(reply.desired, reply.snapshot, Focus(only), reply.said)
    return replace(reply, diagnosis=again)

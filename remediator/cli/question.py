"""What was asked about, and what is the answer? The options that `diagnose` and `plan` share.

Names, signals and texts only say where to look: each is resolved against the snapshot, and the model judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from remediator.core.pull_sign import Cause
from remediator.core.record_writers import two_writers
from remediator.core.snapshot import Snapshot
from remediator.core.subject import concerned
from remediator.core.words import counted

Command = TypeVar("Command", bound=Callable[..., Any])
MOST_NOTES = 5
# Causes that a missing or half-built private path can have; what the others need is no change of a network.
ABOUT_THE_NETWORK = frozenset(
    {
        Cause.firewall_denied,
        Cause.dns_failure,
        Cause.timeout_unreachable,
        Cause.tls_error,
        Cause.data_endpoint_blocked,
        Cause.auth_unauthorized,
        Cause.unknown,
    }
)


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
    """The answer: `notes` are sentences for people and programs, `said` is what the given text means, `caused_by` the
    write behind the findings, where the given payload tells of it."""

    diagnosis: Diagnosis
    snapshot: Snapshot
    notes: tuple[str, ...] = ()
    said: PullError | None = None
    caused_by: AzureWrite | None = None


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
    desired, snapshot = _desired(question), _snapshot(question)
    notes: list[str] = []
    said: PullError | None = None
    focus = Focus(
        registry_named(question.registry, snapshot) if question.registry else None,
        app_named(question.app, snapshot) if question.app else None,
    )
    named = focus != Focus()
    nothing_asked = False
    parsed: Sequence[Parsed] = ()
    if question.signal is not None:
        parsed = signals_in(read.text_of(question.signal))
        pointed = focus_of_payload(parsed, snapshot)
        notes += pointed.notes
        nothing_asked = pointed.focus is None
        focus = focus if named or pointed.focus is None else pointed.focus
    if question.text is not None:
        said = classify(read.text_of(question.text))
        notes += _notes_on(said, snapshot)
        nothing_asked = nothing_asked or (said.registry is not None and not said.managed)
        focus = focus if named else _with_registry(focus, said, snapshot)
    if nothing_asked and not named:
        return Reply(_nothing(), snapshot, tuple(notes), said)
    focus = known_as(focus, snapshot)
    found = diagnose(desired, snapshot, focus, said)
    notes += _at_odds(snapshot, found)
    return Reply(found, snapshot, tuple(notes), said, caused_by_payload(parsed, found))


def _at_odds(snapshot: Snapshot, found: Diagnosis) -> list[str]:
    """Records of the registries in question that two write to, as the records say themselves."""
    registries = concerned(found) if found.focus != Focus() else (None,)
    sentences = [writers.sentence for registry in registries for writers in two_writers(snapshot, registry)]
    more = [f"and {counted(len(sentences) - MOST_NOTES, 'more record')}"] if len(sentences) > MOST_NOTES else []
    return [f"two writers: {sentence}" for sentence in sentences[:MOST_NOTES]] + more


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


def _notes_on(said: PullError, snapshot: Snapshot) -> list[str]:
    """What a person has to know of the text; the configuration decides in any case."""
    notes = [f"the text says {said.cause} (confidence {said.confidence}); the configuration decides"]
    if said.registry is not None and not said.managed:
        return [f"the text is about {said.registry}, which is no registry of Azure: no network change will mend it"]
    if said.registry is not None and _registry_of(said, snapshot) is None:
        notes.append(f"no registry that was read answers to {said.registry}: everything was looked at")
    if said.cause not in ABOUT_THE_NETWORK:
        notes.append("this is not a network matter: the private path may be whole")
    return notes


def _nothing() -> Diagnosis:
    return Diagnosis(Focus(), (), (), Plan(()), Foresight(), None)


def narrowed(question: Question, reply: Reply) -> Reply:
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
    again = diagnose(_desired(question), reply.snapshot, Focus(only), reply.said)
    return Reply(again, reply.snapshot, reply.notes, reply.said, reply.caused_by)

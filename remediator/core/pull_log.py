"""What do the pullers of environments say in their logs, and where is it to be asked?

`flow/evidence` asks what failed where an alert says no word of it, `flow/seen_in_logs` what was pulled after a change;
`adapters/azure/pull_logs` answers. Lines are texts from outside: hints, bounded, and never the choice of a target.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Environment, Snapshot
from remediator.core.unknown import Unknown

# A question names no more apps than this; beyond it, it asks about every app of the environments.
MOST_APPS = 20


class Ended(StrEnum):
    """How the pulls that are asked about ended."""

    FAILED = "failed"
    PULLED = "pulled"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of an environment's system log: `app` names an app or job, `text` is what was said, without secrets."""

    at: datetime
    app: str
    environment: str
    text: str


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where lines are: a workspace by its customer id or its resource id, and the names that its environments have.

    `apps` are names of apps and jobs; () asks about all of them, and so does () for `environments`.
    """

    workspace: str | ResourceId
    environments: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()


class PullLogs(Protocol):
    """Reads what pullers have written. A line that is missing says nothing: it may be late, or in a table closed to
    us."""

    def lines(self, place: LogPlace, ended: Ended, since: datetime, until: datetime) -> tuple[LogLine, ...] | Unknown:
        """Lines about pulls that ended so, newest first; Unknown where the workspace cannot be read."""
        ...


def places_of(
    consumers: Iterable[ResourceId], live: Snapshot, elsewhere: Sequence[ResourceId] = ()
) -> tuple[LogPlace | Unknown, ...]:
    """Where the lines of these apps and jobs are: one place for each workspace, with why there is none for the others.

    An environment says itself where its log goes; where it leaves that to Azure Monitor, the workspaces of the alert
    (`elsewhere`) are asked.
    """
    homes: dict[str | ResourceId, dict[str, None]] = {}
    named: dict[str | ResourceId, dict[str, None]] = {}
    lost: dict[str, None] = {}
    for rid in consumers:
        found = _home(live.consumers.get(rid), live)
        if isinstance(found, Unknown):
            lost[found.reason] = None
            continue
        workspaces = (found.log_workspace,) if found.log_workspace else tuple(elsewhere)
        if not workspaces:
            lost[f"the log of environment {found.id.name} {_gone_to(found)}"] = None
        for workspace in workspaces:
            homes.setdefault(workspace, {}).update(dict.fromkeys(_names(found)))
            named.setdefault(workspace, {})[rid.name] = None
    places = (LogPlace(w, tuple(homes[w]), tuple(named[w]) if len(named[w]) <= MOST_APPS else ()) for w in homes)
    return (*places, *(Unknown(reason) for reason in lost))


def _home(consumer: Consumer | None, live: Snapshot) -> Environment | Unknown:
    if consumer is None or consumer.environment is None:
        return Unknown("an app whose environment is not known")
    found = live.look_up(live.environments, consumer.environment)
    return found or Unknown(f"environment {consumer.environment.name} is gone")


def _gone_to(environment: Environment) -> str:
    return "goes to Azure Monitor, and no workspace is named" if environment.log_destination else "is not kept"


def _names(environment: Environment) -> Iterator[str]:
    """The name that its lines bear; the first label of its domain too, by which the platform names it as well."""
    yield environment.id.name
    if environment.domain:
        yield environment.domain.partition(".")[0]

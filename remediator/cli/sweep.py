"""`remediator sweep`: what is wrong with all registries? Reads few wide pages; changes and opens nothing by itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap import offline
from remediator.bootstrap.sweeping import wide_reader
from remediator.cli import out
from remediator.core.desired import DesiredState
from remediator.core.sweep import OpenedPart, SweepScope, Swept, WideEstate, judged, together
from remediator.core.words import counted
from remediator.flow.sweeping import swept
from remediator.views.sweep import sweep_csv, sweep_document, sweep_lines, unseen_lines

DRIFT = 3
SECONDS = 1.0  # between two words about how far it is


@click.command("sweep")
@click.option("--subscription", "subscriptions", multiple=True, help="Only this subscription; several times for more.")
@click.option("--management-group", "groups", multiple=True, help="What is below this management group.")
@click.option("--estate", type=click.Path(path_type=Path), help="An estate file; no credentials are needed.")
@click.option("--policy", type=click.Path(path_type=Path), help="The desired-state document.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--csv", "as_csv", is_flag=True, help="A line for each registry and finding.")
@click.option("--detailed-exit-code", is_flag=True, help="End with 3 where anything was found.")
@click.option("--open", "opens", is_flag=True, help="Open an incident for what no event has told of.")
@click.pass_context
def command(
    ctx: click.Context,
    subscriptions: tuple[str, ...],
    groups: tuple[str, ...],
    estate: Path | None,
    policy: Path | None,
    as_json: bool,
    as_csv: bool,
    detailed_exit_code: bool,
    opens: bool,
) -> None:
    """Judge every registry and every known consumer, in Azure or in an estate file.

    Azure is read with Resource Graph, a thousand rows at a time, and judged in parts. What the identity cannot see is
    unknown. Without options it looks at the subscriptions of the settings or of the desired state, else at all that can
    be seen.
    """
    if (as_json and as_csv) or (subscriptions and groups) or (estate and (subscriptions or groups or opens)):
        raise click.UsageError("these options do not go together")
    if estate is not None:
        wide, found = None, together([judged(offline.desired_of(policy), _of_file(estate))])
    else:
        wide, found = _of_azure(SweepScope(subscriptions, groups), policy, opens)
    if as_json:
        out.document(sweep_document(found, wide))
    elif as_csv:
        out.show(sweep_csv(found))
        for line in unseen_lines(wide):
            out.say(line)
    else:
        out.show("\n".join((out.heading("Sweep"), *sweep_lines(found, wide, out.width()))))
    if detailed_exit_code and found.seen:
        ctx.exit(DRIFT)


def _of_file(estate: Path) -> OpenedPart:
    return OpenedPart(offline.snapshot_of_estate(estate))


def _of_azure(scope: SweepScope, policy: Path | None, opens: bool) -> tuple[WideEstate, Swept]:
    settings = bootstrap.settings()
    reader = wide_reader(settings)
    desired = offline.desired_of(policy) if policy else bootstrap.desired_states(settings).load()
    if scope == SweepScope():
        scope = reader.scope()
    if not opens:
        with Progress() as told:
            return swept(reader, desired, scope, told)
    with bootstrap.build(settings) as runtime:
        return _opened(runtime, desired, scope)


def _opened(runtime: bootstrap.Runtime, desired: DesiredState, scope: SweepScope) -> tuple[WideEstate, Swept]:
    """Sweep, and make known what nobody knows."""
    from remediator.bootstrap.sweeping import sweeper

    sweeping = sweeper(runtime).sweeping
    with Progress() as told:
        wide, found = swept(sweeping.reader, sweeping.with_openings(desired), scope, told)
    made = sweeping.make_known(found, runtime.ids.new(), desired)
    missed = made.missed.total()
    out.say(f"{counted(len(made.opened), 'incident')}, {counted(missed, 'finding')} of which no event had told")
    if made.left:
        out.say(f"{counted(made.left, 'subject')} left for the next sweep")
    return wide, found


class Progress:
    """Says on stderr how far it is, about once a second; over the same line where a person looks."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._said = float("-inf")

    def __call__(self, words: str) -> None:
        """Say it, unless something was said just now."""
        now = self._now()
        if now - self._said < SECONDS:
            return
        self._said = now
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{words}", err=True, nl=False)
        else:
            out.say(words)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)

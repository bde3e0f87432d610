"""`remediator replay`: what would a policy have done with the past?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap.capsules import Capsule, opened
from remediator.bootstrap.offline import desired_of
from remediator.bootstrap.replaying import replayed
from remediator.cli import out, read
from remediator.cli.replay_sources import Sources, from_incidents, from_payloads
from remediator.core.capsule import judged
from remediator.core.replay import Played, differences, score
from remediator.views.changes import mark_of
from remediator.views.document import SCHEMA, diagnosis_document
from remediator.views.replay import compared, details, replay_document, sentence, terminal
from remediator.views.wording import headline, ruling_sentence

DIFFERS = 3
A_FEW = 10  # worlds between two words
_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("replay")
@click.option("--events", type=_FOLDER, help="A folder of captured event and alert payloads.")
@click.option("--since", help="The stored incidents of that time, such as 30d.")
@click.option("--capsule", type=_FILE, help="A file that `incidents export` wrote.")
@click.option("--policy", type=_FILE, help="The desired-state document to try.")
@click.option("--against", type=_FILE, help="The one to compare with; by default the present one, where there is one.")
@click.option("--estate", type=click.Path(path_type=Path), help="An estate file, or the name of one that comes along.")
@click.option("--estates", type=_FOLDER, help="Estate files, each named as its payload or incident.")
@click.option("--yes", "say_yes", is_flag=True, help="Play people who approve whatever they are asked.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    events: Path | None,
    since: str | None,
    capsule: Path | None,
    policy: Path | None,
    against: Path | None,
    estate: Path | None,
    estates: Path | None,
    say_yes: bool,
    as_json: bool,
) -> None:
    """Play captured signals again under a policy, in a sandbox. Nothing is ever written to Azure.

    Without an estate file what is there now is read first. Ends with 3 where a capsule does not give what it says.
    """
    if sum(one is not None for one in (events, since, capsule)) != 1:
        raise click.UsageError("one of --events, --since and --capsule says what is played")
    if capsule is not None:
        if not _capsule(opened(read.json_of(capsule, "a capsule")), policy, as_json=as_json):
            ctx.exit(DIFFERS)
        return
    sources = from_payloads(events, estate, estates) if events else from_incidents(since or "", estate, estates)
    present = bootstrap.settings().desired_state
    policy, against = policy or present, against or (present if policy is not None and policy != present else None)
    for one in (policy, against):
        desired_of(one)  # every mistake before anything is played
    told = _progress(len(sources.worlds))
    ours = replayed(sources.worlds, policy, say_yes=say_yes, told=told)
    other = replayed(sources.worlds, against, say_yes=say_yes, told=told) if against is not None else None
    _told(sources, ours, other, as_json=as_json)


def _progress(count: int) -> Callable[[int], None]:
    """Says how far it is, of many."""

    def told(number: int) -> None:
        if number % A_FEW == 0:
            out.say(f"playing {number:,} of {count:,}")

    return told


def _told(sources: Sources, ours: Sequence[Played], other: Sequence[Played] | None, *, as_json: bool) -> None:
    if as_json:
        out.document(replay_document(ours, other, sources.notes))
        return
    for note in sources.notes:
        out.say(note)
    lines = [out.heading(sentence(score(ours))), details(score(ours)), "", *terminal(ours, out.width())]
    if other is not None:
        lines += ["", out.heading(f"The other policy {sentence(score(other))}")]
        lines += compared(differences(ours, other), out.width())
    out.show("\n".join(lines))


def _capsule(found: Capsule, policy: Path | None, *, as_json: bool) -> bool:
    """Diagnose a capsule and say whether it gives what it says; with another policy that is not asked."""
    diagnosis = found.diagnose(desired_of(policy) if policy is not None else None)
    now = judged(diagnosis)
    same = now == found.told or policy is not None
    if as_json:
        told = {"same": now == found.told, "findings": found.told.rules, "plan": list(found.told.plan)}
        out.document({**diagnosis_document(diagnosis), "schema": SCHEMA, "capsule": told})
        return same
    lines = [out.heading(headline(diagnosis))]
    lines += [f"{one.rule}: {one.summary}" for one in diagnosis.findings] or ["nothing was found"]
    lines += ["", *(f"{mark_of(one)} {one.kind.value}: {one.summary}" for one in diagnosis.plan.changes)]
    lines += [f"Policy: {ruling_sentence(diagnosis.ruling)}"]
    if policy is None:
        what = f"{', '.join(found.told.rules) or 'nothing'}; plan {', '.join(found.told.plan) or 'none'}"
        lines += ["", f"{'✓ as' if same else '✗ not as'} the capsule says: {what}"]
    out.show("\n".join(lines))
    return same

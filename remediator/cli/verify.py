"""`remediator incidents verify`: is the journal of an incident still as it was written?"""

from __future__ import annotations

import re
from typing import Any

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.core.errors import Misconfigured
from remediator.core.incident import Incident
from remediator.core.journal_check import JournalCheck, check, is_line
from remediator.core.words import counted
from remediator.views.document import SCHEMA

MOST = 5000
_NOTED = re.compile(r"([1-9][0-9]{0,5}):([0-9a-f]{64})", re.ASCII)


def _noted(_: click.Context, __: click.Parameter, value: str | None) -> tuple[int, str] | None:
    found = _NOTED.fullmatch(value) if value else None
    if value and found is None:
        raise click.BadParameter("a line's number, a colon and its hash of 64 hex digits are wanted")
    return (int(found[1]), found[2]) if found else None


@click.command("verify")
@click.argument("incident", required=False)
@click.option("--noted", metavar="LINE:HASH", callback=_noted, help="A hash that was noted when the line was written.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(ctx: click.Context, incident: str | None, noted: tuple[int, str] | None, as_json: bool) -> None:
    """Check the journal of INCIDENT, or of every incident, and say at which line its chain breaks.

    Ends with 1 where one breaks. A journal that was written anew as a whole is whole by itself: compare it with a hash
    that was noted elsewhere (an event, a log line) by --noted.
    """
    if noted is not None and incident is None:
        raise click.UsageError("--noted is about one incident: name it")
    found = _read(incident)
    checked = [(one, check(one)) for one in found]
    odd = noted is not None and not is_line(found[0], *noted)
    if as_json:
        out.document(_document(checked, None if noted is None else not odd))
    else:
        _show(checked, whole=incident is None)
        if noted is not None:
            out.show(f"{'✗' if odd else '✓'} line {noted[0]} {'has another hash than' if odd else 'has'} the one noted")
    if odd or any(result.problem for _, result in checked):
        ctx.exit(1)


def _read(incident: str | None) -> tuple[Incident, ...]:
    with bootstrap.build(bootstrap.settings()) as runtime:
        if incident is not None:
            return (runtime.load(incident),)
        try:
            found = runtime.flow.incidents.find(limit=MOST)
        except Misconfigured as error:
            if "incident" in error.context:
                out.say(f"incident {error.context['incident']} cannot be read; the others can be named one by one")
            raise
    if len(found) == MOST:
        out.say(f"only the newest {MOST} incidents are checked")
    return found


def _document(checked: list[tuple[Incident, JournalCheck]], as_noted: bool | None) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "whole": not any(result.problem for _, result in checked) and as_noted is not False,
        "as_noted": as_noted,
        "incidents": [
            {
                "id": incident.id,
                "lines": result.lines,
                "unchained": result.unchained,
                "broken_at": result.broken_at,
                "problem": result.problem or None,
                "head": result.head,
            }
            for incident, result in checked
        ],
    }


def _show(checked: list[tuple[Incident, JournalCheck]], *, whole: bool) -> None:
    for incident, result in checked:
        if result.problem:
            out.show(f"✗ {incident.id}  {result.problem}")
            continue
        older = f", unchained up to line {result.unchained}" if result.unchained else ""
        out.show(f"✓ {incident.id}  {counted(result.lines, 'line')}{older}, head {result.head or 'none'}")
    if whole:
        broken = sum(1 for _, result in checked if result.problem)
        out.show(f"{counted(len(checked), 'journal')}, {broken} broken")

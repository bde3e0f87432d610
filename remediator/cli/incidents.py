"""`remediator incidents`: which incidents are there, and what has become of one?"""

from __future__ import annotations

import click

from remediator import bootstrap
from remediator.cli import incident_export, out, verify
from remediator.cli.person import plan_of
from remediator.core.incident import Incident, Status
from remediator.views import journal, picture, request_state
from remediator.views.caused_by import who_did_it
from remediator.views.document import SCHEMA, incident_document, incident_summary
from remediator.views.plain import moment, plain
from remediator.views.standing import Standing, joined_lines, may_be_joined, registries_named, standing_document
from remediator.views.wording import STATUSES, asked_by, decisive_path, headline, incident_title

_LIMIT = click.option(
    "--limit", type=click.IntRange(1, 5000), default=1000, show_default=True, help="How many, the newest."
)
_STATUS = click.Choice([status.value for status in Status], case_sensitive=False)


@click.group("incidents", invoke_without_command=True)
@click.option("--status", type=_STATUS, help="Only incidents of this status.")
@_LIMIT
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(ctx: click.Context, status: str | None, limit: int, as_json: bool) -> None:
    """List the incidents, newest first, or show one."""
    if ctx.invoked_subcommand is None:
        _list(status, limit, as_json)


@command.command("list")
@click.option("--status", type=_STATUS, help="Only incidents of this status.")
@_LIMIT
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def listed(status: str | None, limit: int, as_json: bool) -> None:
    """List the incidents, newest first."""
    _list(status, limit, as_json)


@command.command("show")
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(incident: str, as_json: bool) -> None:
    """Show INCIDENT: path, plan, journal."""
    with bootstrap.build(bootstrap.settings()) as runtime:
        found = runtime.load(incident)
        joined = tuple(runtime.joined(found.id)) if may_be_joined(found) else ()
        standing = Standing(runtime.stopped() or "", joined)
    out.warn(standing.stopped)
    if as_json:
        out.document(incident_document(found) | standing_document(standing))
    else:
        out.show("\n".join(_shown(found, standing)))


command.add_command(verify.command)
command.add_command(incident_export.command)


def _list(status: str | None, limit: int, as_json: bool) -> None:
    with bootstrap.build(bootstrap.settings()) as runtime:
        found = runtime.find(Status[status.upper()] if status else None, limit=limit)
        stopped = runtime.stopped() or ""
    out.warn(stopped)
    if as_json:
        summaries = [incident_summary(incident) for incident in found]
        more = len(found) >= limit
        out.document({"schema": SCHEMA, "stopped": stopped or None, "incidents": summaries, "more": more})
    elif not found:
        out.show("no incidents")
    for incident in () if as_json else found:
        about = plain(incident.subject.name, 40)
        opened = moment(incident.opened_at)
        out.show(f"{incident.id}  {incident.status.value.ljust(17)}  {opened}  {about}")


def _shown(incident: Incident, standing: Standing) -> list[str]:
    lines = [out.heading(incident_title(incident)), headline(incident.diagnosis), f"Asked by {asked_by(incident)}"]
    lines += [f"Who did it: {who_did_it(incident.caused_by)}"] if incident.caused_by else []
    lines += [f"Status {incident.status.value}: {STATUSES[incident.status]}"]
    lines += [f"✗ {plain(incident.error[0], 80)}: {plain(incident.error[1], 400)}"] if incident.error else []
    lines += request_state.lines(incident.pull_request)
    lines += [f"Correlation {incident.correlation}"] if incident.correlation else []
    count = max(incident.signal_count, len(incident.signals))
    lines += [f"Signals {count:,}"] if count > 1 else []
    lines += [f"Joined to {incident.joined_to}"] if incident.joined_to else []
    for title, several in (
        ("Registries", registries_named(incident.registries)),
        ("Joined by", joined_lines(standing.joined)),
    ):
        lines += [f"{title}:", *(f"  {one}" for one in several)] if several else []
    path = decisive_path(incident.diagnosis)
    lines += ["", picture.terminal(path, out.width())] if path else []
    lines += ["", *plan_of(incident)] if incident.diagnosis and incident.diagnosis.plan else []
    return [*lines, "", out.heading("Journal"), journal.terminal(incident, out.width())]

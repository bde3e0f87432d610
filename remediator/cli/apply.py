"""`remediator apply`: make the changes of a plan that a person at this terminal approves.

Not around the flow but through it: an incident is opened or joined, diagnosed afresh, approved by its digest, applied
under its lease with its journal, and verified.
"""

from __future__ import annotations

from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.cli import out
from remediator.cli.person import confirmed, person_here, plan_of
from remediator.cli.planfile import load_plan
from remediator.cli.watched import watched
from remediator.core.errors import Rejected, Stale
from remediator.core.incident import Incident, JournalLine, Status
from remediator.core.signal import Signal, SignalSource
from remediator.views.document import incident_document
from remediator.views.plain import plain
from remediator.views.wording import STATUSES

# Verification looks again for a quarter of an hour.
HORIZON = 20 * 60.0
DECIDED = (Status.APPROVED, Status.APPLYING, Status.APPLIED, Status.UNDOING)


@click.command("apply")
@click.argument("target", metavar="PLANFILE|INCIDENT")
@click.option("--yes-digest", metavar="DIGEST", help="Approve without asking, if the plan has exactly this digest.")
@click.option("--json", "as_json", is_flag=True, help="The incident at the end, as one JSON document.")
@click.pass_context
def command(ctx: click.Context, target: str, yes_digest: str | None, as_json: bool) -> None:
    """Apply a saved plan, or go on with an incident, after you approve it. Ends with 0 when it is resolved."""
    with bootstrap.build(bootstrap.settings()) as plain_runtime:
        runtime = watched(plain_runtime, _tell)
        out.warn(runtime.stopped() or "")
        incident = _planned(runtime, target)
        if incident.status is Status.AWAITING_APPROVAL:
            person = person_here(runtime)
            if yes_digest is None:
                out.say("\n".join(plan_of(incident)))
            runtime.answer_here(incident, confirmed(incident, yes_digest), person)
        runtime.flow.advance(incident.id, force=True)
        runtime.run_until_idle(HORIZON)
        incident = runtime.load(incident.id)
    if as_json:
        out.document(incident_document(incident))
    else:
        resolved = incident.status is Status.RESOLVED
        out.show(f"{'✓' if resolved else '✗'} incident {incident.id}: {incident.status.value}")
    if incident.status is not Status.RESOLVED:
        last = incident.journal[-1].what if incident.journal else ""
        out.say(f"not resolved: {STATUSES[incident.status]}: {plain(last)}")
        ctx.exit(1)


def _planned(runtime: Runtime, target: str) -> Incident:
    """The incident of the plan file or id, diagnosed and waiting for its approval, or further on."""
    path = Path(target)
    if not path.exists():
        if "/" in target or target.endswith(".json"):
            raise Rejected("file-unreadable", f"reading plan file {target}: there is no such file")
        incident = runtime.load(target)
        if incident.status.ended:
            raise Rejected(
                "incident-ended",
                f"incident {incident.id} is {incident.status.value}: there is nothing to apply",
                hint="save a new plan with `remediator plan --out FILE`",
            )
        if incident.status not in DECIDED:
            runtime.flow.advance(incident.id, force=True)
        return runtime.load(target)
    saved = load_plan(path)
    app = saved.app.text if saved.app else None
    signal = Signal(SignalSource.MANUAL, f"terminal:{runtime.ids.new()}", subject=saved.subject, app=app)
    taken = runtime.take_in(signal)
    runtime.flow.advance(taken.incident, force=True)
    incident = runtime.load(taken.incident)
    if incident.status is Status.JOINED and incident.joined_to is not None:
        incident = runtime.load(incident.joined_to)
    digest = incident.diagnosis.plan.digest if incident.diagnosis and incident.diagnosis.plan else None
    if digest != saved.digest:
        raise Stale(
            "plan-moved",
            f"applying {path}: a fresh diagnosis gives {digest or 'nothing to change'}, the file says {saved.digest}; "
            "nothing was written",
            context={"incident": incident.id},
            hint=f"save the plan again; `remediator incidents show {incident.id}` shows the fresh one",
        )
    return incident


def _tell(_: Incident, line: JournalLine) -> None:
    status = f" [{line.status.value}]" if line.status else ""
    out.say(f"  {line.at:%H:%M:%S}  {plain(line.what)}{status}")

"""Turn an approved plan into a pull request. Called by `advance` for an APPROVED incident that goes this way.

The intent is saved first: the branch and the time of its commits are part of it, so that a run which is killed makes
the same branch again. Before anything is written the estate must still give the very plan that was approved.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from remediator.core.choices import PURPOSES, home_for
from remediator.core.code_home import CodeHome
from remediator.core.code_request import CodeRequest, Purpose, closed_by_a_person, wanted
from remediator.core.errors import Stale
from remediator.core.execution import Execution, Step
from remediator.core.incident import Incident, Status
from remediator.core.plan import Plan
from remediator.core.pull_path import Verdict
from remediator.core.pull_request import Instruction, RequestState
from remediator.flow.apply import right_to_write
from remediator.flow.code_side import reachable
from remediator.flow.diagnose import Look, to_tell
from remediator.flow.put_forward import CodeDesk, put_forward
from remediator.flow.turn import IN_HAND, Turn, keep, tell
from remediator.ports import Held, Incidents


def open_request(
    held: Held,
    *,
    look: Callable[[Incident], Look],
    desk: CodeDesk | None,
    incidents: Incidents,
    recipients: Sequence[str],
) -> Turn:
    """APPROVED → AWAITING_MERGE, NEEDS_HUMAN with an instruction; raises `Stale` when the world has moved."""
    incident, purpose = held.incident, PURPOSES[held.incident.chosen_way]
    seen = look(incident)
    home = home_for(incident, seen.desired, purpose)
    if desk is None:
        reachable(None)(home)
        raise Stale("plan-missing", f"incident {incident.id}: no pull request can be opened")
    now = desk.clock.now()
    plan = incident.diagnosis.plan if incident.diagnosis else Plan(())
    if seen.diagnosis.plan.digest != plan.digest:
        raise Stale("plan-moved", "opening a pull request: a fresh diagnosis gives another plan; nothing was opened")
    approved = right_to_write(incident, now, seen.diagnosis.ruling)
    held, request = _intent(held, purpose, plan, home, desk, incidents)
    people = to_tell(incident.registries, seen.desired, recipients)
    found = desk.side.host_of(home).find(home, request.branch)
    worked = tuple(path.key for path in seen.paths() if path.verdict is Verdict.OK)
    execution = Execution(plan.digest, tuple(Step() for _ in plan.changes), now, approved.by, worked)
    if found is not None and (found.state is RequestState.MERGED or closed_by_a_person(found)):
        return Turn(held, _known(held.incident, request.seen(found, None), execution, desk))
    made = put_forward(held.incident, request, found, seen.live, seen.desired, desk=desk)
    now = desk.clock.now()
    if isinstance(made, Instruction):
        return Turn(held, instructed(held.incident, request, made, desk, people))
    if made.made is not None and closed_by_a_person(made.made):
        return Turn(held, _known(held.incident, replace(made, next_at=None), execution, desk))
    waits = replace(held.incident, pull_request=made, execution=execution, verification=None)
    waits = waits.to(Status.AWAITING_MERGE, now, f"opened a pull request: {made.url}")
    return Turn(held, tell(waits, "awaiting-merge", now, people, request=made.url), made.next_at)


def _intent(
    held: Held, purpose: Purpose, plan: Plan, home: CodeHome, desk: CodeDesk, incidents: Incidents
) -> tuple[Held, CodeRequest]:
    """The request that is wanted, saved before its host hears of it."""
    incident, now = held.incident, desk.clock.now()
    request = replace(wanted(incident.pull_request, purpose, incident.id, plan.digest, now), home=home)
    if request == incident.pull_request:
        return held, request
    begun = replace(incident, pull_request=request).note(now, f"opening a pull request at {home.name}")
    return keep(incidents, held, begun, now + IN_HAND), request


def instructed(
    incident: Incident, request: CodeRequest, said: Instruction, desk: CodeDesk, people: Sequence[str]
) -> Incident:
    """NEEDS_HUMAN, with what a person would write where nothing could be written."""
    now = desk.clock.now()
    ended = replace(request.ended((said.code, said.reason), said.text))
    stopped = replace(incident, pull_request=ended, error=(said.code, said.reason))
    what = f"no pull request: {said.code}: {said.reason}"
    return tell(stopped.to(Status.NEEDS_HUMAN, now, what), "needs-human", now, people)


def _known(incident: Incident, request: CodeRequest, execution: Execution, desk: CodeDesk) -> Incident:
    """A person merged or closed it before it was on record: AWAITING_MERGE makes of it what it means."""
    waits = replace(incident, pull_request=request, execution=execution, verification=None)
    return waits.to(Status.AWAITING_MERGE, desk.clock.now(), f"found the pull request {request.state}: {request.url}")

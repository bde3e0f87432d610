"""Who sits at this terminal, and does this person mean it? A local name and a word typed by hand."""

from __future__ import annotations

import getpass
import sys

import click

from remediator.bootstrap import Runtime
from remediator.cli import out
from remediator.core.approval import Answer, Person
from remediator.core.errors import Forbidden, Rejected, Stale
from remediator.core.incident import Incident, Status
from remediator.settings import Mode
from remediator.views import changes
from remediator.views.plain import plain
from remediator.views.wording import foresight_lines, ruling_sentence


def person_here(runtime: Runtime) -> Person:
    """The person of the settings, else the account of the operating system; not in mode azure."""
    if runtime.settings.mode is Mode.AZURE:
        raise Forbidden(
            "terminal-cannot-decide",
            "deciding at the terminal: in mode azure a person is known by the identity provider only",
            hint="open the approval link, or use remediator approve with REMEDIATOR_API_SCOPE",
        )
    name = name_here(runtime)
    return Person(name.lower(), name)


def name_here(runtime: Runtime) -> str:
    """The name of the settings, else of the account of the operating system."""
    try:
        return runtime.settings.local_user or getpass.getuser()
    except (OSError, KeyError):
        return "local"


def plan_of(incident: Incident) -> list[str]:
    """The plan that is asked about, as it is approved."""
    found = incident.diagnosis
    if found is None:
        return []
    lines = [changes.terminal(found.plan, out.width()), "", *foresight_lines(found.foresight)]
    remarks = incident.request.remarks if incident.request else ()
    before = [f"Before you decide: {plain(remark, 400)}." for remark in remarks]
    return [*lines, f"Policy: {ruling_sentence(found.ruling)}", *before]


def confirmed(incident: Incident, yes_digest: str | None) -> Answer:
    """The yes of a person who typed the word, or of a script that names the digest; anything else is an error."""
    request = incident.request
    if request is None or incident.status is not Status.AWAITING_APPROVAL:
        raise Rejected(
            "nothing-to-decide",
            f"incident {incident.id} is {incident.status.value}: nobody is asked",
            context={"incident": incident.id},
        )
    if yes_digest is not None:
        if yes_digest != request.digest:
            raise Stale(
                "plan-moved",
                f"approving incident {incident.id}: its plan is {request.digest}, not {plain(yes_digest, 120)}",
                hint="look at the plan again; nothing was approved",
            )
        return Answer(True, request.digest, confirmation=request.code)
    if not sys.stdin.isatty():
        raise Rejected(
            "confirmation-needed",
            f"approving incident {incident.id}: nobody is at the terminal who could type {request.code}",
            hint=f"scripts pass --yes-digest {request.digest}",
        )
    typed = click.prompt(f"Type {request.code} to approve exactly this plan", default="", show_default=False, err=True)
    return Answer(True, request.digest, confirmation=typed)

"""`remediator approve` and `remediator reject`: one person's yes or no to the plan of one incident.

The same checks as on the approval page: who may decide, four eyes, the digest, the word typed by hand. In mode azure
the remediator runs elsewhere, and knows the person by a token.
"""

from __future__ import annotations

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.cli.decide_remote import decide
from remediator.cli.person import confirmed, person_here, plan_of
from remediator.core.approval import Answer
from remediator.core.errors import Rejected
from remediator.settings import Mode
from remediator.views.wording import STATUSES


@click.command("approve")
@click.argument("incident")
@click.option("--yes-digest", metavar="DIGEST", help="Approve without asking, if the plan has exactly this digest.")
def approve(incident: str, yes_digest: str | None) -> None:
    """Approve the plan of INCIDENT. A running `serve` goes on with it, or `remediator apply INCIDENT` does."""
    settings = bootstrap.settings()
    if settings.mode is Mode.AZURE:
        decide(settings, incident, digest=yes_digest)
        return
    with bootstrap.build(settings) as runtime:
        found, person = runtime.load(incident), person_here(runtime)
        if yes_digest is None:
            out.show("\n".join(plan_of(found)))
        after = runtime.answer_here(found, confirmed(found, yes_digest), person)
    out.show(f"✓ recorded: incident {after.id} is now {after.status.value} ({STATUSES[after.status]})")


@click.command("reject")
@click.argument("incident")
@click.option("--reason", required=True, help="Why; it goes into the journal.")
def reject(incident: str, reason: str) -> None:
    """Reject the plan of INCIDENT."""
    if not reason.strip():
        raise Rejected("reason-missing", "rejecting: a reason is needed", hint="--reason 'because …'")
    settings = bootstrap.settings()
    if settings.mode is Mode.AZURE:
        decide(settings, incident, digest=None, reason=reason.strip()[:500])
        return
    with bootstrap.build(settings) as runtime:
        found, person = runtime.load(incident), person_here(runtime)
        digest = found.request.digest if found.request else ""
        after = runtime.answer_here(found, Answer(False, digest, reason.strip()[:500]), person)
    out.show(f"✓ recorded: incident {after.id} is now {after.status.value} ({STATUSES[after.status]})")

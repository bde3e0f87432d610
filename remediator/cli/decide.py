"""`remediator approve` and `remediator reject`: one person's yes or no to the plan of one incident.

The same checks as on the approval page: who may decide, four eyes, the digest, the word typed by hand. In mode azure
the remediator runs elsewhere, and knows the person by a token.
"""

from __future__ import annotations

from dataclasses import replace

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.cli.decide_remote import decide
from remediator.cli.person import confirmed, person_here, plan_of
from remediator.core.approval import Answer
from remediator.core.desired import Way
from remediator.core.errors import Rejected
from remediator.settings import Mode
from remediator.views.deciding import offered
from remediator.views.wording import STATUSES


@click.command("approve")
@click.argument("incident")
@click.option("--yes-digest", metavar="DIGEST", help="Approve without asking, if the plan has exactly this digest.")
@click.option(
    "--way",
    type=click.Choice(["direct", "both", "pull-request"]),
    help="Apply it, apply it and open a pull request, or only open one; without it as the policy says.",
)
@click.option("--intended", is_flag=True, help="The drift was meant: propose the live value as the desired state.")
def approve(incident: str, yes_digest: str | None, way: str | None, intended: bool) -> None:
    """Approve the plan of INCIDENT. A running `serve` goes on with it, or `remediator apply INCIDENT` does."""
    if intended and way is not None:
        raise click.UsageError("--intended stands instead of --way: nothing is applied then")
    way = Way.INTENDED.value if intended else way
    settings = bootstrap.settings()
    if settings.mode is Mode.AZURE:
        decide(settings, incident, digest=yes_digest, way=way)
        return
    with bootstrap.build(settings) as runtime:
        found, person = runtime.load(incident), person_here(runtime)
        if yes_digest is None:
            out.show("\n".join([*plan_of(found), *_ways(runtime.choices(found), way)]))
        after = runtime.answer_here(found, replace(confirmed(found, yes_digest), way=way), person)
    out.show(f"✓ recorded: incident {after.id} is now {after.status.value} ({STATUSES[after.status]})")


def _ways(ways: tuple[Way, ...], way: str | None) -> list[str]:
    """What a yes means, and which other ways there are."""
    choices = offered(ways)
    named = next((one for one, which in zip(choices, ways, strict=True) if which.value == way), None)
    taken = named or (choices[0] if choices and way is None else None)
    lines = [f"Your yes means: {taken.words}. {taken.meaning}"] if taken else []
    others = [
        "--intended" if which is Way.INTENDED else f"--way {which.value}"
        for one, which in zip(choices, ways, strict=True)
        if one is not taken
    ]
    return [*lines, f"Other ways: {', '.join(others)}"] if others else lines


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

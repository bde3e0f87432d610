"""`remediator selftest`: does a signal come through the whole deployed chain?"""

from __future__ import annotations

import click

from remediator.bootstrap.selftest import selftest
from remediator.cli import out
from remediator.views import selftest as views
from remediator.views.document import SCHEMA


@click.command("selftest")
@click.option(
    "--via",
    type=click.Choice(["request", "event"]),
    default="request",
    show_default=True,
    help="The door: POST /api/remediations, or Event Grid's POST /api/events.",
)
@click.option(
    "--timeout", type=click.FloatRange(1, 3600), default=120, show_default=True, help="How many seconds to wait for it."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(ctx: click.Context, via: str, timeout: float, as_json: bool) -> None:
    """Send a test signal to the remediator at REMEDIATOR_PUBLIC_URL, and watch it come out as NO_DRIFT.

    Its worker reads the estate and plans nothing. Ends with 1 where the signal was lost, or could not be watched.
    """
    outcome, url = selftest(by_event=via == "event", patience=timeout)
    if as_json:
        out.document({"schema": SCHEMA, "url": url, **views.document(outcome)})
    else:
        for line in views.lines(outcome):
            out.show(line)
    if not outcome.ok:
        ctx.exit(1)

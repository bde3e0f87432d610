"""`remediator doctor`: is everything there that the program needs to work where it was put?"""

from __future__ import annotations

import click

from remediator.bootstrap.examination import checks
from remediator.cli import out
from remediator.core.doctor import Check, State, worst
from remediator.views import doctor as views
from remediator.views.document import SCHEMA


@click.command("doctor")
@click.option("--send-test", is_flag=True, help="Deliver a test notice to everybody in REMEDIATOR_NOTIFY.")
@click.option("--as-me", is_flag=True, help="Read Azure as whoever is signed in here (az login), not as the app.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def command(ctx: click.Context, send_test: bool, as_me: bool, as_json: bool) -> None:
    """Look at settings, identities, permissions, wiring, storage, mail and deadlines; say what mends each.

    Reads Azure; writes and deletes one row and one message, and changes nothing else. docs/doctor.md explains each
    check. Ends with 1 where one is an error.
    """
    if send_test and as_me:
        raise click.UsageError("--send-test sends what the app would send: run it in the app, without --as-me.")
    found: list[Check] = []
    for check in checks(send_test=send_test, as_me=as_me):
        found.append(check)
        if not as_json:
            out.show("\n".join(views.lines(check, out.width())))
    if as_json:
        out.document({"schema": SCHEMA, **views.document(found)})
    else:
        out.show(f"\n{views.summary(found)}")
    if worst(found) is State.ERROR:
        ctx.exit(1)

"""`remediator overview`: how does everything stand?"""

from __future__ import annotations

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.views.overview_tables import TABLES, as_csv, overview_document
from remediator.views.overview_text import terminal


@click.command("overview")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--csv", "as_sheet", is_flag=True, help="One table as CSV.")
@click.option(
    "--table",
    type=click.Choice(list(TABLES)),
    default="rules",
    show_default=True,
    help="Which table, with --csv.",
)
def command(as_json: bool, as_sheet: bool, table: str) -> None:
    """Show how registries stand, what waits for a person, and what became of incidents within 30 days.

    Registries are counted by sweeps; before the first one there are only incidents.
    """
    if as_json and as_sheet:
        raise click.UsageError("--json and --csv are two ways to say the same: choose one")
    with bootstrap.build(bootstrap.settings()) as runtime:
        found = runtime.overview()
        stopped = runtime.stopped() or ""
    out.warn(stopped)
    if as_json:
        out.document(overview_document(found))
    elif as_sheet:
        click.echo(as_csv(TABLES[table](found)), nl=False)
    else:
        out.show("\n".join(terminal(found, out.width(), out.heading)))

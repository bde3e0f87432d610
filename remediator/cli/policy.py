"""`remediator policy`: is a desired-state document right, and what may stand in one?"""

from __future__ import annotations

from pathlib import Path

import click

from remediator.bootstrap.offline import desired_of, desired_schema
from remediator.cli import out
from remediator.core.errors import Rejected
from remediator.views.document import SCHEMA


@click.group("policy")
def command() -> None:
    """Check a desired-state document, or print its JSON Schema."""


@command.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.pass_context
def validate(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Name every mistake of FILE with its line; ends with 1 where there is one."""
    try:
        desired = desired_of(file)
    except Rejected as error:
        if not as_json:
            raise
        mistakes = [{"line": int(place.removeprefix("line ")), "says": says} for place, says in error.context.items()]
        out.document({"schema": SCHEMA, "valid": False, "mistakes": mistakes})
        ctx.exit(1)
    if as_json:
        out.document({"schema": SCHEMA, "valid": True, "mistakes": []})
    else:
        count = len(desired.registries)
        out.show(f"✓ {file} is right: {count} {'entry' if count == 1 else 'entries'} for registries")


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of desired-state documents."""
    out.document(desired_schema())

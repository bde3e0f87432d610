"""`remediator stop` and `remediator resume`: the global stop of every write to Azure."""

from __future__ import annotations

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.cli.person import name_here


@click.command("stop")
@click.argument("reason", required=False)
@click.option("--reason", "said", help="The same as REASON.")
def stop(reason: str | None, said: str | None) -> None:
    """Stop every write to Azure, because of REASON, until `remediator resume`."""
    why = reason if reason is not None else said
    if why is None:
        raise click.UsageError("Missing argument 'REASON'.")
    with bootstrap.build(bootstrap.settings()) as runtime:
        runtime.switch.stop(why, name_here(runtime))
    out.show("✓ every write is stopped; reading goes on")


@click.command("resume")
def resume() -> None:
    """Let writes to Azure go on."""
    with bootstrap.build(bootstrap.settings()) as runtime:
        was_stopped = runtime.switch.resume()
    out.show("✓ writes may go on" if was_stopped else "nothing was stopped")

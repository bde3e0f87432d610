"""`remediator sandbox`: a small Azure on loopback, for any ARM client, until SIGTERM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from remediator.bootstrap.offline import check_estate
from remediator.cli import out, read
from remediator.core.errors import Misconfigured
from remediator.views.plain import plain

DEFAULT = "first-incident"


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port of ARM; 0 takes a free one.")
@click.option(
    "--estate",
    type=click.Path(path_type=Path),
    help=f"The estate to serve: a file, or the name of one that comes along (docs/sandbox.md); without one: {DEFAULT}.",
)
@click.option("--ca", type=click.Path(path_type=Path), help="Where the CA's certificate is written to.")
@click.option("--record", type=click.Path(path_type=Path), help="Where every exchange is written to, as JSON lines.")
def command(port: int, estate: Path | None, ca: Path | None, record: Path | None) -> None:
    """Run a small Azure on loopback. Prints the addresses of ARM and of the identity endpoint, then `ready`."""
    from remediator.sandbox import Azure
    from remediator.sandbox.server import run

    azure = Azure.from_estate(_document(estate or Path(DEFAULT)))
    azure.graph_quota.on = True
    azure.prepare()
    for oddity in azure.oddities:
        out.say(f"note: {plain(str(oddity))}")
    try:
        run(azure, port, ca, record)
    except OSError as error:
        raise Misconfigured(
            "sandbox-not-started",
            f"starting the sandbox: {error.strerror or error}",
            hint="is the port taken, or a folder not writable?",
        ) from error


def _document(estate: Path) -> dict[str, Any]:
    """The estate in a file or, where there is no such file, the one of that name that comes along."""
    from remediator.sandbox import estates

    if str(estate) in estates.names() and not estate.exists():
        return estates.load(str(estate))
    document: dict[str, Any] = read.json_of(estate, "estate file", read.MOST_OF_AN_ESTATE)
    check_estate(document)
    return document

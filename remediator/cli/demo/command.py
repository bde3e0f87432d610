"""The demo's command: sets the stage in a folder of its own, tells the story, and says whether it was true."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from remediator.cli import out
from remediator.cli.demo.stage import set_up
from remediator.cli.demo.story import tell
from remediator.cli.demo.teller import Teller
from remediator.core.errors import Misconfigured


@click.command("demo")
@click.option("--pause", is_flag=True, help="Wait at the approval until somebody has decided in a browser.")
@click.option("--record", type=click.Path(path_type=Path), help="Write every ARM exchange there, as JSON lines.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document with the steps, instead of the story.")
def command(pause: bool, record: Path | None, as_json: bool) -> None:
    """The first incident, end to end, on this machine: no Azure, no credentials, nothing left behind.

    Ends with 0 only if every step was true.
    """
    teller = Teller(quiet=as_json)
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="remediator-demo-")))
        stage = set_up(ends, folder, _fresh(record))
        tell(stage, teller, pause=pause)
    if as_json:
        out.document(teller.document())


def _fresh(record: Path | None) -> Path | None:
    """The file to record to, without what an earlier demo left in it."""
    if record is not None:
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text("", encoding="utf-8")
        except OSError as error:
            raise Misconfigured("file-unwritable", f"writing {record}: {error.strerror or error}") from error
    return record

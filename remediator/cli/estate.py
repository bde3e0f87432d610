"""`remediator estate export`: what is there now, as an estate file for a bug report or a replay."""

from __future__ import annotations

import json
from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap.offline import estate_document
from remediator.cli import out
from remediator.cli.redacted import redacted
from remediator.core.errors import Misconfigured


@click.group("estate")
def command() -> None:
    """Write what is there now to an estate file."""


@command.command("export")
@click.option("--out", "target", type=click.Path(path_type=Path), help="The file to write; without one: stdout.")
def export(target: Path | None) -> None:
    """Read everything and write it redacted: no tag values, secrets, variables or mail addresses."""
    reader = bootstrap.reader(bootstrap.settings())
    resources, gaps = reader.observe_raw()
    document = estate_document([redacted(body) for body in resources], reader.cloud, gaps)
    if target is None:
        out.document(document)
        return
    try:
        target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error
    out.say(f"{len(resources)} resources are in {target}; {len(gaps)} listings failed")

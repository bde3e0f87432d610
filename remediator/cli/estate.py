"""`remediator estate export`: what is there now, as an estate file for a bug report or a replay."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap.offline import estate_document
from remediator.cli import out
from remediator.cli.pseudonyms import Pseudonyms
from remediator.cli.redacted import Redaction
from remediator.core.errors import Misconfigured


@click.group("estate")
def command() -> None:
    """Write what is there now to an estate file."""


@command.command("export")
@click.option("--out", "target", type=click.Path(path_type=Path), help="The file to write; without one: stdout.")
def export(target: Path | None) -> None:
    """Read everything and write it redacted.

    No tag values, secrets, variables or mail addresses; principals and public addresses under pseudonyms, other ones in
    every export, so that it is diagnosed as what is live.
    """
    reader = bootstrap.reader(bootstrap.settings())
    raw = reader.observe_raw()
    redaction = Redaction(Pseudonyms(secrets.token_bytes(32)))
    told = replace(
        raw,
        resources=tuple(redaction.body(body) for body in raw.resources),
        gaps=tuple(replace(gap, reason=redaction.words(gap.reason)) for gap in raw.gaps),
    )
    document = estate_document(told, reader.cloud)
    if target is None:
        out.document(document)
        return
    try:
        target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error
    out.say(f"{len(raw.resources)} resources are in {target}; {len(raw.gaps)} listings failed")

"""`remediator incidents export`: one incident as a file that reproduces its diagnosis elsewhere."""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from remediator import bootstrap
from remediator.bootstrap.capsules import declared_mapping
from remediator.bootstrap.offline import estate_document
from remediator.bootstrap.replaying import as_it_found_it
from remediator.cli import out
from remediator.cli.capsule import Source, capsule_of
from remediator.core.errors import Misconfigured


@click.command("export")
@click.argument("incident")
@click.option("-o", "--out", "target", type=click.Path(path_type=Path), help="The file to write; without one: stdout.")
@click.option(
    "--names",
    type=click.Choice(["pseudonyms", "keep"]),
    default="pseudonyms",
    show_default=True,
    help="Whether names and ids of resources go under pseudonyms.",
)
def command(incident: str, target: Path | None, names: str) -> None:
    """Write INCIDENT as a capsule: a bug report that can be diagnosed without Azure.

    The estate is read now; where the incident was mended its own changes are taken back, in a sandbox. Secrets, mail
    addresses, people, principals and public addresses are never in it. It says whether it gives the same findings and
    plan as the incident; `replay --capsule` opens it.
    """
    settings = bootstrap.settings()
    with bootstrap.build(settings) as runtime:
        found = runtime.load(incident)
        raw = bootstrap.reader(runtime.settings).observe_raw()
        source = Source(found, raw, runtime.cloud, declared_mapping(settings.desired_state))
    document = _made(source, keep_names=names == "keep")
    if target is None:
        out.document(document)
    else:
        try:
            target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error
        out.say(f"incident {incident} is in {target}, with {len(document['estate']['resources'])} resources")
    if document["reproduces"]["same"]:
        back = ", with the incident's own changes taken back" if document["estate_as"] == "found" else ""
        out.say(f"✓ it gives the same findings and the same plan{back}")
    else:
        rules = ", ".join(document["reproduces"]["findings"]) or "nothing"
        out.say(f"? it does not give the incident's findings: the estate as it is now gives {rules}")


def _made(source: Source, *, keep_names: bool) -> dict[str, Any]:
    """The capsule on the estate as it is now, else as the incident found it, its changes taken back in a sandbox."""
    key = secrets.token_bytes(32)
    document = {**capsule_of(source, key, keep_names=keep_names), "estate_as": "now"}
    done = source.incident.execution
    if document["reproduces"]["same"] or done is None or not any(step.wrote for step in done.steps):
        return document
    before = as_it_found_it(source.incident, estate_document(source.raw, source.cloud))
    earlier = replace(source, raw=replace(source.raw, resources=tuple(before["resources"])))
    again = {**capsule_of(earlier, key, keep_names=keep_names), "estate_as": "found"}
    return again if again["reproduces"]["same"] else document

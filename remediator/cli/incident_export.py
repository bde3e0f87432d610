"""`remediator incidents export`: one incident as a file that reproduces its diagnosis elsewhere."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import click

from remediator import bootstrap
from remediator.bootstrap.capsules import declared_mapping
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

    The estate is read now. Secrets, mail addresses, people, principals and public addresses are never in it. It says
    whether it gives the same findings and plan as the incident; `replay --capsule` opens it.
    """
    settings = bootstrap.settings()
    with bootstrap.build(settings) as runtime:
        found = runtime.load(incident)
        raw = bootstrap.reader(runtime.settings).observe_raw()
        source = Source(found, raw, runtime.cloud, declared_mapping(settings.desired_state))
    document = capsule_of(source, secrets.token_bytes(32), keep_names=names == "keep")
    if target is None:
        out.document(document)
    else:
        try:
            target.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error
        out.say(f"incident {incident} is in {target}, with {len(document['estate']['resources'])} resources")
    if document["reproduces"]["same"]:
        out.say("✓ it gives the same findings and the same plan")
    else:
        rules = ", ".join(document["reproduces"]["findings"]) or "nothing"
        out.say(f"? it does not give the incident's findings: the estate as it is now gives {rules}")

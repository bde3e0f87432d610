"""`remediator diagnose`: which link of which pull path is broken, and what would mend it? Changes nothing."""

from __future__ import annotations

from typing import Any

import click

from remediator.cli import out
from remediator.cli.explain import explained
from remediator.cli.explain import option as explain_option
from remediator.cli.question import Question, Reply, answer, options
from remediator.views.caused_by import caused_by_document
from remediator.views.document import classify_document, diagnosis_document
from remediator.views.explain import Told, sections
from remediator.views.names import table_of
from remediator.views.plain import plain

DRIFT = 3


@click.command("diagnose")
@options
@explain_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--detailed-exit-code", is_flag=True, help="End with 3 where anything was found.")
@click.pass_context
def command(ctx: click.Context, /, explain: str | None, as_json: bool, detailed_exit_code: bool, **asked: Any) -> None:
    """Find the broken link of each pull path, live or in an estate file, and what would mend it."""
    if explain is not None:
        explained(explain, as_json=as_json)
        return
    reply = answer(Question(**asked))
    out.warn(reply.stopped)
    if as_json:
        out.document(as_document(reply))
    else:
        for note in reply.notes if not reply.nothing_asked else ():
            out.say(f"note: {plain(note, 600)}")
        out.show(as_text(reply))
    if detailed_exit_code and reply.diagnosis.findings:
        ctx.exit(DRIFT)


def as_document(reply: Reply) -> dict[str, Any]:
    """`diagnose --json`: the diagnosis with its names, and notes, text and the write behind it where there are any."""
    paths = reply.diagnosis.paths
    tables = {path.key: table_of(reply.desired, reply.snapshot, path) for path in paths}
    found = diagnosis_document(reply.diagnosis, {key: table for key, table in tables.items() if table is not None})
    if reply.said is not None:
        found["text"] = classify_document(reply.said)
    if reply.caused_by is not None:
        found["caused_by"] = caused_by_document(reply.caused_by)
    if reply.stopped:
        found["stopped"] = reply.stopped
    if reply.notes or reply.remarks:
        found["notes"] = [plain(note, 600) for note in (*reply.notes, *reply.remarks)]
    return found


def as_text(reply: Reply) -> str:
    """The answer for people, in headed sections."""
    told = Told(
        reply.diagnosis,
        reply.desired,
        reply.snapshot,
        said=reply.said,
        caused_by=reply.caused_by,
        remarks=reply.remarks,
        nothing_asked=reply.nothing_asked,
    )
    parts = [[out.heading(section.title), *section.lines] for section in sections(told, out.width())]
    return "\n\n".join("\n".join(lines) for lines in parts)

"""`remediator plan`: which changes would mend it? Shows the plan, or saves it for `remediator apply`."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import click

from remediator.cli import code, out
from remediator.cli.planfile import plan_file
from remediator.cli.question import Question, answer, narrowed, options
from remediator.core.errors import Misconfigured
from remediator.views import changes
from remediator.views.plain import plain
from remediator.views.wording import foresight_lines, ruling_sentence, testimony_sentence

DRIFT = 3


@click.command("plan")
@options
@click.option("--out", "target", type=click.Path(path_type=Path), help="Save the plan with its digest in this file.")
@code.options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--detailed-exit-code", is_flag=True, help="End with 3 where there is something to change.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    target: Path | None,
    folder: Path | None,
    language: str | None,
    style: str,
    write: bool,
    as_json: bool,
    detailed_exit_code: bool,
    **asked: Any,
) -> None:
    """Show the changes that would mend the paths that are asked about, and what they would do to every other."""
    in_code = code.wanted(folder, language, style, write=write)
    reply = answer(Question(**asked))
    if target is not None:
        reply = narrowed(reply)
    found = reply.diagnosis
    document = plan_file(found, reply.snapshot.cloud)
    out.warn(reply.stopped)
    if target is not None:
        _save(target, document)
    if in_code is not None:
        code.show(reply, in_code, as_json=as_json)
    elif as_json:
        out.document(document | ({"stopped": reply.stopped} if reply.stopped else {}))
    else:
        for note in (*reply.notes, *reply.remarks):
            out.say(f"note: {plain(note, 600)}")
        lines = [changes.terminal(found.plan, out.width())]
        lines += ["", *foresight_lines(found.foresight, out.width())] if found.plan else []
        lines += [f"✗ {plain(cut, 400)}" for cut in found.foresight.cut_off]
        if found.testimony and not found.plan:
            lines.append(textwrap.fill(f"The error text: {testimony_sentence(found)}", out.width()))
        out.show("\n".join([*lines, f"Policy: {ruling_sentence(found.ruling)}"]))
    if detailed_exit_code and found.plan:
        ctx.exit(DRIFT)


def _save(target: Path, document: dict[str, Any]) -> None:
    try:
        target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise Misconfigured("file-unwritable", f"writing {target}: {error.strerror or error}") from error
    out.say(f"the plan is in {target}; `remediator apply {target}` applies it after you approve it")

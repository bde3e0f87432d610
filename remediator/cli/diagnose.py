"""`remediator diagnose`: which link of which pull path is broken, and what would mend it? Changes nothing."""

from __future__ import annotations

from typing import Any

import click

from remediator.cli import out
from remediator.cli.classify import described
from remediator.cli.question import Question, Reply, answer, options
from remediator.core.finding import Finding
from remediator.core.pull_path import Verdict
from remediator.views import changes, picture
from remediator.views.caused_by import caused_by_document, who_did_it
from remediator.views.document import classify_document, diagnosis_document
from remediator.views.plain import plain
from remediator.views.wording import SEVERITIES, foresight_lines, path_sentence, rule_title, ruling_sentence

DRIFT = 3
MOST_PICTURES = 5


@click.command("diagnose")
@options
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--detailed-exit-code", is_flag=True, help="End with 3 where anything was found.")
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, detailed_exit_code: bool, **asked: Any) -> None:
    """Find the broken link of each pull path, live or in an estate file, and what would mend it."""
    reply = answer(Question(**asked))
    if as_json:
        out.document(as_document(reply))
    else:
        for note in reply.notes:
            out.say(f"note: {plain(note, 600)}")
        out.show("\n".join(_shown(reply)))
    if detailed_exit_code and reply.diagnosis.findings:
        ctx.exit(DRIFT)


def as_document(reply: Reply) -> dict[str, Any]:
    """`diagnose --json`, with the notes and the meaning of the text where there are any."""
    found = diagnosis_document(reply.diagnosis)
    if reply.said is not None:
        found["text"] = classify_document(reply.said)
    if reply.caused_by is not None:
        found["caused_by"] = caused_by_document(reply.caused_by)
    if reply.notes:
        found["notes"] = [plain(note, 600) for note in reply.notes]
    return found


def _shown(reply: Reply) -> list[str]:
    found = reply.diagnosis
    lines: list[str] = []
    if reply.said is not None:
        lines += [out.heading("The text"), *described(reply.said), ""]
    lines += _paths(reply)
    if not found.findings and not found.plan:
        said = "nothing was found" if any(p.verdict is Verdict.UNKNOWN for p in found.paths) else "nothing to do"
        return [*lines, said]
    lines += [out.heading(f"Findings ({len(found.findings)})")]
    lines += [line for number, finding in enumerate(found.findings, 1) for line in _finding(number, finding)]
    lines += ["", f"Who did it: {who_did_it(reply.caused_by)}"] if reply.caused_by else []
    lines += ["", out.heading("Plan"), changes.terminal(found.plan, out.width())]
    if found.plan:
        lines += ["", out.heading("What it would do to pulls"), *foresight_lines(found.foresight)]
        lines += [f"✗ {plain(cut, 400)}" for cut in found.foresight.cut_off]
    return [*lines, "", f"Policy: {ruling_sentence(found.ruling)}"]


def _paths(reply: Reply) -> list[str]:
    """Pictures of the paths that are not whole; of a whole one where there is no other."""
    paths = reply.diagnosis.paths
    if not paths:
        return ["no pull path was looked at", ""]
    odd = [path for path in paths if path.verdict is not Verdict.OK]
    drawn = odd[:MOST_PICTURES] or (paths[:1] if len(paths) == 1 else ())
    lines = [line for path in drawn for line in (picture.terminal(path, out.width()), "")]
    rest = [path for path in paths if path not in drawn]
    marks = {Verdict.OK: "✓", Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?"}
    lines += [f"{marks[path.verdict]} {path_sentence(path)}" for path in rest]
    return [*lines, ""] if rest else lines


def _finding(number: int, finding: Finding) -> list[str]:
    lines = [f"{number}. {plain(finding.summary)}"]
    lines += [f"   {finding.rule}: {rule_title(finding.rule)}; {SEVERITIES[finding.severity]}", f"   {finding.target}"]
    lines += [f"   · {plain(sentence)}" for sentence in finding.evidence]
    lines += [f"   what you can do: {plain(finding.advice, 600)}"] if finding.advice else []
    return lines

"""`remediator classify`: what does the text of a failed image pull say? Reads a file or stdin and nothing else."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from remediator.cli import out, read
from remediator.core.pull_error import Confidence, PullError, classify
from remediator.views.document import classify_document
from remediator.views.plain import plain


@click.command("classify")
@click.argument("file", required=False, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--lines", is_flag=True, help="Each line is a text of its own; one JSON document a line.")
def command(file: Path | None, as_json: bool, lines: bool) -> None:
    """Say what the text of a failed image pull means: FILE, or stdin.

    It is a hint and never a judge: half of the texts name the wrong cause. `diagnose` looks at the configuration.
    """
    text = read.text_of(file)
    if lines:
        for one in text.removesuffix("\n").split("\n") if text else ():
            out.line(classify_document(classify(one.removesuffix("\r"))))
    elif as_json:
        out.document(classify_document(classify(text)))
    else:
        out.show("\n".join(described(classify(text))))


def described(error: PullError) -> list[str]:
    """The answer for people, one line for each thing that the text names."""
    registry = plain(error.registry or "not named", 253)
    whose = "a registry of Azure" if error.managed else "no registry of Azure: no network change will mend it"
    lines = [f"cause       {error.cause} (confidence {error.confidence})"]
    lines.append(f"registry    {registry}" + (f" ({whose})" if error.registry else ""))
    lines += [f"image       {plain(error.image, 300)}"] if error.image else []
    lines += [f"client ip   {plain(error.client_ip, 60)}"] if error.client_ip else []
    lines += [f"evidence    {plain(error.evidence, 240)}"] if error.evidence else []
    if error.confidence is Confidence.low and (error.managed or error.registry is None):
        lines.append(
            "next        the text does not settle it: remediator diagnose --text FILE looks at what is configured"
        )
    return [part for line in lines for part in textwrap.wrap(line, out.width(), subsequent_indent=" " * 12)]

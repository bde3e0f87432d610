"""`remediator permissions`: which actions do the identity that reads and the one that writes need, and no more?"""

from __future__ import annotations

import difflib

import click

from remediator import bootstrap
from remediator.cli import out
from remediator.core.permissions import BESIDE, kinds_for
from remediator.core.rules import RULES
from remediator.views import permissions as views
from remediator.views.document import SCHEMA


@click.command("permissions")
@click.option("--for", "rules", metavar="RULE…", multiple=True, help="Only what mending findings of this rule needs.")
@click.argument("more", metavar="", nargs=-1)
@click.option("--reader", "which", flag_value="reader", help="Only the identity that reads.")
@click.option("--applier", "which", flag_value="applier", help="Only the identity that writes.")
@click.option(
    "--with",
    "beside",
    type=click.Choice(list(dict.fromkeys(one.name for one in BESIDE))),
    multiple=True,
    help="Also what this needs, in the role definitions.",
)
@click.option("--scope", "scopes", metavar="ID", multiple=True, help="Where the role may be assigned.")
@click.option("--json", "as_json", is_flag=True, help="Role definitions, as one JSON document.")
def command(
    rules: tuple[str, ...],
    more: tuple[str, ...],
    which: str | None,
    beside: tuple[str, ...],
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """List the least actions of the two identities, as tables or as role definitions.

    Several rules can follow `--for`. They narrow the applier's actions down; the reader reads all of it for every rule.
    Where the settings name a topic, what publishing needs is in the definitions without being asked for.
    """
    kinds = kinds_for(_known(*rules, *more))
    if as_json:
        settings = bootstrap.settings()
        inside = scopes or tuple(f"/subscriptions/{one}" for one in settings.subscriptions)
        beside += ("events",) * bool(settings.event_endpoint)
        roles = {
            "reader": views.reader_role(inside, beside),
            "applier": views.applier_role(kinds, inside, beside),
        }
        chosen = roles[which] if which else {**roles, "changes": views.changes_document(kinds)}
        out.document({"schema": SCHEMA, **chosen})
        return
    parts = []
    if which != "applier":
        parts.append("\n".join([out.heading("The reader"), *views.reader_lines()]))
    if which != "reader":
        parts.append("\n".join([out.heading("The applier"), *views.applier_lines(kinds)]))
    if which is None:
        parts.append("\n".join([out.heading("Beside changes"), *views.beside_lines()]))
    out.show("\n\n".join(parts))


def _known(*named: str) -> tuple[str, ...]:
    """The rules that were meant; wrong usage (2) with the list of all where there is none of an id."""
    known = [rule.id for rule in RULES]
    asked = [word.strip().lower() for text in named for word in text.split(",") if word.strip()]
    for word in asked:
        if word not in known:
            near = difflib.get_close_matches(word, known, 1, 0.6)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"there is no rule {word[:80]!r}.{meant}\nThe rules are: {', '.join(known)}")
    return tuple(dict.fromkeys(asked))

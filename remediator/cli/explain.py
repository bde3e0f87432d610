"""`--explain RULE`: what does a rule say? An option that `diagnose` and `rules` share; no estate is looked at."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any, TypeVar

import click

from remediator.cli import out
from remediator.views import explain_rule
from remediator.views.document import SCHEMA

Command = TypeVar("Command", bound=Callable[..., Any])


def option(command: Command) -> Command:
    """The option on a command; its value is the id of a rule, or None."""
    made = click.option("--explain", metavar="RULE", callback=_known, help="Print what a rule says, and nothing else.")
    return made(command)


def explained(rule: str, *, as_json: bool) -> None:
    """The rule's page on stdout."""
    if as_json:
        out.document({"schema": SCHEMA, "rule": explain_rule.document(rule)})
    else:
        out.show(explain_rule.terminal(rule, out.width()))


def _known(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """The rule that was meant; wrong usage (2) with the list of all where there is none of that id."""
    if value is None:
        return None
    rule, known = value.strip().lower(), list(explain_rule.pages())
    if rule in known:
        return rule
    near = difflib.get_close_matches(rule, known, 1, 0.6)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise click.BadParameter(f"there is no rule {value[:80]!r}.{meant}\nThe rules are: {', '.join(known)}", ctx, param)

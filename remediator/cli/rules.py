"""`remediator rules`: which rules are there, which hop does each judge, and what does it say?"""

from __future__ import annotations

import click

from remediator.cli import out
from remediator.cli.explain import explained, option
from remediator.core.rules import RULES
from remediator.views.document import SCHEMA
from remediator.views.wording import HOPS, rule_title


@click.command("rules")
@option
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(explain: str | None, as_json: bool) -> None:
    """List the rules in the order in which they are asked, or explain one."""
    if explain is not None:
        explained(explain, as_json=as_json)
        return
    if as_json:
        rows = [{"id": rule.id, "hop": rule.hop.value, "says": rule_title(rule.id)} for rule in RULES]
        out.document({"schema": SCHEMA, "rules": rows})
        return
    wide = max(len(rule.id) for rule in RULES)
    hops = max(len(HOPS[rule.hop]) for rule in RULES)
    out.show("\n".join(f"{r.id.ljust(wide)}  {HOPS[r.hop].ljust(hops)}  {rule_title(r.id)}" for r in RULES))

"""Which command was meant? The group of all commands, which imports one only when it is called.

A known error is printed as `error[code]: message` with its hint on stderr and ends with 1; click itself ends with 2 for
wrong usage. Data goes to stdout, talk to stderr.
"""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import Any

import click

from remediator.cli import out
from remediator.core.errors import RemediatorError

# Each command in the order in which a person meets them: its module (and its name in there), and what `--help` says.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo.command", "The first incident, end to end, on this machine."),
    "classify": ("classify", "Say what the text of a failed image pull means."),
    "diagnose": ("diagnose", "Find the broken link of each pull path, and what would mend it."),
    "plan": ("plan", "Show or save the changes that would mend it."),
    "apply": ("apply", "Apply a saved plan, or go on with an incident, after you approve it."),
    "sweep": ("sweep", "Judge every registry at once, and find what no event told of."),
    "incidents": ("incidents", "List the incidents, or show one."),
    "overview": ("overview", "Show how everything stands."),
    "approve": ("decide:approve", "Approve the plan of an incident."),
    "reject": ("decide:reject", "Reject the plan of an incident."),
    "stop": ("switch:stop", "Stop every write to Azure."),
    "resume": ("switch:resume", "Let writes to Azure go on."),
    "rules": ("rules", "List the rules."),
    "permissions": ("permissions", "List the least actions of the two identities."),
    "doctor": ("doctor", "Look whether everything is there that the program needs."),
    "selftest": ("selftest", "Send a test signal through the deployed chain, and watch it come out."),
    "policy": ("policy", "Check a desired-state document, or print its JSON Schema."),
    "estate": ("estate", "Write what is there now to an estate file."),
    "replay": ("replay", "Say what a policy would have done with the past."),
    "sandbox": ("sandbox", "Run a small Azure on loopback."),
    "serve": ("serve", "Run the web app and a work loop on this machine."),
    "bench": ("bench.command", "Measure how fast the program is on this machine."),
}


class Lazy(click.Group):
    """A group whose help needs no command's module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; imports its module."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(f"remediator.cli.{module}"), attribute or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in `--help`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a known error is told and ends with 1."""
        try:
            return super().invoke(ctx)
        except RemediatorError as error:
            out.trouble(error)
            ctx.exit(1)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="remediator", message="%(prog)s %(version)s")
def app() -> None:
    """Finds, explains and mends broken Private Link pull paths between Container Apps and Container Registry.

    Exit codes: 0 fine, 1 error, 2 wrong usage, 3 drift found (with --detailed-exit-code).
    """
    logging.getLogger("azure.identity").setLevel(logging.CRITICAL)  # our own error says what it would say at length
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without unicode shows `?` instead of a traceback

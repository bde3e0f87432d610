"""How is the story told? One screenful for each step, at 100 columns; and the same as a document."""

from __future__ import annotations

import textwrap
import time
from typing import Any

from remediator.cli import out
from remediator.core.errors import Misconfigured
from remediator.views.document import SCHEMA

STEPS = 10


class Teller:
    """Tells steps as they become true; `quiet` keeps them for the document only."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._began = time.monotonic()
        self._steps: list[dict[str, Any]] = []

    def step(self, title: str) -> None:
        """The next step begins."""
        self._steps.append({"step": len(self._steps) + 1, "title": title, "true": []})
        words = f"{len(self._steps)}/{STEPS}  {title}"
        self.say("" if len(self._steps) > 1 else None, words, "─" * min(out.width(), max(40, len(words))))

    def say(self, *lines: str | None) -> None:
        """Lines of the story; None is left out, and a longer line than fits is broken."""
        for line in lines if not self._quiet else ():
            for one in _broken(line) if line is not None else ():
                out.show(one)

    def true(self, sentence: str, holds: bool, got: object = "") -> None:
        """Something that must be so; `Misconfigured("demo-failed")` when it is not."""
        if not holds:
            raise Misconfigured(
                "demo-failed",
                f"step {len(self._steps)} ({self._steps[-1]['title']}): expected that {sentence}"
                + (f"; got: {got}" if got != "" else ""),
            )
        self._steps[-1]["true"].append(sentence)
        self.say(f"✓ {sentence}")

    def keep(self, **facts: Any) -> None:
        """Facts of this step for the document."""
        self._steps[-1].update(facts)

    @property
    def seconds(self) -> float:
        """How long the story has taken so far."""
        return time.monotonic() - self._began

    def document(self) -> dict[str, Any]:
        """The whole story."""
        return {"schema": SCHEMA, "resolved": True, "seconds": round(self.seconds, 2), "steps": self._steps}


def _broken(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    wide = textwrap.TextWrapper(out.width(), subsequent_indent=indent, break_on_hyphens=False, drop_whitespace=False)
    parts = [part for one in line.split("\n") for part in (wide.wrap(one) if len(one) > out.width() else [one])]
    return parts or [""]

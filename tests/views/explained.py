"""An estate that a test has built, explained: the sections as the terminal prints them."""

from __future__ import annotations

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Focus, diagnose
from remediator.core.pull_error import classify
from remediator.views.explain import Told, sections
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder


def told(
    builder: EstateBuilder, text: str = "", focus: Focus | None = None, desired: DesiredState | None = None
) -> Told:
    """The diagnosis of an estate, with an error text where one is given."""
    snapshot, wanted = snapshot_of(builder), desired or DesiredState()
    said = classify(text) if text else None
    return Told(diagnose(wanted, snapshot, focus, said), wanted, snapshot, said)


def explained(subject: EstateBuilder | Told, width: int = 100, **more: object) -> str:
    """The whole answer, each section under its title."""
    found = subject if isinstance(subject, Told) else told(subject, **more)  # type: ignore[arg-type]
    parts = (f"== {section.title}\n" + "\n".join(section.lines) for section in sections(found, width))
    return "\n".join(parts)


def section(subject: EstateBuilder | Told, title: str, **more: object) -> str:
    """One section's lines; "" where the answer has none of that title."""
    found = subject if isinstance(subject, Told) else told(subject, **more)  # type: ignore[arg-type]
    return "\n".join(line for one in sections(found) if one.title == title for line in one.lines)

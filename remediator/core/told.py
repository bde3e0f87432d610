"""What has an incident been told of why a pull fails? Asked by `flow/diagnose` while the incident is open."""

from __future__ import annotations

from remediator.core.incident import Incident
from remediator.core.pull_error import Cause, Confidence, PullError, classify


def told(incident: Incident) -> PullError | None:
    """What the latest error text of a signal says, else the clearest of the lines that were read in logs."""
    texts = [signal.text for signal in incident.signals if signal.text]
    if texts:
        return classify(texts[-1])
    return min((classify(line.text) for line in incident.evidence), key=_vagueness, default=None)


def _vagueness(said: PullError) -> tuple[bool, bool, int]:
    return said.cause is Cause.unknown, not said.managed, list(Confidence).index(said.confidence)

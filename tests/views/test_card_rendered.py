"""The Adaptive Card as Microsoft's own renderer draws it in Chromium, at the widths of a desktop and of a phone."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from remediator.core.incident import Incident
from remediator.views.card import message
from tests.browser.browsing import chromium
from tests.views import samples
from tests.views.test_card import ASK, HOSTILE, LINK, hostile, with_changes

SCRIPT = Path(__file__).with_name("render_card.mjs")


def rendered(incident: Incident, width: int) -> dict[str, Any]:
    """What the renderer complained of, and what is to be seen."""
    card = json.dumps(message(ASK, incident, LINK))
    command = ["node", str(SCRIPT), chromium("adaptivecards"), str(width)]
    done = subprocess.run(command, input=card, capture_output=True, text=True, timeout=60, check=True)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize("width", [360, 700])
def test_the_renderer_takes_it(width: int) -> None:
    """Microsoft's renderer reports no problem, draws every part, and nothing is wider than the card."""
    seen = rendered(samples.incident(), width)
    assert seen["problems"] == []
    assert seen["buttons"] == ["Read and decide"]
    assert seen["widest"] <= width
    assert "privatelink.azurecr.cn is not linked to vnet-spoke" in seen["text"]


def test_a_hundred_changes_are_drawn() -> None:
    """A card that was cut is still a card."""
    seen = rendered(with_changes(100), 700)
    assert seen["problems"] == []
    assert "more changes, which the page shows" in seen["text"]


def test_words_from_outside_are_drawn_as_they_are() -> None:
    """Markdown, HTML and mentions in an outside text are shown as typed: no link, no picture, no script."""
    seen = rendered(hostile(), 700)
    assert HOSTILE[:60] in seen["text"]
    assert seen["links"] == 0

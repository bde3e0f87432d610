"""The Adaptive Card of a notice: its shape, its size, and that nothing from outside is markup in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from remediator.core.incident import Incident, Notice, Status
from remediator.core.plan import Plan
from remediator.views.card import LIMIT, message
from tests.views import samples

LINK = "https://remediator.example/approvals/i.t"
ASK = Notice("approval-1", "approval", "teams", (("recipient", "teams:operations"),))
HOSTILE = '**bold** [win](https://evil.example) <img src=x onerror=alert(1)> {{DATE()}} @channel "\\u0000'


def card_of(incident: Incident, notice: Notice = ASK) -> dict[str, Any]:
    found: dict[str, Any] = message(notice, incident, LINK)["attachments"][0]["content"]
    return found


def parts_of(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from parts_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from parts_of(value)


def text_of(card: dict[str, Any]) -> str:
    return "\n".join("".join(run["text"] for run in part["inlines"]) for part in parts_of(card) if "inlines" in part)


def with_changes(count: int) -> Incident:
    incident = samples.incident()
    assert incident.diagnosis is not None
    change = samples.link_change()
    many = tuple(replace(change, summary=f"Link number {number}: {'long ' * 50}") for number in range(count))
    return replace(incident, diagnosis=replace(incident.diagnosis, plan=Plan(many)))


def hostile() -> Incident:
    incident = samples.incident()
    assert incident.diagnosis is not None
    path = samples.broken_path()
    told = replace(path.hops[-1], detail=HOSTILE)
    found = replace(incident.diagnosis, paths=(replace(path, hops=(*path.hops[:-1], told)),))
    return replace(incident, diagnosis=found)


def test_what_a_card_is() -> None:
    """Version 1.5 at most, one action, which opens the link, and nothing that Teams does not take from a webhook."""
    card = card_of(samples.incident())
    kinds = {part["type"] for part in parts_of(card) if "type" in part}
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.5")
    assert kinds == {
        "AdaptiveCard", "Container", "RichTextBlock", "TextRun", "TextBlock", "ColumnSet", "Column", "Action.OpenUrl",
    }  # fmt: skip
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Read and decide", "url": LINK}]


def test_what_a_question_says() -> None:
    """A question shows what fails and where, each change with its values, what it mends, the way back, its end."""
    text = text_of(card_of(samples.incident()))
    for wanted in (
        "orders cannot pull from contosoimages.azurecr.cn",
        "DNS zone: BROKEN HERE: privatelink.azurecr.cn is not linked to vnet-spoke",
        "(rule vnet-link)",
        "+ 1. Link privatelink.azurecr.cn to vnet-spoke",
        "create-vnet-link: link-vnet-spoke in rg-app",
        "+ resolutionPolicy: Default",
        "mends orders → contosoimages.azurecr.cn",
        "link-vnet-spoke: deleted again",
        "Please answer until 2026-08-02",
        "Incident",
    ):
        assert wanted in text


def test_news_of_a_mended_path_are_short() -> None:
    """A card about a resolved incident has neither plan nor path, and its head is green."""
    resolved = replace(samples.incident(), status=Status.RESOLVED)
    card = card_of(resolved, Notice("resolved-1", "resolved", "teams", (("recipient", "teams:operations"),)))
    assert "The plan" not in json.dumps(card)
    assert "BROKEN" not in text_of(card)
    assert card["body"][0]["style"] == "good"


@pytest.mark.parametrize("count", [1, 13, 100])
def test_a_long_plan_is_cut(count: int) -> None:
    """However long the plan is, the message stays below the limit and says how many changes the page has besides."""
    body = message(ASK, with_changes(count), LINK)
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= LIMIT
    text = text_of(body["attachments"][0]["content"])
    shown = sum(line.startswith(("+ ", "~ ")) and ". Link number" in line for line in text.splitlines())
    left = f"and {count - shown} more changes"
    assert shown >= 1
    assert (left in text) == (shown < count)


def test_words_from_outside_are_no_markup() -> None:
    """Texts from outside stand in text runs only; text blocks, which may be Markdown, hold our own titles."""
    card = card_of(hostile())
    titles = {part["text"] for part in parts_of(card) if part.get("type") == "TextBlock"}
    assert titles == {"The pull path", "The plan", "What it would do to pulls", "The way back"}
    assert "**bold** [win](https://evil.example)" in text_of(card)


def test_no_mail_address_is_on_a_card() -> None:
    """A card is read by a whole team: mail addresses in an error are taken out."""
    incident = replace(samples.incident(), status=Status.NEEDS_HUMAN, error=("x", "asked kim@contoso.example"))
    card = card_of(incident, Notice("needs-human-1", "needs-human", "teams", (("recipient", "teams:operations"),)))
    assert "kim@" not in json.dumps(card)

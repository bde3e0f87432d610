"""What does a notice look like in Teams? An Adaptive Card, in the message that a Workflows webhook takes.

The teams adapter posts what `message` gives: version 1.5, `Action.OpenUrl` and nothing else, 20 KB at most (learn
"Cards reference", azure-facts 11). Whatever comes from outside stands in text runs, which Teams shows as they are;
text blocks, which may hold Markdown, carry only our own words. Whole ids and the whole digest are on the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from remediator.core.incident import Incident, Notice, Status
from remediator.core.plan import Plan
from remediator.core.pull_path import PullPath
from remediator.views import changes, picture, wording
from remediator.views.notice import NoticeWords, asks, shows_path, shows_plan, status_of, words
from remediator.views.plain import plain, with_short_ids
from remediator.views.standing import registries_named

LIMIT = 20_000  # bytes of the whole message: Teams says 28 KB, and has refused 21 (azure-facts 11)
_DIGEST = 19  # as much of it as stands on a phone's line and still tells two plans apart
Element = dict[str, Any]
_TONES: dict[Status, str] = {
    Status.AWAITING_APPROVAL: "warning",
    Status.AWAITING_MERGE: "warning",
    Status.NEEDS_HUMAN: "attention",
    Status.ROLLED_BACK: "attention",
    Status.FORBIDDEN: "attention",
    Status.RESOLVED: "good",
    Status.NO_DRIFT: "good",
}
_COLOURS = {
    picture.Kind.OK: "Good",
    picture.Kind.BROKEN: "Attention",
    picture.Kind.UNKNOWN: "Warning",
}
# What a card that is too long does without, step by step: values, then changes beyond the first; the page has all.
_CUTS = ((12, True), (12, False), (3, False), (0, False))


def message(notice: Notice, incident: Incident, link: str) -> dict[str, Any]:
    """The body of the POST: an envelope with one card, at most `LIMIT` bytes; `link` is the card's only action."""
    told = words(notice, incident)
    for most, values in _CUTS:
        body = envelope(_card(told, notice, incident, link, most, values=values))
        if len(json.dumps(body, ensure_ascii=False).encode()) <= LIMIT:
            return body
    return envelope(_framed(told, _tone(notice, incident), [], link))


def envelope(card: Element) -> dict[str, Any]:
    """A card as the message that a Workflows webhook takes."""
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _card(told: NoticeWords, notice: Notice, incident: Incident, link: str, most: int, *, values: bool) -> Element:
    status, found = status_of(notice, incident), incident.diagnosis
    blocks: list[Element] = []
    if registries := registries_named(incident.registries):
        more = [f"and {len(registries) - most} more"] if len(registries) > most else []
        blocks += [_heading("The registries"), *_lines([*registries[:most], *more])]
    path = wording.decisive_path(found)
    if path is not None and shows_path(status):
        blocks += [_heading("The pull path"), _runs(_run(wording.path_title(path), bold=True)), *_hops(path)]
    if found is not None and found.plan and shows_plan(status):
        blocks += [_heading("The plan"), *_changes(found.plan, most, values=values)]
        blocks += [_heading("What it would do to pulls"), *_lines(wording.foresight_lines(found.foresight))]
        blocks += [_heading("The way back"), *_lines(wording.undo_sentences(found.plan.changes)[:most])]
    return _framed(told, _tone(notice, incident), blocks, link)


def _framed(told: NoticeWords, tone: str, blocks: Sequence[Element], link: str) -> Element:
    title = _runs(_run(told.subject.removeprefix("[remediator] "), bold=True, size="Large"))
    head = {"type": "Container", "style": tone, "bleed": True, "items": [title, _runs(_run(told.headline, bold=True))]}
    body = [head, *(_runs(_run(paragraph)) for paragraph in told.paragraphs), *blocks]
    body.append(_runs(_run(told.footer, subtle=True, size="Small")))
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": "en",
        "fallbackText": plain(f"{told.subject}. {told.headline}", 1000),
        "msteams": {"width": "Full"},
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": told.action, "url": link}] if link else [],
    }


def _tone(notice: Notice, incident: Incident) -> str:
    return "warning" if asks(notice) else _TONES.get(status_of(notice, incident), "emphasis")


def _hops(path: PullPath) -> Iterable[Element]:
    for row in picture.rows(path):
        mark = _run(picture.SIGNS.get(row.kind, "·"), bold=True, colour=_COLOURS.get(row.kind, "Default"))
        quiet = row.kind in (picture.Kind.UNASKED, picture.Kind.MISSED)
        said = f"{picture.CRIES.get(row.kind, '')}{'; '.join(row.lines)}"
        rule = [_run(f"(rule {row.rule})", subtle=True)] if row.rule else []
        label = _run(f"{row.label}:", bold=True, subtle=quiet, then=" ")
        what = _runs(label, _run(said, subtle=quiet, then=" "), *rule)
        yield {
            "type": "ColumnSet",
            "spacing": "Small",
            "columns": [
                {"type": "Column", "width": "24px", "items": [_runs(mark)]},
                {"type": "Column", "width": "stretch", "items": [what]},
            ],
        }


def _changes(plan: Plan, most: int, *, values: bool) -> Iterable[Element]:
    yield _runs(_run(changes.count_sentence(plan)))
    shown = changes.shown(plan)
    for change in shown[:most]:
        items = [_runs(_run(f"{change.mark} {change.number}. {change.summary or change.name}", bold=True))]
        items.append(_runs(_run(f"{change.kind}: {with_short_ids(change.target)}", subtle=True, size="Small")))
        if values:
            items += [_value(field) for field in change.fields]
        yield {"type": "Container", "spacing": "Small", "items": items}
    if left := len(shown) - len(shown[:most]):
        yield _runs(_run(f"… and {left} more changes, which the page shows", subtle=True))
    yield _runs(_run(f"digest {plan.digest[:_DIGEST]}…", subtle=True, size="Small"))


def _value(field: changes.ShownField) -> Element:
    mark = field.mark if field.mark.strip() else "·"
    return _runs(_run(plain(f"{mark} {field.name}: {field.words}", 300), size="Small")) | {"spacing": "None"}


def _lines(lines: Iterable[str]) -> Iterable[Element]:
    return (_runs(_run(line)) | {"spacing": "None"} for line in lines)


def _heading(title: str) -> Element:
    return {
        "type": "TextBlock",
        "text": title,
        "weight": "Bolder",
        "spacing": "Medium",
        "separator": True,
        "wrap": True,
    }


def _runs(*runs: Element) -> Element:
    return {"type": "RichTextBlock", "spacing": "Small", "inlines": list(runs)}


def _run(
    text: str,
    *,
    bold: bool = False,
    subtle: bool = False,
    size: str = "Default",
    colour: str = "Default",
    then: str = "",
) -> Element:
    """A piece of text that is never markup, `then` what parts it from the next; what is at its default is left out."""
    run: Element = {"type": "TextRun", "text": (plain(text, 1000) or " ") + then}
    run |= {"weight": "Bolder"} if bold else {}
    run |= {"isSubtle": True} if subtle else {}
    run |= {"size": size} if size != "Default" else {}
    run |= {"color": colour} if colour != "Default" else {}
    return run

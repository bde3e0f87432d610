"""How does the overview look? One page for a wall, a desk and a phone: values for its template, worded and counted.

`web/overview` calls `overview_page`. Figures come from `core/overview`; the pictures are those of `overview_svg`, and
each has its table. Without JavaScript, and readable in print.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from remediator.core.incident import Status
from remediator.core.overview import DayLine, Overview, RuleLine, SubscriptionLine
from remediator.core.resource_id import ResourceId
from remediator.core.words import counted
from remediator.views import overview_svg as pictures
from remediator.views import overview_words as words
from remediator.views.html import environment
from remediator.views.plain import moment, plain
from remediator.views.standing import stopped_sentence
from remediator.views.wording import STATUSES, kind_of, place_of, rule_title

SHOWN_SUBSCRIPTIONS, SHOWN_WAITING, SHOWN_WORST = 12, 8, 10


def overview_page(found: Overview, viewer: str, *, stopped: str = "") -> str:
    """The page for a signed-in reader."""
    since = found.since
    values: dict[str, Any] = {
        "title": "Overview",
        "viewer": viewer,
        "stopped": stopped_sentence(stopped),
        "headline": words.headline(found),
        "as_of": words.as_of(found),
        "swept": found.swept,
        "no_sweep": words.NO_SWEEP_MORE,
        "share": words.share(found.stand),
        "bar": _svg(pictures.stand_bar(found.stand)) if found.stand.total else "",
        "states": _states(found),
        "compared": words.since_when(since),
        "tiles": _tiles(found),
        "waiting": [_waiting(one, found) for one in found.waiting[:SHOWN_WAITING]],
        "more_waiting": found.waiting_count - min(len(found.waiting), SHOWN_WAITING),
        "doors": [
            {
                "href": f"/incidents/{plain(one.incident, 200)}",
                "name": plain(ResourceId(one.registry).name, 80),
                "address": plain(one.address, 60),
                "ends": words.ends_in(one.closes_at, found.at),
            }
            for one in found.doors
        ],
        "more_doors": found.door_count - len(found.doors),
        "since": words.since_lines(since),
        "recent": [
            {
                "href": f"/incidents/{plain(one.incident, 200)}",
                "tone": _tone(one.status),
                "status": STATUSES[Status(one.status)],
                "name": plain(ResourceId(one.subject).name, 80),
                "rule": rule_title(one.rule),
                "ago": words.age(one.at, found.at),
            }
            for one in since.recent
        ],
        **_rules(found.rules),
        **_subscriptions(found),
        **_days(found.days),
        "worst": [
            {
                "name": plain(ResourceId(one.registry).name, 80),
                "place": f"{plain(ResourceId(one.registry).resource_group, 90)}",
                "state": one.state,
                "rules": [plain(rule, 60) for rule in one.rules[:3]],
            }
            for one in found.worst[:SHOWN_WORST]
        ],
    }
    return environment().get_template("overview.html").render(**values)


def _states(found: Overview) -> list[dict[str, Any]]:
    before = found.since.stand
    return [
        {
            "state": state,
            "label": words.LABELS[state],
            "count": words.number(getattr(found.stand, state)),
            "change": words.difference(getattr(found.stand, state), getattr(before, state) if before else None),
        }
        for state in words.STATES
    ]


def _tiles(found: Overview) -> list[dict[str, str]]:
    called = sum(1 for one in found.waiting if one.status == Status.NEEDS_HUMAN.value)
    return [
        _tile(words.number(found.waiting_count), "waiting for a person", "broken" if called else "", "#waiting"),
        _tile(words.number(found.open), "incidents open", "", "/incidents"),
        _tile(words.number(found.door_count), "openings", "unknown" if found.door_count else "", "#openings"),
        _tile(words.number(found.mended), "mended in 30 days", "", "#days"),
        _tile(words.span(found.mend_median), "median time to mend", "", "#rules"),
        _tile(words.span(found.exposed), "of exposure in 30 days", "", "#rules"),
        _tile(words.number(found.missed), "events missed in 30 days", "unknown" if found.missed else "", "#days"),
    ]


def _tile(figure: str, label: str, tone: str, href: str) -> dict[str, str]:
    return {"figure": figure, "label": label, "tone": tone, "href": href}


def _waiting(one: Any, found: Overview) -> dict[str, str]:
    subject = ResourceId(one.subject)
    return {
        "href": f"/incidents/{plain(one.incident, 200)}",
        "tone": _tone(one.status),
        "status": STATUSES[Status(one.status)],
        "name": plain(subject.name, 80),
        "place": place_of(subject),
        "what": rule_title(one.rule) if one.rule else f"{kind_of(subject)}: nothing found yet",
        "ago": words.age(one.since, found.at),
    }


def _rules(lines: Sequence[RuleLine]) -> dict[str, Any]:
    most = max((one.registries for one in lines), default=0)
    exposed = max((one.exposed for one in lines), default=0.0)
    rows = [
        {
            "rule": plain(one.rule, 60),
            "title": rule_title(one.rule),
            "registries": words.number(one.registries),
            "bar": _svg(pictures.length(one.registries, most, "broken")),
            "change": words.difference(one.registries, one.before),
            "open": words.number(one.open),
            "incidents": words.number(one.incidents),
            "mended": words.number(one.mended),
            "median": words.span(one.mend_median),
            "longest": words.span(one.mend_longest),
            "exposed": words.span(one.exposed) if one.exposed else "–",
            "exposed_bar": _svg(pictures.length(one.exposed, exposed, "unknown")),
        }
        for one in lines
    ]
    return {"rules": rows}


def _subscriptions(found: Overview) -> dict[str, Any]:
    rows = [_subscription(one) for one in found.subscriptions]
    return {
        "subscriptions": rows[:SHOWN_SUBSCRIPTIONS],
        "other_subscriptions": rows[SHOWN_SUBSCRIPTIONS:],
        "subscriptions_said": counted(found.subscription_count, "subscription"),
        "subscriptions_cut": found.subscription_count - len(rows),
    }


def _subscription(one: SubscriptionLine) -> dict[str, Any]:
    stand = one.stand
    return {
        "name": plain(one.subscription, 80),
        "bar": _svg(pictures.small_bar(stand)) if stand.total else "",
        "total": words.number(stand.total) if one.swept_at else "–",
        "broken": words.number(stand.broken) if one.swept_at else "–",
        "unknown": words.number(stand.unknown) if one.swept_at else "–",
        "drift": words.number(stand.drift) if one.swept_at else "–",
        "open": words.number(one.open),
        "waiting": words.number(one.waiting),
        "swept": moment(one.swept_at)[:16] if one.swept_at else "never",
    }


def _days(days: Sequence[DayLine]) -> dict[str, Any]:
    """The pictures of the window with their ends, and the table in which the same stands."""
    looked = [day for day in days if day.stand]
    rows = [
        {
            "day": f"{day.day:%Y-%m-%d}",
            "opened": words.number(day.opened),
            "mended": words.number(day.mended),
            "missed": words.number(day.missed),
            "exposed": words.span(day.exposed) if day.exposed else "–",
            "trouble": words.number(day.stand.total - day.stand.fine) if day.stand else "–",
        }
        for day in reversed(days)
    ]
    return {
        "days": rows,
        "first_day": f"{days[0].day:%d %b}" if days else "",
        "last_day": f"{days[-1].day:%d %b}" if days else "",
        "by_day": _svg(pictures.incidents_by_day(days)),
        "by_day_most": words.number(max((max(day.opened, day.mended) for day in days), default=0)),
        "exposure": _svg(pictures.exposure_by_day(days)),
        "exposure_most": words.span(max((day.exposed for day in days), default=0.0)),
        "trouble": _svg(pictures.trouble_by_day(days)) if looked else "",
        "trouble_most": words.number(max((day.stand.total - day.stand.fine for day in looked if day.stand), default=0)),
    }


def _tone(status: str) -> str:
    if status in (Status.RESOLVED.value, Status.NO_DRIFT.value):
        return "ok"
    bad = (Status.NEEDS_HUMAN, Status.FORBIDDEN, Status.REJECTED, Status.EXPIRED, Status.ROLLED_BACK)
    return "broken" if status in {one.value for one in bad} else "unknown"


def _svg(drawn: str) -> Markup:
    return Markup(drawn)  # noqa: S704 - numbers and words of ours; texts in it are escaped

"""The pages in a real browser: on a phone by day and by night, on a desktop by night, with JavaScript and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.core.execution import Execution, Step, StepState
from remediator.core.incident import Incident, Status
from tests.browser.browsing import cookie_of, looked_at, served
from tests.views import samples
from tests.views.fleet_sample import fleet_overview
from tests.web.stage import LINK, World, asked, world

PAGES = {
    "approval": LINK,
    "incident": "/incidents/01j4incident",
    "list": "/incidents",
    "overview": "/overview",
    "refusal": "/incidents/nobody",
}
KINDS = [(name, width, dark) for name in PAGES for width, dark in ((360, False), (360, True), (1200, True))]
NO_ICON = "Failed to load resource: the server responded with a status of 404 (Not Found)"


def name_of(page: str, width: int, dark: bool) -> str:
    return f"{page}-{width}-{'dark' if dark else 'light'}"


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """Every page in every dress, looked at by one browser."""
    stage = world()
    stage.overview = fleet_overview()
    with served(stage) as origin:
        looks = [{"name": name_of(*kind), "path": PAGES[kind[0]], "width": kind[1], "dark": kind[2]} for kind in KINDS]
        looks += [
            {"name": f"{page}-plain", "path": path, "width": 360, "script": False} for page, path in PAGES.items()
        ]
        looks += [{"name": "signin", "path": "/signin", "width": 360}]
        looks += [{"name": "paper", "path": "/overview", "width": 800, "dark": True, "print": True}]
        yield looked_at(origin, looks, cookie_of(stage.settings, "kim"))


@pytest.mark.parametrize(("page", "width", "dark"), KINDS)
def test_everybody_can_use_it(seen: dict[str, Any], page: str, width: int, dark: bool) -> None:
    """The accessibility checker axe finds nothing, nothing is wider than the screen, and nothing complains."""
    told = seen[name_of(page, width, dark)]
    assert told["violations"] == []
    assert told["widest"] <= width
    assert [line for line in told["complaints"] if line != NO_ICON] == []


@pytest.mark.parametrize("page", PAGES)
def test_scripts_are_not_needed(seen: dict[str, Any], page: str) -> None:
    """Without JavaScript a page says the same."""
    assert seen[f"{page}-plain"]["text"] == seen[name_of(page, 360, False)]["text"]


def test_the_overview_is_printed_dark_on_light(seen: dict[str, Any]) -> None:
    """Paper is white, also where the screen is dark, and everything fits on it."""
    assert seen["paper"]["card"] == "rgb(255, 255, 255)"
    assert seen["overview-1200-dark"]["card"] != "rgb(255, 255, 255)"
    assert seen["paper"]["widest"] <= 800


def test_signing_in_can_be_used_by_everybody(seen: dict[str, Any]) -> None:
    """The local sign-in has no accessibility problem either."""
    assert seen["signin"]["violations"] == []


def test_a_long_word_stays_on_the_phone() -> None:
    """A word without end, from outside or as the reader's name, is broken and makes no page wider than a phone."""
    stage, name = world(), "k" * 64
    assert stage.incident.diagnosis is not None
    path = samples.broken_path()
    told = replace(path.hops[-1], detail="x" * 300)
    found = replace(stage.incident.diagnosis, paths=(replace(path, hops=(*path.hops[:-1], told)),))
    stage.incident = replace(stage.incident, diagnosis=found)
    pages = {page: PAGES[page] for page in ("approval", "incident", "list")}
    with served(stage) as origin:
        looks = [{"name": page, "path": where, "width": 360} for page, where in pages.items()]
        seen = looked_at(origin, looks, cookie_of(stage.settings, name))
    assert [(page, told["widest"]) for page, told in seen.items() if told["widest"] > 360] == []
    assert all(name in told["text"] for told in seen.values())


def decided(stage: World, keys: list[str]) -> dict[str, Any]:
    """The page after somebody pressed those keys on it."""
    with served(stage) as origin:
        look = {"name": "page", "path": LINK, "width": 360, "script": False, "keys": keys}
        found: dict[str, Any] = looked_at(origin, [look], cookie_of(stage.settings, "kim"))["page"]
        return found


def test_a_plan_is_approved_by_keyboard_alone() -> None:
    """Tab, a typed word and Enter approve a plan, without a mouse and without JavaScript."""
    stage = world()
    told = decided(stage, ["Tab", "Tab", "text:contosoimages", "Tab", "Tab", "Enter!"])
    assert stage.incident.status is Status.APPROVED
    assert "You said yes to this plan" in told["text"]


def test_enter_in_the_wrong_place_approves_nothing() -> None:
    """Enter in an empty field sends no approval: the word is missing, and the page says so."""
    stage = world()
    told = decided(stage, ["Tab", "Tab", "Enter!"])
    assert stage.incident.status is Status.AWAITING_APPROVAL
    assert "contosoimages" in told["text"]


def applying() -> Incident:
    """The sample while its changes are being made: one is done, one under way, one waits."""
    incident = asked(status=Status.APPLYING)
    assert incident.diagnosis is not None
    three = (samples.link_change(), samples.record_change(), samples.delete_change())
    states = (StepState.DONE, StepState.STARTED, StepState.WAITING)
    execution = Execution(incident.diagnosis.plan.digest, tuple(Step(state) for state in states), samples.NOW)
    plan = replace(incident.diagnosis.plan, changes=three)
    return replace(incident, diagnosis=replace(incident.diagnosis, plan=plan), execution=execution)


def test_progress_is_seen_while_changes_are_made() -> None:
    """While a plan is applied the page shows how far each change is, and loads itself again without JavaScript."""
    stage = world()
    stage.incident = applying()
    stage.clock.at = samples.NOW + timedelta(minutes=1)
    with served(stage) as origin:
        look = {"name": "page", "path": "/incidents/01j4incident", "width": 360}
        told = looked_at(origin, [look], cookie_of(stage.settings, "kim"))["page"]
    lines = told["text"].splitlines()
    at = lines.index("What is being done")
    assert [line.split()[-1] for line in lines[at + 1 : at + 4]] == ["done", "way", "waits"]
    assert told["violations"] == []

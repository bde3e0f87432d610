"""The pages with every decision, with a pull request and with the form of an opening, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from remediator.core.code_request import CodeRequest, Purpose
from remediator.core.incident import Status
from remediator.core.pull_request import PullRequest
from tests.browser.browsing import cookie_of, looked_at, served
from tests.views import samples
from tests.web.stage import LINK, PLATFORM, World, principal, world
from tests.web.test_deciding import HOME, drifting, with_code

INCIDENT = "/incidents/01j4incident"
SIZES = [(360, False), (1200, True)]
FROM_OUTSIDE = {"x-ms-client-principal": principal(), "x-forwarded-for": "20.50.1.2"}
RESOURCE = "resource link 'virtualNetworkLinks' = {"
INSTRUCTION = f"Two modules declare the zone. In the right one:\n\n  {RESOURCE}\n    name: 'spoke'\n  }}"


def every_decision() -> World:
    """Five decisions: three ways, "this was intended", and no."""
    return drifting(with_code(world()))


def instructed() -> World:
    """An incident whose code could not be written, with what a person would write."""
    stage = world()
    made = PullRequest(7, "https://github.com/contoso/network/pull/7", "remediator/01j4incident")
    request = CodeRequest(Purpose.BESIDE, made.branch, "d1:x", samples.NOW, HOME, made)
    over = request.ended(("code-not-located", "two modules declare the zone"), INSTRUCTION)
    stage.incident = replace(stage.incident, status=Status.RESOLVED, pull_request=over)
    return stage


def looks(name: str, path: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    found = [
        {"name": f"{name}-{width}-{dark}", "path": path, "width": width, "dark": dark, "headers": headers or {}}
        for width, dark in SIZES
    ]
    return [*found, {"name": f"{name}-plain", "path": path, "width": 360, "script": False, "headers": headers or {}}]


@pytest.fixture(scope="module")
def seen() -> Iterator[dict[str, Any]]:
    """Each page in every dress."""
    told: dict[str, Any] = {}
    for name, stage, path in (("decisions", every_decision(), LINK), ("instructed", instructed(), INCIDENT)):
        with served(stage) as origin:
            told |= looked_at(origin, looks(name, path), cookie_of(stage.settings, "kim"))
    stage = world(PLATFORM)
    stage.incident = replace(stage.incident, registries=(samples.REGISTRY,))
    with served(stage, PLATFORM) as origin:
        told |= looked_at(origin, looks("opening", INCIDENT, FROM_OUTSIDE))
    yield told


@pytest.mark.parametrize("page", ["decisions", "instructed", "opening"])
@pytest.mark.parametrize(("width", "dark"), SIZES)
def test_everybody_can_use_it(seen: dict[str, Any], page: str, width: int, dark: bool) -> None:
    """The accessibility checker axe finds nothing, and nothing is wider than the screen."""
    told = seen[f"{page}-{width}-{dark}"]
    assert told["status"] == 200
    assert told["violations"] == []
    assert told["widest"] <= width


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("decisions", "This was intended"),
        ("instructed", "resource link 'virtualNetworkLinks'"),
        ("opening", "Let my address in for a while"),
    ],
)
def test_scripts_are_not_needed(seen: dict[str, Any], page: str, words: str) -> None:
    """Without JavaScript the same is there."""
    assert words in seen[f"{page}-plain"]["text"]
    assert seen[f"{page}-plain"]["text"] == seen[f"{page}-360-False"]["text"]


def test_a_way_is_chosen_by_keyboard_alone() -> None:
    """Tab to the third button and Enter choose the request instead, without a mouse and without JavaScript."""
    stage = every_decision()
    with served(stage) as origin:
        keys = ["Tab", "Tab", "text:contosoimages", "Tab", "Tab", "Tab", "Enter!"]
        look = {"name": "page", "path": LINK, "width": 360, "script": False, "keys": keys}
        looked_at(origin, [look], cookie_of(stage.settings, "kim"))
    assert [approval.way for approval in stage.incident.approvals] == ["pull-request"]

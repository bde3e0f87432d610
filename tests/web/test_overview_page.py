"""The overview in the web app: who may read it, what it says, and its tables as CSV and JSON."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from remediator.core.overview import NamedRegistry, Overview, RuleLine, Stand, WaitingLine
from remediator.views.overview_tables import TABLES, as_csv
from tests.views import samples
from tests.views.fleet_sample import fleet_overview
from tests.web.stage import PLATFORM, World, principal, sign_in, world

PATHS = ["/overview", "/overview/rules.csv", "/api/overview"]


def signed_in(stage: World):  # type: ignore[no-untyped-def]
    client = stage.client()
    sign_in(client)
    return client


@pytest.mark.parametrize("path", PATHS)
def test_reading_needs_a_sign_in(path: str) -> None:
    """Nobody reads the overview without being signed in, and where readers are named nobody else does."""
    client = world().client()
    assert client.get(path).status_code == 401
    sign_in(client)
    assert client.get(path).status_code == 200
    few = world(replace(PLATFORM, readers=frozenset({"Reader"}))).client()
    assert few.get(path, headers={"x-ms-client-principal": principal()}).status_code == 403


def test_without_any_sweep() -> None:
    """Before the first sweep the page says so, and claims nothing about registries that nobody has looked at."""
    page = signed_in(world()).get("/overview").text
    assert "No sweep has run yet" in page
    assert "as they should be</h1>" not in page


def test_what_the_page_says() -> None:
    """How registries stand, what waits, which openings end when, figures by rule and by subscription."""
    stage = world()
    stage.overview = fleet_overview()
    answer = signed_in(stage).get("/overview")
    found = stage.overview
    words = re.sub(r"<[^>]+>", " ", answer.text)
    assert f"{found.stand.fine:,} of 10,000 registries are as they should be" in words
    assert "20.50.1.2" in words
    assert "closes in 38 min" in words
    assert all(one.rule in words for one in found.rules)
    assert all(one.subscription in words for one in found.subscriptions)
    assert f'href="/incidents/{found.waiting[0].incident}"' in answer.text
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    assert answer.headers["refresh"] == "60"


def test_pictures_say_what_they_show() -> None:
    """Each picture that is no ornament has a title and a description with its figures."""
    stage = world()
    stage.overview = fleet_overview()
    page = signed_in(stage).get("/overview").text
    pictures = re.findall(r'<svg [^>]*role="img".*?</svg>', page)
    assert len(pictures) == 4
    assert all(re.search(r"<title>[^<]+</title><desc>[^<]+</desc>", one) for one in pictures)
    assert f"a pull is broken: {stage.overview.stand.broken}" in pictures[0]
    others = re.findall(r"<svg [^>]*>", page)
    assert all('aria-hidden="true"' in one or 'role="img"' in one for one in others)


@pytest.mark.parametrize("table", list(TABLES))
def test_tables_as_csv(table: str) -> None:
    """Each table is a CSV file with a head, and as many rows as the overview has."""
    stage = world()
    stage.overview = fleet_overview()
    answer = signed_in(stage).get(f"/overview/{table}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="overview-{table}.csv"' in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert len(rows) == len(TABLES[table](stage.overview)[1]) > 0
    assert {len(row) for row in rows} == {len(head)}


def test_no_such_table() -> None:
    """Another table is refused, and the ones that there are are named."""
    answer = signed_in(world()).get("/overview/secrets.csv")
    assert answer.status_code == 400
    assert "subscriptions" in answer.text


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_computes_nothing(start: str) -> None:
    """A name that a spreadsheet would take for a formula gets a quote in front; an ordinary one stays as it is."""
    evil = f'{start}HYPERLINK("https://evil.example")'
    found = Overview(
        samples.NOW,
        waiting=(WaitingLine("1", f"/a/{evil}", "OPEN", evil, samples.NOW),),
        worst=(NamedRegistry("/a/plain", "broken", (evil,)),),
        rules=(RuleLine(evil),),
    )
    for table in TABLES.values():
        for row in list(csv.reader(io.StringIO(as_csv(table(found)))))[1:]:
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert "/a/plain" in as_csv(TABLES["registries"](found))


def test_as_json() -> None:
    """Programs read the same figures as one document, with times in UTC."""
    stage = world()
    stage.overview = fleet_overview()
    told = signed_in(stage).get("/api/overview").json()
    assert told["schema"] == 1
    assert told["stand"] == {state: getattr(stage.overview.stand, state) for state in told["stand"]}
    assert told["at"] == "2026-08-01 02:14:07Z"
    assert len(told["days"]) == 30
    assert told["rules"][0]["rule"] == stage.overview.rules[0].rule


def test_hostile_names_stay_text() -> None:
    """Names from outside are shown as text."""
    stage = world()
    name = "<img src=x onerror=alert(1)>"
    stage.overview = Overview(
        samples.NOW,
        stand=Stand(broken=1),
        swept_until=samples.NOW,
        waiting=(WaitingLine("1", f"/a/{name}", "NEEDS_HUMAN", name, samples.NOW),),
        worst=(NamedRegistry(f"/a/{name}", "broken", (name,)),),
        rules=(RuleLine(name, 1),),
    )
    page = signed_in(stage).get("/overview").text
    assert "<img" not in page
    assert "&lt;img" in page

"""Clock, names, api-versions and deadlines, as the doctor judges them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from remediator.core.cloud import AZURE_CHINA, AZURE_PUBLIC
from remediator.core.doctor import State
from remediator.core.doctor_platform import App, Provider, api_versions, clock, name, platform, teams
from remediator.core.unknown import Unknown

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("seconds", "state"), [(0, State.OK), (119, State.OK), (-120, State.OK), (121, State.ERROR), (-300, State.ERROR)]
)
def test_the_clock_may_be_two_minutes_wrong(seconds: int, state: State) -> None:
    """More than two minutes in either direction is an error."""
    assert clock(timedelta(seconds=seconds)).state is state


def test_a_clock_that_cannot_be_compared_is_unknown() -> None:
    """Without Azure's time the machine's clock is not called right."""
    assert clock(Unknown("no answer")).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (("10.0.0.5",), State.OK, "private"),
        (("20.60.1.2",), State.OK, "public"),
        (("10.0.0.5", "20.60.1.2"), State.WARNING, "at once"),
        ((), State.ERROR, "does not resolve"),
        (Unknown("try again later"), State.UNKNOWN, "try again later"),
    ],
)
def test_names(found: tuple[str, ...] | Unknown, state: State, words: str) -> None:
    """A name must resolve; whether to a private or a public address is said."""
    check = name("x.table.core.windows.net", found)
    assert (check.state, check.about, words in check.found) == (state, "x.table.core.windows.net", True)


NEWEST, OLDER = "2025-11-01", "2023-07-01"


@pytest.mark.parametrize(
    ("provider", "state", "words"),
    [
        (Provider("P", True, {"kinds": NEWEST}, {"kinds": (NEWEST, OLDER)}), State.OK, "1 resource type"),
        (
            Provider("P", True, {"kinds": NEWEST}, {"kinds": (OLDER,)}),
            State.WARNING,
            f"P/kinds {NEWEST} (newest: {OLDER})",
        ),
        (Provider("P", True, {"kinds": NEWEST}, {}), State.WARNING, "does not have P/kinds"),
        (Provider("P", False, {"kinds": NEWEST}, {"kinds": (NEWEST,)}), State.ERROR, "not registered: P"),
    ],
)
def test_api_versions(provider: Provider, state: State, words: str) -> None:
    """A cloud that lags behind is a warning; a namespace that is not registered is an error with its command."""
    check = api_versions("s", [provider])
    assert (check.state, words in check.found) == (state, True)
    assert ("az provider register -n P" in check.fix) == (state is State.ERROR)


@pytest.mark.parametrize(
    ("app", "states"),
    [
        (App("f", "FC1", python="3.13", tls="1.2"), {State.OK}),
        (App("f", "Y1", python="3.13", tls="1.3"), {State.OK}),
        (App("f", "Y1", python="3.10", tls="1.2"), {State.OK, State.ERROR}),
        (App("f", "EP1", python="3.11", tls="1.2"), {State.OK, State.WARNING}),
        (App("f", "EP1", python="3.13", host="~3", tls="1.2"), {State.OK, State.ERROR}),
        (App("f", "EP1", python="3.13", tls="1.0"), {State.OK, State.WARNING}),
        (App("f", "EP1", python="3.13"), {State.OK, State.UNKNOWN}),
        (App("f", "", python="3.13", tls="1.2"), {State.OK, State.UNKNOWN}),
    ],
)
def test_deadlines_of_the_platform(app: App, states: set[State]) -> None:
    """What has ended is an error, what ends within a year a warning, what is not told unknown."""
    assert {check.state for check in platform(app, TODAY, running="3.13", in_azure=True)} == states


def test_a_retiring_plan_is_named_with_its_day() -> None:
    """A Linux Consumption plan is said to end on 30 September 2028, and warned of from a year before."""
    first = platform(App("f", "Y1", python="3.13", tls="1.2"), date(2027, 10, 1), running="3.13", in_azure=True)
    assert [(c.state, "2028-09-30" in c.found) for c in first if c.about == "f"] == [(State.WARNING, True)]


def test_an_app_that_is_not_found_is_unknown() -> None:
    """Whether a plan is retiring is not known where no app answers at our address; out of Azure it does not matter."""
    assert State.UNKNOWN in {c.state for c in platform(None, TODAY, running="3.13", in_azure=True)}
    assert {c.state for c in platform(None, TODAY, running="3.13", in_azure=False)} == {State.SKIPPED}


def test_webhooks_by_their_shape() -> None:
    """A connector's address, a team without webhook, and Teams in China are told."""
    old = teams((), {"ops": "contoso.webhook.office.com"}, AZURE_PUBLIC, TODAY)
    assert [(c.state, c.about) for c in old] == [(State.ERROR, "ops")]
    assert [c.about for c in teams(("teams:night",), {}, AZURE_PUBLIC, TODAY)] == ["night"]
    flow = {"ops": "prod-1.logic.azure.cn"}
    assert [c.state for c in teams(("teams:ops",), flow, AZURE_CHINA, TODAY)] == [State.WARNING]
    assert teams(("teams:ops",), flow, AZURE_PUBLIC, TODAY) == ()

"""Asking that one's own address be let in: which address that is, and who may ask."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from httpx2 import Response

from remediator.core.desired import Approvers, DesiredState, Limits, RegistryIntent
from tests.views import samples
from tests.web.stage import PLATFORM, World, principal, world

PAGE = "/incidents/01j4incident"
PATH = f"{PAGE}/openings"
FORM = {"registry": samples.REGISTRY.text, "minutes": "60"}


def stage() -> World:
    found = world(PLATFORM)
    found.incident = replace(found.incident, registries=(samples.REGISTRY,))
    return found


def headers(forwarded: str, who: str = "object-kim") -> dict[str, str]:
    return {"x-ms-client-principal": principal(who), "x-forwarded-for": forwarded}


def asked(place: World, forwarded: str, **fields: str) -> Response:
    """The answer to the form of the page that came from that address."""
    client = place.client()
    page = client.get(PAGE, headers=headers(forwarded)).text
    csrf = next(iter(re.findall(r'name="csrf" value="([^"]+)"', page)), "none")
    return client.post(PATH, data={"csrf": csrf, **FORM, **fields}, headers=headers(forwarded))


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("20.50.1.2:51234", "20.50.1.2"),
        ("20.50.1.2", "20.50.1.2"),
        ("8.8.8.8, 20.50.1.2:51234", "20.50.1.2"),
        ("8.8.8.8,1.1.1.1 , 20.50.1.2", "20.50.1.2"),
    ],
)
def test_only_the_platforms_own_entry_counts(forwarded: str, address: str) -> None:
    """Of a forwarded-for list the last entry is the platform's; what a caller wrote before it is not believed."""
    place = stage()
    answer = asked(place, forwarded)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/incident-1")
    (signal,) = place.signals
    assert signal.opening is not None
    assert (signal.opening.address, signal.opening.minutes, signal.opening.registry) == (address, 60, samples.REGISTRY)
    assert signal.actor == "object-kim"


def test_of_two_headers_the_last_counts() -> None:
    """A forwarded-for header that the caller sent in a line of its own is not believed either."""
    place = stage()
    client = place.client()
    sent = [("x-ms-client-principal", principal("object-kim"))]
    sent += [("x-forwarded-for", "8.8.8.8"), ("x-forwarded-for", "20.50.1.2:51234")]
    page = client.get(PAGE, headers=sent).text
    csrf = next(iter(re.findall(r'name="csrf" value="([^"]+)"', page)), "none")
    assert client.post(PATH, data={"csrf": csrf, **FORM}, headers=sent).status_code == 303
    assert [signal.opening and signal.opening.address for signal in place.signals] == ["20.50.1.2"]


@pytest.mark.parametrize(
    "forwarded",
    ["", "20.50.1.2, 10.0.0.4", "2603:1020::1", "[2603:1020::1]:443", "unknown", "20.50.1.2, ", "224.0.0.1"],
)
def test_no_other_address_is_let_in(forwarded: str) -> None:
    """Private, IPv6 and multicast addresses, and what is none, are refused; the page offers no form for them."""
    place = stage()
    assert "Let my address in" not in place.client().get(PAGE, headers=headers(forwarded)).text
    assert asked(place, forwarded).status_code in (400, 403)
    assert place.signals == []


@pytest.mark.parametrize(
    "fields", [{"minutes": "61"}, {"minutes": "-1"}, {"minutes": ""}, {"registry": "/subscriptions/x"}]
)
def test_what_is_asked_for_is_checked(fields: dict[str, str]) -> None:
    """Only the offered minutes and the incident's own registries can be asked for."""
    place = stage()
    assert asked(place, "20.50.1.2", **fields).status_code == 400
    assert place.signals == []


def test_a_form_from_elsewhere_is_refused() -> None:
    """Without our page's token nothing is asked for."""
    place = stage()
    assert asked(place, "20.50.1.2", csrf="1.x").status_code == 403
    assert place.signals == []


def test_others_than_approvers_may_not_ask() -> None:
    """Who may not decide about the registry sees no form and is refused."""
    place = stage()
    place.desired = DesiredState(declared=True, registries=(RegistryIntent(approvers=Approvers(users=("li",))),))
    assert "Let my address in" not in place.client().get(PAGE, headers=headers("20.50.1.2")).text
    assert asked(place, "20.50.1.2").status_code == 403
    assert place.signals == []


def test_only_the_minutes_that_are_allowed_are_offered() -> None:
    """The form offers what the desired state allows."""
    place = stage()
    place.desired = DesiredState(limits=Limits(max_opening_minutes=15))
    page = place.client().get(PAGE, headers=headers("20.50.1.2")).text
    assert "15 minutes" in page
    assert "60 minutes" not in page

"""A company's fleet in values: the overview that pages, pictures and measurements are made with. Always the same."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

from remediator.core.fleet import Affected, FleetPart, RegistryState, together
from remediator.core.incident import Status
from remediator.core.overview import FleetDay, Overview, Stand
from remediator.core.overview_fold import observed, overview
from remediator.core.resource_id import ResourceId, resource_id
from remediator.core.tally import Tally
from tests.views.samples import NOW

RULES = ("dns-record", "vnet-link", "private-endpoint", "public-network-access", "ip-rules", "peering", "custom-dns")
WORDS = ("orders", "catalog", "images", "billing", "search", "media", "fleet", "claims", "retail", "ledger")
ENDS = (*[Status.RESOLVED] * 7, Status.ROLLED_BACK, Status.EXPIRED, Status.NO_DRIFT)
OPEN = (*[Status.AWAITING_APPROVAL] * 3, Status.APPLYING, Status.NEEDS_HUMAN)


def registry(chance: random.Random, subscription: str) -> ResourceId:
    name = f"contoso{chance.choice(WORDS)}{chance.randrange(1, 100):02d}"
    return resource_id(subscription, f"rg-{name[7:-2]}", "Microsoft.ContainerRegistry/registries", name)


def subscriptions(count: int = 100) -> list[str]:
    chance = random.Random("subscriptions")
    return [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(count)]


def parts(count: int = 100, each: int = 100, trouble: float = 0.03) -> list[FleetPart]:
    """What the last sweep found: most subscriptions are fine, a few have most of the trouble."""
    chance = random.Random("parts")
    made = []
    for number, name in enumerate(subscriptions(count)):
        share = trouble * 4 if number % 7 == 0 else trouble / 3
        broken = sum(chance.random() < share / 3 for _ in range(each))
        unknown = sum(chance.random() < share / 8 for _ in range(each))
        drift = sum(chance.random() < share for _ in range(each))
        states = (
            (RegistryState.BROKEN, broken),
            (RegistryState.UNKNOWN, unknown),
            (RegistryState.DRIFT, drift),
            (RegistryState.FINE, each - broken - unknown - drift),
        )
        rules = dict.fromkeys(RULES, 0)
        affected = []
        for state, many in states[:3]:
            for _ in range(many):
                rule = chance.choice(RULES[:3] if state is RegistryState.BROKEN else RULES[3:])
                rules[rule] += 1
                affected.append(Affected(registry(chance, name), state, (rule,)))
        counted = tuple((rule, number) for rule, number in rules.items() if number)
        swept = NOW - timedelta(minutes=40 - 30 * number / count)
        made.append(FleetPart(name, swept, "pass", states, counted, tuple(affected[:20])))
    return made


def tallies(count: int = 420) -> list[Tally]:
    """Incidents of the last weeks; one of twenty-five is open."""
    chance = random.Random("tallies")
    names = subscriptions()
    return [_tally(chance, number, names) for number in range(count)] + [_opening(names[3])]


def history() -> list[FleetDay]:
    """How registries stood on the days before: getting better."""
    chance = random.Random("history")
    days = []
    for ago in range(1, 30):
        at = NOW - timedelta(days=ago) + timedelta(hours=20)
        broken, unknown, drift = 70 + 9 * ago + chance.randrange(30), 20 + ago, 120 + 14 * ago + chance.randrange(60)
        stand = Stand(broken, unknown, drift, 10_000 - broken - unknown - drift)
        rules = tuple((rule, 20 + 2 * ago + chance.randrange(60)) for rule in RULES)
        days.append(FleetDay(at.date(), at, stand, rules))
    return days


def fleet_overview() -> Overview:
    """Ten thousand registries in a hundred subscriptions."""
    fleet = together(parts())
    today = observed(fleet, NOW)
    assert today is not None
    return overview(tallies(), fleet, [*history(), today], NOW)


def _tally(chance: random.Random, number: int, names: list[str]) -> Tally:
    subject = registry(chance, chance.choice(names))
    is_open = number % 25 == 0
    opened = NOW - timedelta(hours=chance.uniform(0.2, 30) if is_open else chance.uniform(2, 700))
    status = chance.choice(OPEN if is_open else ENDS)
    moved = opened + timedelta(minutes=chance.uniform(4, 90) if is_open else chance.expovariate(1 / 150) + 4)
    moved = min(moved, NOW)
    rule = "" if status is Status.NO_DRIFT else chance.choice(RULES)
    source = chance.choice(("event-grid", "event-grid", "alert", "manual", "sweep" if number % 9 == 0 else "alert"))
    since = opened - timedelta(minutes=chance.uniform(0, 40))
    alone = chance.random() < 0.4
    return Tally(
        f"{number:012x}-01j4",
        subject.text,
        status,
        opened,
        since,
        moved,
        moved,
        rule,
        source,
        alone,
        1,
        subject.subscription,
    )


def _opening(subscription: str) -> Tally:
    shop = registry(random.Random("door"), subscription)
    opened = NOW - timedelta(minutes=22)
    subject = shop.child("openings", "20.50.1.2").text
    closes = NOW + timedelta(minutes=38)
    return Tally(
        "ffffffffffff-01j4",
        subject,
        Status.APPLIED,
        opened,
        opened,
        opened,
        opened,
        "",
        "manual",
        False,
        1,
        subscription,
        "20.50.1.2",
        closes,
    )

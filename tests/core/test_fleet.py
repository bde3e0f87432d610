"""How a registry stands, and what one subscription and all of them come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from remediator.core.finding import Finding, Severity
from remediator.core.fleet import MOST_NAMED, FleetPart, RegistryState, part_of, state_of, together
from remediator.core.resource_id import ResourceId, resource_id

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ONE = "11111111-1111-1111-1111-111111111111"


def registry(name: str) -> ResourceId:
    return resource_id(ONE, "rg", "Microsoft.ContainerRegistry/registries", name)


def found(rule: str, severity: Severity) -> Finding:
    return Finding(rule, registry("any"), severity, "a summary")


@pytest.mark.parametrize(
    ("severities", "state"),
    [
        ((), RegistryState.FINE),
        ((Severity.DRIFT,), RegistryState.DRIFT),
        ((Severity.RISK,), RegistryState.DRIFT),
        ((Severity.DRIFT, Severity.UNKNOWN), RegistryState.UNKNOWN),
        ((Severity.DRIFT, Severity.UNKNOWN, Severity.BROKEN), RegistryState.BROKEN),
    ],
)
def test_the_worst_finding_says_how_a_registry_stands(severities: tuple[Severity, ...], state: RegistryState) -> None:
    """Broken before unknown before drift; a registry without findings is fine."""
    assert state_of(found("dns-record", one) for one in severities) is state


def test_a_part_counts_each_registry_once_and_names_the_worst() -> None:
    """Ten thousand registries make a small part: each is in one state, and the broken ones are named first."""
    judged = [(registry(f"drifting{n}"), (found("ip-rules", Severity.DRIFT),)) for n in range(4000)]
    judged += [(registry(f"fine{n}"), ()) for n in range(5990)]
    two = (found("dns-record", Severity.BROKEN), found("dns-record", Severity.BROKEN), found("peering", Severity.RISK))
    judged += [(registry(f"broken{n}"), two) for n in range(10)]
    part = part_of(ONE.upper(), NOON, iter(judged))
    assert part.subscription == ONE
    assert dict(part.states) == {RegistryState.BROKEN: 10, RegistryState.DRIFT: 4000, RegistryState.FINE: 5990}
    assert dict(part.rules) == {"ip-rules": 4000, "dns-record": 10, "peering": 10}
    assert part.total == 10_000
    assert len(part.affected) == MOST_NAMED
    assert {one.registry.name for one in part.affected[:10]} == {f"broken{n}" for n in range(10)}
    assert part.affected[0].rules == ("dns-record", "peering")


def test_all_subscriptions_together() -> None:
    """Counts add up, the one with the most broken registries comes first, and the oldest and newest pass are told."""
    quiet = FleetPart("quiet", NOON, states=((RegistryState.FINE, 900),))
    broken = FleetPart(
        "broken",
        NOON + timedelta(hours=1),
        states=((RegistryState.BROKEN, 2), (RegistryState.FINE, 8)),
        rules=(("dns-record", 2),),
    )
    all_of_them = together([quiet, broken])
    assert [part.subscription for part in all_of_them.parts] == ["broken", "quiet"]
    assert (all_of_them.total, all_of_them.count(RegistryState.FINE), all_of_them.count(RegistryState.DRIFT)) == (
        910,
        908,
        0,
    )
    assert all_of_them.rules == (("dns-record", 2),)
    assert (all_of_them.since, all_of_them.until) == (NOON, NOON + timedelta(hours=1))
    assert together([]).since is None

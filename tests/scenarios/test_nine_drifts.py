"""A fleet of 1,000 registries in which nine things drifted, twelve registries each: all found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from remediator.cli.bench.drifts import DRIFTS
from remediator.core.cloud import AZURE_PUBLIC
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.pull_path import Verdict
from remediator.facts import snapshot_from
from remediator.sandbox import Azure, Network
from remediator.sandbox.estates.fleet import Fleet, Site, fleet

REGISTRIES, SPOKES, EACH = 1000, 499, 12


@dataclass(frozen=True)
class Kind:
    """What the diagnosis must say of a drift: the rule, the target, a part of the summary, and whether pulls fail."""

    rule: str
    target: Callable[[Site], str]
    says: Callable[[Site], str]
    breaks: bool = True


def name(rid: str) -> str:
    return rid.rsplit("/", 1)[-1]


KINDS = {
    "public access": Kind("public-network-access", lambda s: s.registry, lambda s: "is Enabled", breaks=False),
    "no endpoint": Kind("private-endpoint", lambda s: s.registry, lambda s: "has no private endpoint"),
    "connection pending": Kind("endpoint-connection", lambda s: s.connection, lambda s: "is Pending"),
    "connection rejected": Kind("endpoint-connection", lambda s: s.connection, lambda s: "is Rejected"),
    "not Premium": Kind("registry-sku", lambda s: s.registry, lambda s: "is Standard", breaks=False),
    "record missing": Kind("dns-record", lambda s: s.login_record, lambda s: "has no record"),
    "record stale": Kind("dns-record", lambda s: s.login_record, lambda s: "answers 10.255.0.4"),
    "zone not linked": Kind("vnet-link", lambda s: s.zone, lambda s: "is not linked to"),
    "peering one-sided": Kind("peering", lambda s: s.spoke_peering, lambda s: f"cannot reach {name(s.hub)}"),
}
# What the same drift shows besides: an open registry has no firewall, and a Standard one cannot be closed.
BESIDES = {"default-action": ("public access",), "public-network-access": ("not Premium",)}
RULES = sorted({kind.rule for kind in KINDS.values()} | set(BESIDES))


def chosen(sites: list[Site]) -> dict[str, list[Site]]:
    """Twelve sites for each drift; one of a spoke hits both sites of six spokes, whose apps pull no shared images."""
    found, places = {}, iter(range(100, REGISTRIES))
    for kind in KINDS:
        if kind not in ("zone not linked", "peering one-sided"):
            found[kind] = [sites[next(places)] for _ in range(EACH)]
    for kind, first in (("zone not linked", 301), ("peering one-sided", 311)):
        spokes = range(first, first + EACH // 2)
        found[kind] = [sites[place] for spoke in spokes for place in (spoke, spoke + SPOKES)]
    return found


def drifted() -> tuple[Fleet, dict[str, list[Site]]]:
    """The fleet after the drifts, and where they are."""
    made = fleet(REGISTRIES)
    where = chosen(made.sites)
    for kind, sites in where.items():
        for site in sites[::2] if KINDS[kind].rule in ("vnet-link", "peering") else sites:
            DRIFTS[kind](made, site)
    return made, where


@dataclass(frozen=True)
class Found:
    """The diagnosis, and where the drifts are."""

    diagnosis: Diagnosis
    where: dict[str, list[Site]]

    def targets(self, rule: str) -> list[str]:
        """The targets of a rule's findings."""
        return [finding.target.key for finding in self.diagnosis.findings if finding.rule == rule]

    def broken(self) -> dict[tuple[str, str], str]:
        """The paths that must be broken, as consumer and registry in lower case, and the rule that must decide."""
        return {
            (site.app.lower(), site.registry.lower()): kind.rule
            for drift, kind in KINDS.items()
            for site in self.where[drift]
            if kind.breaks
        }


@pytest.fixture(scope="module")
def found() -> Found:
    """Diagnosed once, without a document of what is desired."""
    made, where = drifted()
    return Found(diagnose(DesiredState(), snapshot_from(made.resources(), AZURE_PUBLIC)), where)


@pytest.mark.parametrize("drift", KINDS)
def test_a_drift_is_found_by_its_rule_at_its_target(found: Found, drift: str) -> None:
    """Each registry that drifted has a finding of the right rule about the right resource, in the right words."""
    kind = KINDS[drift]
    summaries = {f.target.key: f.summary for f in found.diagnosis.findings if f.rule == kind.rule}
    assert len(found.where[drift]) == EACH
    for site in found.where[drift]:
        assert kind.says(site) in summaries[kind.target(site).lower()]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_finds_nothing_else(found: Found, rule: str) -> None:
    """A rule has one finding for each resource that drifted its way, and no other."""
    drifts = {drift for drift, kind in KINDS.items() if kind.rule == rule}
    wanted = {KINDS[drift].target(site).lower() for drift in drifts for site in found.where[drift]}
    wanted |= {site.registry.lower() for drift in BESIDES.get(rule, ()) for site in found.where[drift]}
    assert sorted(found.targets(rule)) == sorted(wanted)


def test_no_other_rule_finds_anything(found: Found) -> None:
    """Nine drifts are found by their rules alone."""
    assert sorted({finding.rule for finding in found.diagnosis.findings}) == RULES


def test_no_finding_names_a_healthy_registry(found: Found) -> None:
    """What a finding is about, and the hosts of the paths that it breaks, are those of registries that drifted."""
    names = {name(site.registry) for sites in found.where.values() for site in sites}
    for finding in found.diagnosis.findings:
        assert {host.split(".")[0] for _, host in finding.paths} <= names
        if "/registries/" in finding.target.key:
            assert finding.target.text.split("/registries/")[1].split("/")[0] in names


@pytest.mark.parametrize("drift", [drift for drift, kind in KINDS.items() if kind.breaks])
def test_a_broken_path_is_decided_by_the_rule_of_its_drift(found: Found, drift: str) -> None:
    """The first hop that is not ok names the drift's rule, on each app's path to the registry that drifted."""
    paths = {(p.consumer.key, p.registry.key): p for p in found.diagnosis.paths if p.registry}
    for site in found.where[drift]:
        deciding = paths[(site.app.lower(), site.registry.lower())].deciding
        assert deciding is not None
        assert (deciding.verdict, deciding.rule) == (Verdict.BROKEN, KINDS[drift].rule)


def test_every_other_path_is_ok(found: Found) -> None:
    """Apps of registries that did not drift, or that drifted open, pull as before; nothing is unknown."""
    broken = found.broken()
    others = [p for p in found.diagnosis.paths if p.registry and (p.consumer.key, p.registry.key) not in broken]
    assert len(others) == len(found.diagnosis.paths) - len(broken) == 1100 - 7 * EACH
    assert {path.verdict for path in others} == {Verdict.OK}


def test_the_network_agrees_with_every_verdict(found: Found) -> None:
    """In the sandbox each broken path fails to pull, and a neighbour in the fleet pulls."""
    made, where = drifted()
    network = Network(Azure.from_estate(made.document()))
    for drift, kind in KINDS.items():
        for site in where[drift]:
            assert network.pull_app(site.app).ok is not kind.breaks, (drift, site.app)
    for site in made.sites[:40]:
        assert network.pull_app(site.app).ok, site.app

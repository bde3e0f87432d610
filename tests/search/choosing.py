"""How hypothesis chooses a `Shape`: hundreds of topologies, the plainest first."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.search import shape
from tests.search.noise import NOISE
from tests.search.shape import (
    ACCESSES,
    EGRESSES,
    HUB_DNS,
    LONE_DNS,
    REGIONS,
    SIGNINGS,
    AppShape,
    EnvironmentShape,
    IslandShape,
    NetworkShape,
    RegistryShape,
    Shape,
)

_switch = st.booleans()
MOST_REGISTRIES = 3

registries = st.builds(
    RegistryShape,
    access=st.sampled_from((*(ACCESSES[:1] * 4), *ACCESSES[1:])),
    hashed=_switch,
    replicas=st.integers(0, 2),
    home_listed=_switch,
    regional=st.sampled_from((False, False, False, True)),
    elsewhere=_switch,
    abac=_switch,
    anonymous=st.sampled_from((False, False, False, True)),
    manual=_switch,
    by_policy=_switch,
)
apps = st.builds(
    AppShape,
    pulls=st.lists(st.integers(0, MOST_REGISTRIES - 1), min_size=1, max_size=3, unique=True).map(tuple),
    job=_switch,
    init=_switch,
    signing=st.sampled_from(SIGNINGS),
    regional=_switch,
    beside=_switch,
)
environments = st.builds(
    EnvironmentShape,
    apps=st.lists(apps, min_size=1, max_size=2).map(tuple),
    legacy=st.sampled_from((False, False, True)),
    homeless=st.sampled_from((False, False, False, True)),
)


def networks(dns: tuple[shape.Dns, ...]) -> st.SearchStrategy[NetworkShape]:
    """A network that asks one of these."""
    return st.builds(
        NetworkShape,
        environments=st.lists(environments, min_size=1, max_size=2).map(tuple),
        dns=st.sampled_from(dns),
        egress=st.sampled_from(EGRESSES),
        guarded=_switch,
        fallback=_switch,
        linked=_switch,
    )


def _island(hub: bool) -> st.SearchStrategy[IslandShape]:
    of = networks((*LONE_DNS, *HUB_DNS) if hub else LONE_DNS)
    return st.builds(
        IslandShape,
        spokes=st.lists(of, min_size=1, max_size=2 if hub else 1).map(tuple),
        hub=st.just(hub),
        hub_app=_switch if hub else st.just(False),
        endpoint_in=st.sampled_from(("core", "spoke")),
        zone_home=st.sampled_from(("network", "dns")),
        inbound_guard=st.sampled_from(("none", "inert", "allow")),
        fallback=_switch,
        region=st.integers(0, 2),
    )


islands = st.booleans().flatmap(_island)

shapes = st.builds(
    Shape,
    cloud=st.sampled_from(tuple(REGIONS)),
    registries=st.lists(registries, min_size=1, max_size=MOST_REGISTRIES).map(tuple),
    islands=st.lists(islands, min_size=1, max_size=3).map(tuple),
    central=_switch,
    roles=_switch,
    same_ranges=_switch,
    declared=_switch,
    noise=st.lists(st.sampled_from(tuple(NOISE)), max_size=3, unique=True).map(tuple),
)

"""Which rows are judged together: islands, and what is copied into the parts that need it."""

from __future__ import annotations

from remediator.core.islands import MANY_PEERS, MOST_SHARING, Islands


def two_sites() -> Islands:
    """Registries 1 and 2 with a consumer (11, 12) and a network (21, 22) each; both endpoints are in the hub 30."""
    found = Islands()
    for one in (1, 2):
        found.add(one, registry=True)
        found.join(one, 40 + one)
        found.touch(one, 30)
        found.touch(10 + one, 20 + one)
        found.pull(10 + one, 40 + one)
        found.peer(20 + one, [30])
    return found


def test_what_belongs_together_is_in_one_part() -> None:
    """A registry, its host, its consumer and their network share a part; two registries need not."""
    parts = two_sites().parts(1)
    assert parts.count == 2
    for one in (1, 2):
        assert parts.where[one] == parts.where[10 + one] == parts.where[20 + one] == parts.where[40 + one]
    assert parts.where[1] != parts.where[2]


def test_a_part_takes_islands_until_it_is_full() -> None:
    """Two registries fit into a part of two."""
    assert two_sites().parts(2).count == 1


def test_a_network_that_many_touch_is_copied() -> None:
    """The hub goes into every part that touches it, and joins nobody."""
    assert two_sites().parts(1).where[30] == {0, 1}


def test_near_peers_come_along_and_other_spokes_of_a_hub_do_not() -> None:
    """A spoke brings its hub; a hub with many peerings brings only networks that are hubs themselves."""
    found = two_sites()
    found.touch(12, 50)  # a second hub, which only 12 touches
    found.peer(30, [21, 22, 50, *range(100, 100 + MANY_PEERS)])
    found.peer(50, [30, *range(200, 200 + MANY_PEERS)])
    where = found.parts(1).where
    assert where[50] == {0, 1}
    assert where[21] != where[22]
    assert 100 not in where


def test_what_a_network_needs_goes_where_it_goes() -> None:
    """A route table goes with its network, and the address of its gateway with the gateway."""
    found = two_sites()
    found.need(30, [60])
    found.need(60, [61])
    where = found.parts(1).where
    assert where[60] == where[61] == {0, 1}


def test_a_registry_that_everybody_pulls_from_is_copied() -> None:
    """Beyond a certain number of consumers a registry joins them no more: it is judged in each of their parts."""
    found = Islands()
    found.add(1, registry=True)
    found.join(1, 2)
    for consumer in range(100, 101 + MOST_SHARING):
        found.add(consumer + 1000, registry=True)
        found.pull(consumer, 2)
        found.join(consumer, consumer + 1000)
    parts = found.parts(10)
    assert parts.count > 5
    assert parts.where[1] == parts.where[2] == set(range(parts.count))
    assert parts.shared == {1}

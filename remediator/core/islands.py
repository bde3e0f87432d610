"""Which rows of a large estate must be judged together? Islands: a registry, its endpoint, records and consumers.

Networks, zones and registries that very many share would make one island of everything: a part is given a copy of
those that its islands touch. Called by whoever reads an estate in rows; nodes are numbers that stand for ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

Node = int
EVERYWHERE: Node = 0
MOST_SHARING = 64  # consumers of one registry, beyond which it is copied instead of joining them all
MANY_PEERS = 16  # a network with more peerings is a hub: its other spokes do not come along
PART = 1000  # registries judged at once


@dataclass(slots=True)
class Islands:
    """What was seen so far: `join` when two belong together, `pull` when consumers pull from a host, `touch` when a
    node needs a network, `peer` and `need` for what comes along with a network."""

    _above: dict[Node, Node] = field(default_factory=dict)
    _pulls: dict[Node, list[Node]] = field(default_factory=dict)
    _touched: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    _along: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    _peers: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    _registries: set[Node] = field(default_factory=set)

    def add(self, node: Node, *, registry: bool = False) -> None:
        """Note that a node is there."""
        self._above.setdefault(node, node)
        if registry:
            self._registries.add(node)

    def join(self, one: Node, other: Node) -> None:
        """Both are judged together."""
        self.add(one)
        self.add(other)
        top, below = self._top(one), self._top(other)
        if top != below:
            self._above[below] = top

    def pull(self, consumer: Node, host: Node) -> None:
        """A consumer pulls from the registry of a host."""
        self.add(consumer)
        self.add(host)
        self._pulls.setdefault(host, []).append(consumer)

    def touch(self, node: Node, network: Node) -> None:
        """Whoever judges the node needs the network."""
        self.add(node)
        known = self._touched.get(node, ())
        if network not in known:
            self._touched[node] = (*known, network)

    def peer(self, network: Node, remotes: Iterable[Node]) -> None:
        """The networks with which a network is peered."""
        self._peers[network] = tuple(remotes)

    def need(self, network: Node, others: Iterable[Node]) -> None:
        """What is needed wherever the network is: route tables, security groups."""
        self._along[network] = tuple({*self._along.get(network, ()), *others})

    def parts(self, most: int = PART) -> Parts:
        """Every node with the parts that need it; a part has about so many registries, one island at least."""
        shared = {host for host, consumers in self._pulls.items() if len(set(consumers)) > MOST_SHARING}
        for host in self._pulls.keys() - shared:
            for consumer in self._pulls[host]:
                self.join(host, consumer)
        homes = self._homes(most)
        alone = {part: frozenset((part,)) for part in homes.values()}  # one for each part: there are many nodes
        where = {node: alone[homes[self._top(node)]] for node in self._above}
        tops = {self._top(host): host for host in shared}
        guests: dict[Node, set[int]] = {}
        for host in shared:
            for consumer in self._pulls[host]:
                guests.setdefault(self._top(host), set()).update(where[consumer])
        for node in [*self._above] if tops else ():
            if (top := self._top(node)) in guests:
                where[node] |= guests[top]
        self._bring_along(where)
        twice = frozenset(node for node in self._registries if len(where[node]) > 1)
        return Parts(where, twice, 1 + max(homes.values(), default=0))

    def _homes(self, most: int) -> dict[Node, int]:
        """The part of each island, by its top: islands of one hub beside each other, until a part is full."""
        sizes: Counter[Node] = Counter(self._top(node) for node in self._registries)
        busy: Counter[Node] = Counter(network for networks in self._touched.values() for network in networks)
        hub: dict[Node, Node] = {}
        for node, networks in self._touched.items():
            top = self._top(node)
            hub[top] = max((*networks, hub.get(top, EVERYWHERE)), key=lambda network: busy[network])
        order: dict[Node, list[Node]] = {}
        for node in self._above:
            if self._above[node] == node:
                order.setdefault(hub.get(node, EVERYWHERE), []).append(node)
        homes: dict[Node, int] = {}
        part, full = 0, 0
        for tops in order.values():
            for top in tops:
                if full and full + sizes[top] > most:
                    part, full = part + 1, 0
                homes[top] = part
                full += sizes[top]
        return homes

    def _bring_along(self, where: dict[Node, frozenset[int]]) -> None:
        """Networks into the parts that touch them, with their near peers and with what they need."""
        near: dict[Node, set[int]] = {}
        for node, networks in self._touched.items():
            for network in networks:
                near.setdefault(network, set()).update(where[node])
        found = {network: set(parts) for network, parts in near.items()}
        for network, parts in near.items():
            peers = self._peers.get(network, ())
            hub = len(peers) > MANY_PEERS
            for remote in peers:
                if not hub or len(self._peers.get(remote, ())) > MANY_PEERS:
                    found.setdefault(remote, set()).update(parts)
        brought = list(found)
        while brought:  # what a network needs may need something itself
            network = brought.pop()
            for other in self._along.get(network, ()):
                if not found[network] <= found.get(other, set()):
                    found.setdefault(other, set()).update(found[network])
                    brought.append(other)
        for node, parts in found.items():
            where[node] = where.get(node, frozenset()) | parts

    def _top(self, node: Node) -> Node:
        above = self._above
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node


@dataclass(frozen=True, slots=True)
class Parts:
    """`where` has the parts that need a node, `shared` the registries that several need; there are `count`."""

    where: dict[Node, frozenset[int]]
    shared: frozenset[Node]
    count: int

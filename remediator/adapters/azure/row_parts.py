"""How are ten thousand registries' rows put aside, and taken out again a part at a time?

Compressed, as lines of JSON in the order in which they came. What is kept of a row outside is one number: what it
belongs to. `parts` deals the lines out; `opened` turns one part's lines into facts, by `facts` as every other body.
A part is a list of compressed blocks of at most `BLOCK` bytes of lines, the first of which begins with a line that says
what could not be seen. Called by `wide_reading`; pure but for its memory.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from remediator.adapters.azure.reading_list import LISTED
from remediator.core.cloud import Cloud
from remediator.core.islands import EVERYWHERE, Islands, Node, Parts
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap
from remediator.core.sweep import OpenedPart
from remediator.facts import RawEstate, graph, snapshot_of
from remediator.facts.access import ASSIGNMENT

BLOCK = 256 * 1024
LEVEL = 1
ZONE_GROUPS = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
# Read wholly where nothing is missing: none among the rows means that there is none. Role assignments are not read.
READ = tuple(kind for kind in LISTED if kind != ASSIGNMENT)
_WITH_NETWORKS = frozenset((graph.NETWORK, graph.LINK, graph.FIREWALL, graph.BALANCER, *graph.ATTACHED))
Header = dict[str, list[list[str]]]


def node_of(key: str) -> Node:
    """The number that stands for an id; the same in every process."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=7).digest(), "big") + 1


class Rows:
    """Rows that were read; `visible` are the subscriptions that can be seen, in lower case."""

    def __init__(self, visible: frozenset[str]) -> None:
        self._visible = visible
        self._islands = Islands()
        self._blocks: list[tuple[bytes, array[int]]] = []
        self._prefixes: dict[Node, tuple[str, ...]] = {}
        self._asked: set[str] = set()
        self._hidden: dict[str, set[Node]] = {}
        self._gaps: list[list[str]] = []
        self._linked: set[str] = set()
        self.unfinished: list[dict[str, Any]] = []
        self.count = self.registries = 0

    @property
    def hidden(self) -> tuple[str, ...]:
        """Subscriptions that rows refer to and that cannot be seen."""
        return tuple(self._hidden)

    def add(self, page: Iterable[Mapping[str, Any]]) -> None:
        """Put rows aside."""
        lines, homes = [], array("q")
        for row in page:
            placed = graph.place(row)
            if placed is None:
                continue
            homes.append(self._note(placed, row))
            lines.append(_line(row))
        self.count += len(lines)
        if lines:
            self._blocks.append((zlib.compress(b"\n".join(lines), LEVEL), homes))

    def missing(self, subscriptions: Iterable[str], why: str, types: Sequence[str] = READ) -> None:
        """What is in these subscriptions ("" for all) is unknown, in every part."""
        scopes = [f"/subscriptions/{one}" if one else "/" for one in subscriptions]
        self._gaps += [[scope, kind, why] for scope in scopes for kind in types]

    def parts(self, most: int) -> tuple[tuple[bytes, ...], ...]:
        """The packed parts. Gives back what was put aside: a second call has nothing."""
        dealt = self._islands.parts(most)
        every = frozenset(range(dealt.count))
        asked = [ip_address(one) for one in self._asked if _is_address(one)]
        for node, prefixes in self._prefixes.items():
            if any(one in ip_network(prefix, strict=False) for prefix in prefixes for one in asked):
                dealt.where[node] = every
        packers = [_Packer(self._header(number, dealt)) for number in range(dealt.count)]
        blocks, self._blocks = self._blocks, []
        while blocks:
            packed, homes = blocks.pop(0)
            for line, home in zip(zlib.decompress(packed).split(b"\n"), homes, strict=True):
                for number in every if home == EVERYWHERE else dealt.where.get(home, ()):
                    packers[number].add(line)
        return tuple(packer.done() for packer in packers)

    def _note(self, placed: graph.Placed, row: Mapping[str, Any]) -> Node:
        """Learn what a row belongs to; gives the number of its home."""
        islands, kind = self._islands, placed.kind
        home = node_of(placed.home) if placed.home else EVERYWHERE
        if kind == graph.LINK and self._is_first_link(str(row["id"]).lower()):
            home = EVERYWHERE  # a zone that is linked anywhere is linked in every part
        if home != EVERYWHERE and kind not in _WITH_NETWORKS:
            islands.add(home, registry=kind == graph.REGISTRY)
            for other in placed.joins:
                islands.join(home, node_of(other))
            for host in placed.pulls:
                islands.pull(home, node_of(host))
            for network in placed.touches:
                islands.touch(home, node_of(network))
        if kind == graph.NETWORK:
            islands.peer(home, map(node_of, placed.peers))
            self._prefixes[home] = tuple(one for one in placed.prefixes if _is_range(one))
        if placed.along:
            islands.need(home, map(node_of, placed.along))
        self.registries += kind == graph.REGISTRY
        self._asked.update(placed.asked)
        for named in placed.named:
            owner = graph.subscription_of(named)
            if owner and owner not in self._visible:
                self._hidden.setdefault(owner, set()).add(home)
        if kind == graph.RULESET or (kind == graph.LINK and not _has_policy(row)):
            self.unfinished.append({"id": row["id"], "type": kind})
        return home

    def _is_first_link(self, key: str) -> bool:
        zone = key.rsplit("/", 2)[0]
        if zone in self._linked:
            return False
        self._linked.add(zone)
        return True

    def _header(self, number: int, dealt: Parts) -> Header:
        gaps = list(self._gaps)
        for owner, nodes in self._hidden.items():
            if any(node == EVERYWHERE or number in dealt.where.get(node, ()) for node in nodes):
                gaps += [[f"/subscriptions/{owner}", kind, "the subscription cannot be seen"] for kind in READ]
        shared = [[str(node)] for node in dealt.shared if number in dealt.where[node]]
        return {"gaps": gaps, "shared": shared}


class _Packer:
    """Compresses the lines of one part, block by block."""

    def __init__(self, header: Header) -> None:
        self._lines = [_line(header)]
        self._size = 0
        self._blocks: list[bytes] = []

    def add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)
        if self._size >= BLOCK:
            self._pack()

    def done(self) -> tuple[bytes, ...]:
        self._pack()
        return tuple(self._blocks)

    def _pack(self) -> None:
        if self._lines:
            self._blocks.append(zlib.compress(b"\n".join(self._lines), LEVEL))
            self._lines, self._size = [], 0


def opened(packed: Sequence[bytes], cloud: Cloud, groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> OpenedPart:
    """The facts of one part. `groups` are the bodies of zone groups that were read, by the key of their endpoint; those
    of other endpoints are unknown."""
    lines = _lines(packed)
    header = next(lines)
    bodies = graph.with_endpoints(lines)
    bodies += [body for several in groups.values() for body in several]
    bodies += [_unread(body) for body in bodies if _is_other_endpoint(body, groups)]
    gaps = [Gap(ResourceId(scope), kind, why) for scope, kind, why in header["gaps"]]
    unread = {gap.resource_type.lower() for gap in gaps}
    read = tuple(kind for kind in READ if kind.lower() not in unread)
    snapshot = snapshot_of(RawEstate(tuple(bodies), tuple(gaps), read), cloud)
    shared = {int(node) for (node,) in header["shared"]}
    keys = frozenset(rid.key for rid in snapshot.registries if node_of(rid.key) in shared) if shared else frozenset()
    return OpenedPart(snapshot, keys)


def _is_other_endpoint(body: Mapping[str, Any], groups: Mapping[str, Any]) -> bool:
    return str(body.get("type")).lower() == graph.ENDPOINT and str(body.get("id")).lower() not in groups


def _unread(endpoint: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for the zone groups of an endpoint: the graph has no rows of them."""
    error = {"code": "NotRead", "message": "Resource Graph has no rows of zone groups"}
    return {"id": f"{endpoint['id']}/privateDnsZoneGroups", "type": ZONE_GROUPS, "error": error}


def _lines(packed: Sequence[bytes]) -> Iterator[Any]:
    for block in packed:
        for line in zlib.decompress(block).split(b"\n"):
            yield json.loads(line)


def _line(row: object) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode()


def _has_policy(link: Mapping[str, Any]) -> bool:
    """Whether a row says what the link does with names that the zone lacks; some api-versions leave it out."""
    held = link.get("properties")
    return isinstance(held, Mapping) and held.get("resolutionPolicy") is not None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_range(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True

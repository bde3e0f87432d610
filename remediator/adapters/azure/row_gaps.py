"""What do rows leave out that a judgement needs? Read from Resource Manager, once for each zone and ruleset.

Rules and links of forwarding rulesets have no rows, and some rows of links lack `resolutionPolicy`, without which a
link would count as one that never falls back (azure-facts 3.5, 8). Zone groups have no rows either; they are read for
those endpoints of which the records leave it open who writes them. Called by `wide_reading`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.core.errors import RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.facts import graph

MOST = 200  # lists that are read; whatever lies beyond stays unknown


@dataclass(slots=True)
class Extra:
    """Bodies and error stubs that were read, in how many requests, and what to say about it."""

    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    requests: int = 0
    notes: list[str] = field(default_factory=list)


def left_out(arm: Arm, rows: Iterable[Mapping[str, Any]]) -> Extra:
    """What these rows (each an id and a type) leave out."""
    wanted: dict[str, str] = {}
    for row in rows:
        rid = str(row["id"])
        if row["type"] == graph.LINK:
            zone = rid.rsplit("/", 2)[0]
            wanted.setdefault(zone.lower(), f"{zone}/virtualNetworkLinks")
        else:
            for collection in ("forwardingRules", "virtualNetworkLinks"):
                wanted[f"{rid}/{collection}".lower()] = f"{rid}/{collection}"
    found = Extra()
    for path in list(wanted.values())[:MOST]:
        found.requests += 1
        try:
            found.bodies += arm.list_all(path)
        except RemediatorError as error:
            found.bodies.append(_stub(path, error.context.get("azure_code") or error.code, error.message))
    for path in list(wanted.values())[MOST:]:
        found.bodies.append(_stub(path, "NotRead", f"more than {MOST} lists would have been read"))
    if len(wanted) > MOST:
        found.notes.append(f"{len(wanted) - MOST} lists of links and rules were not read: a sweep reads {MOST}")
    return found


def _stub(path: str, code: str, message: str) -> dict[str, Any]:
    kind = path.rsplit("/providers/", 1)[-1].split("/")
    return {"id": path, "type": "/".join((kind[0], *kind[1::2])), "error": {"code": code, "message": message}}


def zone_groups(arm: Arm, endpoints: Iterable[ResourceId]) -> dict[str, list[dict[str, Any]]]:
    """The zone groups of these endpoints, or a stub in their place, by the endpoint's key; a request for each."""
    found: dict[str, list[dict[str, Any]]] = {}
    for endpoint in endpoints:
        path = f"{endpoint.text}/privateDnsZoneGroups"
        try:
            found[endpoint.key] = arm.list_all(path)
        except RemediatorError as error:
            found[endpoint.key] = [_stub(path, error.context.get("azure_code") or error.code, error.message)]
    return found

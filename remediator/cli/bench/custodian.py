"""The same drifts with Cloud Custodian, in an environment of its own: which does it find, and how long does it take?

Its commands are run as they are, but for the address of Resource Manager; one run for each subscription, as the command
wants it. The policies are the nearest that its resources and filters can say: those of six kinds find what they look
for, the other three look at one resource where two would be needed (docs/benchmarks.md). Called by `sweep`.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATUS = "properties.privateEndpointConnections[].properties.privateLinkServiceConnectionState.status"
BROKEN_PEERING = "properties.virtualNetworkPeerings[?properties.peeringState!='Connected'] | length(@)"
REGISTRY = "azure.container-registry"
Policy = dict[str, Any]


def _value(**filter_of: Any) -> Policy:
    return {"type": "value", **filter_of}


EQUAL: dict[str, Policy] = {
    "public access": {
        "resource": REGISTRY,
        "filters": [_value(key="properties.publicNetworkAccess", op="ne", value="Disabled")],
    },
    "no endpoint": {
        "resource": REGISTRY,
        "filters": [
            {
                "or": [
                    _value(key="properties.privateEndpointConnections", value="absent"),
                    _value(key="length(properties.privateEndpointConnections)", value=0),
                ]
            }
        ],
    },
    "connection pending": {"resource": REGISTRY, "filters": [_value(key=STATUS, op="contains", value="Pending")]},
    "connection rejected": {"resource": REGISTRY, "filters": [_value(key=STATUS, op="contains", value="Rejected")]},
    "not Premium": {"resource": REGISTRY, "filters": [_value(key="sku.name", op="ne", value="Premium")]},
    "peering one-sided": {"resource": "azure.vnet", "filters": [_value(key=BROKEN_PEERING, op="gt", value=0)]},
}
FULL: dict[str, Policy] = {
    **EQUAL,
    "zone not linked": {
        "resource": "azure.private-dns-zone",
        "filters": [_value(key="properties.numberOfVirtualNetworkLinks", value=0)],
    },
    "record missing": {
        "resource": "azure.private-record-set",
        "filters": [
            _value(key="type", value="Microsoft.Network/privateDnsZones/A"),
            {"or": [_value(key="properties.aRecords", value=what) for what in ("empty", "absent")]},
        ],
    },
}
START = (
    "import sys; from msrestazure.azure_cloud import AZURE_PUBLIC_CLOUD as public; "
    "public.endpoints.resource_manager = sys.argv.pop(1) + '/'; from c7n.cli import main; main()"
)


@dataclass(frozen=True, slots=True)
class Custodian:
    """Seconds on the wall, runs, those that failed, and the ids that each policy named, in lower case."""

    scope: str
    wall: float
    runs: int
    failed: int
    named: Mapping[str, frozenset[str]]


def ran(command: Path, scope: str, place: Mapping[str, str], subscriptions: Sequence[str]) -> Custodian:
    """Run the policies of a scope (`equal` or `full`) in each subscription, one after the other."""
    policies = EQUAL if scope == "equal" else FULL
    python = str(command if command.name.startswith("python") else command.parent / "python")
    named: dict[str, set[str]] = {kind: set() for kind in policies}
    failed = 0
    with tempfile.TemporaryDirectory(prefix="custodian-") as folder:
        file = Path(folder) / "policies.yml"
        listed = [{"name": _name(kind), **policy} for kind, policy in policies.items()]
        file.write_text(json.dumps({"policies": listed}), encoding="utf-8")  # JSON is YAML
        began = time.perf_counter()
        for subscription in subscriptions:
            output = Path(folder) / subscription
            arguments = [python, "-c", START, place["arm"], "run", "--cache-period", "0", "-s", str(output), str(file)]
            done = subprocess.run(  # noqa: S603
                arguments, env=_environment(place, subscription, folder), capture_output=True, check=False, cwd=folder
            )
            failed += done.returncode != 0
            for kind in policies:
                named[kind] |= _ids(output / _name(kind) / "resources.json")
        wall = time.perf_counter() - began
    found = {kind: frozenset(ids) for kind, ids in named.items()}
    return Custodian(scope, round(wall, 1), len(subscriptions), failed, found)


def found_by(custodian: Custodian, drifts: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Of each kind, how many it named of how many there are; `drifts` are kind, rule and target."""
    counts: dict[str, tuple[int, int]] = {}
    for kind, _, target in drifts:
        named = custodian.named.get(kind, frozenset())
        # its resources are top-level ones: a connection is found by its registry, a peering by its network
        hit = any(target == one or target.startswith(one + "/") for one in named)
        found, total = counts.get(kind, (0, 0))
        counts[kind] = (found + hit, total + 1)
    return counts


def _name(kind: str) -> str:
    return kind.lower().replace(" ", "-")


def _ids(file: Path) -> set[str]:
    if not file.exists():
        return set()
    return {str(one.get("id", "")).lower() for one in json.loads(file.read_text(encoding="utf-8"))}


def _environment(place: Mapping[str, str], subscription: str, home: str) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "HOME": home,
        "IDENTITY_ENDPOINT": place["identity"],
        "IDENTITY_HEADER": "x",
        "AZURE_USE_MSI": "1",
        "AZURE_TENANT_ID": "t",
        "AZURE_SUBSCRIPTION_ID": subscription,
        "REQUESTS_CA_BUNDLE": place["ca"],
        "NO_PROXY": "127.0.0.1",
    }

"""When a registry gains or loses names, every endpoint that leads to it follows, or nothing happens at all.

A new name takes an address in each endpoint's subnet; one that is full refuses, and the message does not say which. An
endpoint with fixed addresses refuses as well (MicrosoftDocs container-registry-geo-replication). Called by
`replication` and `registry`.
"""

from __future__ import annotations

from collections import Counter

from remediator.sandbox import addresses, errors, private_link
from remediator.sandbox.arm_id import key
from remediator.sandbox.providers import zone_group
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World


def _live(world: World, registry: Body) -> list[Body]:
    endpoints = private_link.endpoints_of(world, registry["id"])
    return [endpoint for endpoint in endpoints if private_link.status(endpoint) != "Disconnected"]


def require_room(world: World, registry: Body, names: list[str], doing: str) -> None:
    """Refuse unless every endpoint can take addresses for these member names."""
    wanted: Counter[str] = Counter()
    for endpoint in _live(world, registry):
        if endpoint["properties"].get("ipConfigurations"):
            lacking = ", ".join(f"[GroupId: registry, MemberName: {name}, IpVersion: IPv4]" for name in names)
            raise errors.bad_request(
                "ReplicationFailed",
                f"Failed to replicate private endpoint. Private Endpoint {endpoint['id']} contains static "
                f"ipconfigurations which are missing these membernames/groupids requested by Private Link service "
                f"{lacking}",
            )
        subnet = private_link.subnet_of(world, endpoint)
        place = key(subnet["id"]) if subnet is not None else ""
        wanted[place] += len(names)
        if subnet is None or addresses.capacity(subnet) - addresses.used(world, subnet) < wanted[place]:
            raise errors.bad_request(
                "ReplicationFailed",
                f"Failed to {doing}: not enough IP addresses are available for its private endpoints.",
            )


def follow(world: World, registry: Body) -> None:
    """Let interfaces, host names and records of every endpoint follow the names that the registry has now."""
    private_link.refresh_hosts(world, registry)
    suffix = private_link.login_server(registry).partition(".")[2]
    for endpoint in _live(world, registry):
        before = private_link.nic_addresses(world, endpoint)
        for host in private_link.follow_members(world, endpoint, registry):
            zone_group.drop_record(world, endpoint, host[: -len(suffix) - 1])
        after = private_link.nic_addresses(world, endpoint)
        if after - before and endpoint["properties"].get("manualPrivateLinkServiceConnections"):
            _wait_again(world, endpoint)
        elif after != before:
            zone_group.write_records(world, endpoint)


def _wait_again(world: World, endpoint: Body) -> None:
    """A manual connection with a new name waits for its approval again."""
    private_link.set_status(world, endpoint, "Pending", "Awaiting Approval")
    connection = private_link.connection_of(world, endpoint)
    if connection is not None:
        connection["properties"]["privateLinkServiceConnectionState"] = {"status": "Pending"}

"""What does a private endpoint's body say: its target, addresses and zone groups?

Called by `facts.estate`. Only endpoints that point at a registry are kept. The map from name to address comes from
the network interface, matched by member name (azure-facts 1.5 and 3.2), never from its order or `customDnsConfigs`.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import EndpointTarget, MemberAddress, PrivateEndpoint, Registry, Unknown, ZoneGroup
from remediator.facts.bodies import INTERFACE, Bodies
from remediator.facts.reading import (
    Body,
    Malformed,
    checked_id,
    items,
    properties,
    reference,
    region,
    required,
    section,
    text,
    texts,
)
from remediator.facts.registry import TYPE as REGISTRY
from remediator.facts.registry import data_host, regional_host

TYPE = "Microsoft.Network/privateEndpoints"


def read_endpoint(
    bodies: Bodies, rid: ResourceId, body: Body, registries: Mapping[ResourceId, Registry]
) -> PrivateEndpoint | None:
    """The endpoint, None when it points at something else than a registry."""
    held = properties(body)
    everything = read_targets(held)
    if not everything:
        raise Malformed("it has no connections")
    targets = tuple(t for t in everything if t.resource.is_a(REGISTRY))
    if not targets:
        return None
    subnet = required(reference(held, "subnet"), "subnet")
    interfaces = tuple(required(_entry_id(entry), "id") for entry in items(held, "networkInterfaces"))
    interfaces = interfaces or _interfaces_that_name(bodies, rid)
    return PrivateEndpoint(
        id=rid,
        location=region(text(body, "location")),
        subnet=subnet,
        targets=targets,
        addresses=_addresses(bodies, rid, interfaces, targets, registries),
        interfaces=interfaces,
        zone_groups=_zone_groups(bodies, rid),
        static_addresses=bool(items(held, "ipConfigurations")),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )


def read_targets(held: Body) -> list[EndpointTarget]:
    """What an endpoint's properties say it points at; the status only for registries."""
    arrays = (("privateLinkServiceConnections", False), ("manualPrivateLinkServiceConnections", True))
    return [_target(entry, manual) for key, manual in arrays for entry in items(held, key)]


def _target(entry: Body, manual: bool) -> EndpointTarget:
    held = properties(entry)
    resource = ResourceId(text(held, "privateLinkServiceId"))  # an alias, for a private link service elsewhere
    if not resource.is_a(REGISTRY):
        return EndpointTarget(resource, status="", manual=manual)
    return EndpointTarget(
        resource=resource,
        status=text(section(held, "privateLinkServiceConnectionState"), "status"),
        manual=manual,
        name=text(entry, "name", ""),
        groups=texts(held, "groupIds"),
    )


def _entry_id(entry: Body) -> ResourceId | None:
    return checked_id(text(entry, "id"))


def _interfaces_that_name(bodies: Bodies, endpoint: ResourceId) -> tuple[ResourceId, ...]:
    """Interfaces that name the endpoint, for an endpoint whose body does not name them."""
    found = []
    for interface, body in bodies.of_type(INTERFACE):
        try:
            if reference(properties(body), "privateEndpoint") == endpoint:
                found.append(interface)
        except Malformed:
            continue  # it stays Unknown: an endpoint without a readable interface has unknown addresses
    return tuple(found)


def _addresses(
    bodies: Bodies,
    endpoint: ResourceId,
    interfaces: tuple[ResourceId, ...],
    targets: tuple[EndpointTarget, ...],
    registries: Mapping[ResourceId, Registry],
) -> tuple[MemberAddress, ...] | Unknown:
    """Every address with the names it is for; Unknown when an interface was not or could not be read."""
    if not interfaces:
        return Unknown(f"{endpoint.name}: its network interface is not known")
    usable = not any(target.status.lower() == "pending" for target in targets)
    registry = registries.get(targets[0].resource)
    addresses: list[MemberAddress] = []
    for interface in interfaces:
        body = bodies.referred(interface, f"{interface.name} (network interface of {endpoint.name})")
        if isinstance(body, Unknown):
            return body
        try:
            entries = items(properties(body), "ipConfigurations")
            addresses.extend(_address(entry, usable, registry) for entry in entries)
        except Malformed as error:
            return bodies.fail(interface, str(error))
    if usable and not addresses:
        return Unknown(f"{endpoint.name}: its network interface has no addresses")
    return tuple(sorted(addresses, key=lambda a: (a.member, a.address)))


def _address(entry: Body, usable: bool, registry: Registry | None) -> MemberAddress:
    held = properties(entry)
    link = section(held, "privateLinkConnectionProperties")
    member = text(link, "requiredMemberName", "")
    hosts = tuple(host.lower() for host in texts(link, "fqdns"))
    if usable and not hosts:
        if not member:
            raise Malformed("an address has neither a member name nor host names")
        hosts = _hosts_of(member, registry)
    return MemberAddress(member, text(held, "privateIPAddress"), hosts if usable else ())


def _hosts_of(member: str, registry: Registry | None) -> tuple[str, ...]:
    """The names that a member stands for, as far as the registry is known (azure-facts 1.5)."""
    if registry is None:
        return ()
    lowered = member.lower()
    if lowered == "registry":
        return (registry.login_server,)
    if lowered.startswith("registry_data_"):
        return (data_host(registry.login_server, lowered.removeprefix("registry_data_")),)
    if lowered.startswith("registry_"):
        return (regional_host(registry.login_server, lowered.removeprefix("registry_")),)
    return ()


def _zone_groups(bodies: Bodies, endpoint: ResourceId) -> tuple[ZoneGroup, ...] | Unknown:
    listed = bodies.children(endpoint, "privateDnsZoneGroups")
    if isinstance(listed, Unknown):
        return listed
    groups = []
    for group, body in listed:
        try:
            groups.append(read_zone_group(group, body))
        except Malformed as error:
            return bodies.fail(group, str(error))
    return tuple(sorted(groups, key=lambda g: g.id.key))


def read_zone_group(rid: ResourceId, body: Body) -> ZoneGroup:
    """A zone group and the zones that it writes to."""
    held = properties(body)
    zones = []
    for entry in items(held, "privateDnsZoneConfigs"):
        zones.append((text(entry, "name", ""), checked_id(text(properties(entry), "privateDnsZoneId"))))
    return ZoneGroup(
        id=rid,
        zones=tuple(zones),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
        deployed_by_policy=rid.name.lower() == "deployedbypolicy",
    )

"""What does a registry's body say: firewall, names, regions, connections?

Called by `facts.estate`. Field meanings: azure-facts 1.2, 1.4 and 1.6; shapes: containerregistry 2023-07-01 onwards.
"""

from __future__ import annotations

from remediator.core.cloud import Cloud, registry_suffix_of
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import EndpointConnection, Registry, Unknown
from remediator.facts.bodies import Bodies
from remediator.facts.reading import Body, Malformed, flag, items, properties, reference, region, section, text, texts

TYPE = "Microsoft.ContainerRegistry/registries"


def read_registry(bodies: Bodies, rid: ResourceId, body: Body, cloud: Cloud) -> Registry:
    """The registry; `Malformed` when a field that decides about pulls has another shape than Azure documents."""
    held = properties(body)
    location = region(text(body, "location"))
    login = (text(held, "loginServer", "") or f"{rid.name}.{cloud.registry_suffix}").lower()
    regions = _regions(bodies, rid, location)
    data_enabled = flag(held, "dataEndpointEnabled")
    data_hosts = tuple(host.lower() for host in texts(held, "dataEndpointHostNames"))
    if data_enabled and not data_hosts:
        known = (location,) if isinstance(regions, Unknown) else regions
        data_hosts = tuple(data_host(login, place) for place in known)
    firewall = section(held, "networkRuleSet")
    policies = section(held, "policies")
    return Registry(
        id=rid,
        location=location,
        login_server=login,
        sku=text(section(body, "sku"), "name"),
        public_network_access=text(held, "publicNetworkAccess", "Enabled"),
        default_action=text(firewall, "defaultAction", "Allow"),
        ip_rules=tuple(sorted(text(rule, "value") for rule in items(firewall, "ipRules"))),
        bypass=text(held, "networkRuleBypassOptions", "AzureServices"),
        data_endpoint_enabled=data_enabled,
        data_hosts=data_hosts,
        regional_hosts=tuple(host.lower() for host in texts(held, "regionalEndpointHostNames")),
        regions=regions,
        connections=_connections(bodies, rid),
        anonymous_pull=flag(held, "anonymousPullEnabled"),
        admin_user=flag(held, "adminUserEnabled"),
        role_assignment_mode=text(held, "roleAssignmentMode", "LegacyRegistryPermissions"),
        export_policy=text(section(policies, "exportPolicy"), "status", "enabled"),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )


def data_host(login_server: str, place: str) -> str:
    """The data endpoint's name in a region: `x.westeurope.data.azurecr.io` (azure-facts 1.4)."""
    return _with_label(login_server, f"{place}.data")


def regional_host(login_server: str, place: str) -> str:
    """The regional endpoint's name: `x.westeurope.geo.azurecr.io` (azure-facts 1.2)."""
    return _with_label(login_server, f"{place}.geo")


def _with_label(login_server: str, label: str) -> str:
    suffix = registry_suffix_of(login_server) or login_server.partition(".")[2]
    return f"{login_server[: -len(suffix) - 1]}.{label}.{suffix}"


def _regions(bodies: Bodies, rid: ResourceId, home: str) -> tuple[str, ...] | Unknown:
    """The home region first; once replicated, the list of replications includes it (azure-facts 13)."""
    replications = bodies.children(rid, "replications")
    if isinstance(replications, Unknown):
        return replications
    places = set()
    for replication, body in replications:
        try:
            places.add(region(text(body, "location", replication.name)))
        except Malformed as error:
            return bodies.fail(replication, str(error))
    return (home, *sorted(places - {home}))


def _connections(bodies: Bodies, rid: ResourceId) -> tuple[EndpointConnection, ...] | Unknown:
    listed = bodies.children(rid, "privateEndpointConnections")
    if isinstance(listed, Unknown):
        return listed
    connections = []
    for connection, body in listed:
        try:
            connections.append(read_connection(connection, body))
        except Malformed as error:
            return bodies.fail(connection, str(error))
    return tuple(sorted(connections, key=lambda c: c.id.key))


def read_connection(rid: ResourceId, body: Body) -> EndpointConnection:
    """The registry's side of an endpoint's connection."""
    held = properties(body)
    state = section(held, "privateLinkServiceConnectionState")
    return EndpointConnection(
        id=rid,
        endpoint=reference(held, "privateEndpoint"),
        status=text(state, "status"),
        description=text(state, "description", ""),
        provisioning_state=text(held, "provisioningState", "Succeeded"),
    )

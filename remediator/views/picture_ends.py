"""Which names and addresses stand at the two ends of a path, where the snapshot is at hand?

The consumer with its environment, subnet, network and images; the registry with its switches and endpoints. Called by
the terminal; a stored incident has no snapshot, so its picture says what the path itself tells (`picture.ends_of`).
"""

from __future__ import annotations

from remediator.core.candidates import Candidate, candidates
from remediator.core.desired import DesiredState
from remediator.core.leg import Leg, leg_of
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Environment, Network, Registry, Snapshot, Unknown
from remediator.core.words import counted
from remediator.views.picture import Ends, ends_of
from remediator.views.plain import plain
from remediator.views.wording import place_of

_MOST_ENDPOINTS = 3


def ends_seen(desired: DesiredState, snapshot: Snapshot, path: PullPath) -> Ends:
    """The ends of a path of this snapshot; for a consumer that could not be read, what the path itself tells."""
    leg = leg_of(desired, snapshot, path.key)
    if leg is None:
        return ends_of(path)
    return Ends(_consumer(leg), _registry(leg))


def _consumer(leg: Leg) -> tuple[str, ...]:
    """`orders`, its place, `environment cae · snet-aca 10.20.0.0/23 · vnet-spoke`, and what it pulls."""
    rid = leg.consumer.id
    return (plain(rid.name, 120), place_of(rid), _where(leg), *_images(leg))


def _where(leg: Leg) -> str:
    environment, network = leg.environment, leg.network
    if not isinstance(environment, Environment):
        name = leg.consumer.environment.name if leg.consumer.environment else ""
        return f"environment {plain(name, 80)}: not read" if name else "no environment is named"
    said = f"environment {plain(environment.id.name, 80)}"
    if environment.subnet is None:
        return f"{said} · no network of its own"
    subnet = network.subnet(environment.subnet) if isinstance(network, Network) else None
    prefix = f" {', '.join(subnet.prefixes)}" if subnet else ""
    home = environment.network or environment.subnet
    unread = "" if isinstance(network, Network) else " (not read)"
    return f"{said} · {plain(environment.subnet.name, 80)}{prefix} · {plain(home.name, 80)}{unread}"


def _images(leg: Leg) -> tuple[str, ...]:
    """The first image; an entry of `configuration.registries` alone makes a token be asked for, too."""
    if not leg.images:
        return ("no image of it, only an entry of configuration.registries",)
    more = f" and {counted(len(leg.images) - 1, 'more image')}" if len(leg.images) > 1 else ""
    init = " (init container)" if leg.images[0] in leg.consumer.init_images else ""
    return (f"pulls {plain(leg.images[0], 200)}{init}{more}",)


def _registry(leg: Leg) -> tuple[str, ...]:
    registry = leg.registry
    if not isinstance(registry, Registry):
        return (plain(leg.host, 120), plain(registry.reason, 200))
    return (plain(leg.host, 120), place_of(registry.id), _switches(registry), *_endpoints(leg, registry))


def _switches(registry: Registry) -> str:
    listed = f" · {counted(len(registry.ip_rules), 'address rule')}" if registry.ip_rules else ""
    access = f"public access {plain(registry.public_network_access, 40)}"
    return f"{access} · default action {plain(registry.default_action, 40)}{listed}"


def _endpoints(leg: Leg, registry: Registry) -> tuple[str, ...]:
    """Those that serve the consumer best first, with address, subnet, network and the state of their connection."""
    if isinstance(registry.connections, Unknown):
        return ("its private endpoints could not be read",)
    found = candidates(leg)
    if not found:
        return (_unlisted(leg, len(registry.connections)),)
    lines = [_endpoint(leg, one) for one in found[:_MOST_ENDPOINTS]]
    rest = len(found) - len(lines)
    return (*lines, f"and {counted(rest, 'more endpoint')}") if rest else tuple(lines)


def _unlisted(leg: Leg, connections: int) -> str:
    """What is said where no endpoint can be set beside the consumer's network."""
    if not connections:
        return "no private endpoint"
    unread = ", to endpoints that were not read" if isinstance(leg.network, Network) else ""
    return f"{counted(connections, 'private endpoint connection')}{unread}"


def _endpoint(leg: Leg, one: Candidate) -> str:
    endpoint = one.endpoint
    address = endpoint.address_of(leg.name)
    known = "address not read" if isinstance(endpoint.addresses, Unknown) else "no address yet"
    return (
        f"{plain(endpoint.id.name, 80)} · {address or known} · {_short(endpoint.subnet, endpoint.network)}"
        f" · {plain(one.status, 40) or 'not listed by the registry'}"
    )


def _short(subnet: ResourceId, network: ResourceId) -> str:
    return f"{plain(network.name, 80)}/{plain(subnet.name, 80)}"

"""A leg: one consumer and one registry host that it names, with everything around them looked up once.

Rules judge legs; `walk` strings their judgements into pull paths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from remediator.core.cloud import registry_suffix_of
from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.egress_of import Listed, egress_of, listed
from remediator.core.finding import Finding
from remediator.core.image_reference import parse_image
from remediator.core.pull_path import Verdict
from remediator.core.resolver import network_that_counts, silent_servers
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Consumer, Environment, Network, Registry, Snapshot, Unknown

REGISTRY_TYPE = "Microsoft.ContainerRegistry/registries"


class Openness(StrEnum):
    """Does the registry's firewall let a consumer in?

    `LISTED`: its rules name every address of the consumer's declared egress; `PERHAPS`: some, or the egress is unknown.
    """

    OPEN = "open"
    LISTED = "listed"
    PERHAPS = "perhaps"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule says of a leg. `finding` stands with a broken hop, and may stand with an unknown one."""

    verdict: Verdict
    detail: str
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """One consumer → one registry host.

    `registry` is Unknown when no registry of that name was read; `environment` and `network` are Unknown when
    they could not be read, `network` is None when the environment has none of its own. Legs are compared by
    identity, so that what was worked out for one can be kept while it is judged.
    """

    desired: DesiredState
    snapshot: Snapshot
    consumer: Consumer
    host: str
    images: tuple[str, ...]
    registry: Registry | Unknown
    environment: Environment | Unknown
    network: Network | Unknown | None
    intent: RegistryIntent

    @property
    def key(self) -> tuple[str, str]:
        """The key of its pull path."""
        return (self.consumer.id.key, self.host)

    @property
    def name(self) -> str:
        """The name that the puller asks for: a regional one where the image names it, else the login server."""
        if isinstance(self.registry, Registry) and self.host not in self.registry.regional_hosts:
            return self.registry.login_server
        return self.host

    @property
    def answering(self) -> Network | Unknown | None:
        """The network whose zone links decide what this consumer gets; None when public DNS answers."""
        if not isinstance(self.network, Network):
            return self.network
        return network_that_counts(self.snapshot, self.network, self.host)

    @property
    def silent_servers(self) -> tuple[ResourceId, ...]:
        """The networks of the DNS servers that this consumer asks and surely cannot reach; () where one may answer."""
        if not isinstance(self.network, Network):
            return ()
        subnet = self.environment.subnet if isinstance(self.environment, Environment) else None
        return silent_servers(self.snapshot, self.network, subnet)

    @property
    def silent_server(self) -> ResourceId | None:
        """The one network in which they stand, None where one may answer or several networks have their addresses."""
        found = self.silent_servers
        return found[0] if len(found) == 1 else None

    @property
    def openness(self) -> Openness:
        """Whether the registry lets this consumer in over its public name."""
        if not isinstance(self.registry, Registry):
            return Openness.CLOSED
        if self.registry.open_to_all:
            return Openness.OPEN
        if self.registry.public_network_access.lower() == "disabled" or not self.registry.ip_rules:
            return Openness.CLOSED
        egress = self.egress
        if isinstance(egress, Unknown):
            return Openness.PERHAPS
        match listed(self.registry.ip_rules, egress):
            case Listed.ALL:
                return Openness.LISTED
            case Listed.SOME:
                return Openness.PERHAPS
            case _:
                return Openness.CLOSED

    @property
    def egress(self) -> tuple[str, ...] | Unknown:
        """The public addresses that the consumer's traffic is declared to have; () when nobody can name one."""
        if isinstance(self.environment, Unknown) or isinstance(self.network, Unknown):
            return self.environment if isinstance(self.environment, Unknown) else cast(Unknown, self.network)
        return egress_of(self.snapshot, self.environment, self.network)

    @property
    def open(self) -> bool:
        """Whether the registry surely lets this consumer in over its public name."""
        return self.openness in (Openness.OPEN, Openness.LISTED)

    @property
    def needs_private(self) -> bool:
        """Whether only a private path can work or is wanted: the registry is closed and not meant to be public."""
        return self.openness is Openness.CLOSED and not self.meant_to_be_public

    @property
    def meant_to_be_public(self) -> bool:
        """Whether the document wants pulls over the public name: by everyone, or by listed addresses."""
        return self.intent.public_by_intent or self.intent.allow_list


def hosts_of(consumer: Consumer) -> dict[str, tuple[str, ...]]:
    """The ACR hosts that a consumer names, each with its images.

    A `registries[]` entry without an image counts too: Container Apps exchanges a token for every entry
    (azure-facts 2.7 #30).
    """
    found: dict[str, list[str]] = {}
    for image in consumer.images:
        host = parse_image(image).host
        if registry_suffix_of(host):
            found.setdefault(host, []).append(image)
    for credential in consumer.credentials:
        host = credential.server.lower()
        if registry_suffix_of(host):
            found.setdefault(host, [])
    return {host: tuple(images) for host, images in found.items()}


def legs(desired: DesiredState, snapshot: Snapshot) -> tuple[Leg, ...]:
    """Every leg of the snapshot, by consumer and host."""
    found = [leg for host in _pulls(snapshot) for leg in legs_to(desired, snapshot, host)]
    return tuple(sorted(found, key=lambda leg: leg.key))


def legs_to(desired: DesiredState, snapshot: Snapshot, host: str) -> tuple[Leg, ...]:
    """The legs to one registry host, by consumer; made once for a snapshot and document."""
    pulling = _pulls(snapshot).get(host, ())
    # the document is kept with its legs, so that its id is not given to another one
    key = ("legs", id(desired), host)
    return snapshot.remember(key, lambda: (tuple(_leg(desired, snapshot, host, *p) for p in pulling), desired))[0]


def legs_to_unread(desired: DesiredState, snapshot: Snapshot) -> tuple[Leg, ...]:
    """The legs to ACR hosts that no registry of the snapshot has: other teams' registries, or unreadable ones."""
    pulled = _pulls(snapshot)
    hosts = snapshot.index(
        "unread", snapshot.registries, lambda: tuple(h for h in pulled if snapshot.registry_of_host(h) is None)
    )
    return tuple(leg for host in hosts for leg in legs_to(desired, snapshot, host))


def hosts_pulled_in(snapshot: Snapshot, network: ResourceId) -> tuple[str, ...]:
    """The ACR hosts that consumers in a network of their own name, each once."""
    return snapshot.index("hosts in network", snapshot.consumers, lambda: _by_network(snapshot)).get(network, ())


def _by_network(snapshot: Snapshot) -> dict[ResourceId, tuple[str, ...]]:
    found: dict[ResourceId, dict[str, None]] = {}
    for consumer in snapshot.consumers.values():
        environment = snapshot.environments.get(consumer.environment) if consumer.environment else None
        if environment is not None and environment.network is not None:
            found.setdefault(environment.network, {}).update(dict.fromkeys(hosts_of(consumer)))
    return {network: tuple(hosts) for network, hosts in found.items()}


def leg_of(desired: DesiredState, snapshot: Snapshot, key: tuple[str, str]) -> Leg | None:
    """The leg of a pull path's key, None where the snapshot has none."""
    consumer, host = key
    return next((leg for leg in legs_to(desired, snapshot, host) if leg.consumer.id.key == consumer), None)


def _pulls(snapshot: Snapshot) -> dict[str, tuple[tuple[Consumer, tuple[str, ...]], ...]]:
    """Who pulls from each ACR host, and which images."""
    return snapshot.index("pulls", snapshot.consumers, lambda: _by_host(snapshot.consumers.values()))


def _by_host(consumers: Iterable[Consumer]) -> dict[str, tuple[tuple[Consumer, tuple[str, ...]], ...]]:
    found: dict[str, list[tuple[Consumer, tuple[str, ...]]]] = {}
    for consumer in sorted(consumers, key=lambda c: c.id.key):
        for host, images in hosts_of(consumer).items():
            found.setdefault(host, []).append((consumer, images))
    return {host: tuple(pulling) for host, pulling in found.items()}


def _leg(desired: DesiredState, snapshot: Snapshot, host: str, consumer: Consumer, images: tuple[str, ...]) -> Leg:
    known = snapshot.registry_of_host(host.replace(".privatelink.", "."))
    registry = known if known is not None else _unread_registry(snapshot, host)
    environment = _environment(snapshot, consumer)
    return Leg(
        desired=desired,
        snapshot=snapshot,
        consumer=consumer,
        host=host,
        images=images,
        registry=registry,
        environment=environment,
        network=_network(snapshot, environment),
        intent=desired.intent_for(known.id) if known else RegistryIntent(),
    )


def _unread_registry(snapshot: Snapshot, host: str) -> Unknown:
    name = host.split(".", 1)[0]
    for rid, why in snapshot.unreadable.items():
        if rid.is_a(REGISTRY_TYPE) and rid.name.lower() == name:
            return why
    return Unknown(f"no registry with the login server {host} was read")


def _environment(snapshot: Snapshot, consumer: Consumer) -> Environment | Unknown:
    if consumer.environment is None:
        return Unknown(f"{consumer.id.name} names no environment")
    found = snapshot.look_up(snapshot.environments, consumer.environment)
    return found if found is not None else Unknown(f"the environment {consumer.environment.name} is gone")


def _network(snapshot: Snapshot, environment: Environment | Unknown) -> Network | Unknown | None:
    if isinstance(environment, Unknown):
        return environment
    if environment.network is None:
        return None
    found = snapshot.look_up(snapshot.networks, environment.network)
    return found if found is not None else Unknown(f"the network {environment.network.name} is gone")

"""What a pull of an image by an environment gets now: name, route, connection, firewall, token, manifest, layers."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from remediator.sandbox import addresses, private_link, pull_texts, resolving
from remediator.sandbox.arm_id import name_of, parent_of, region, same
from remediator.sandbox.pull_texts import Image, parse_image
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

NICS = "microsoft.network/networkinterfaces"
STRICT = ("RouteTableEnabled", "Enabled")


@dataclass(frozen=True)
class PullAttempt:
    """How a pull ended: `stage` is where it stopped, or `pulled`; `text` is what the platform prints."""

    ok: bool
    stage: str
    text: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Puller:
    """Who pulls what: the place, the image, and the names that the texts mention."""

    environment: Body
    image: Image
    container: str
    app: str
    revision: str


@dataclass(frozen=True)
class _Arrival:
    """Where one host name leads: an address, and why it cannot be used, if so."""

    host: str
    address: str
    private: bool
    trouble: str
    steps: tuple[str, ...]


def subnet_of(world: World, environment: Body) -> Body | None:
    """The environment's own subnet; None when it runs in Microsoft's network."""
    configured = environment["properties"].get("vnetConfiguration") or {}
    return world.state.get(configured.get("infrastructureSubnetId"))


def egress_address(world: World, environment: Body) -> str:
    """The public address that a registry sees: a NAT gateway's, or one that nobody can rely on."""
    subnet = subnet_of(world, environment)
    gateway = world.state.get(((subnet or {}).get("properties", {}).get("natGateway") or {}).get("id"))
    for reference in (gateway or {}).get("properties", {}).get("publicIpAddresses") or []:
        address = (world.state.get(reference.get("id")) or {}).get("properties", {}).get("ipAddress")
        if address:
            return str(address)
    return resolving.public_address("egress/" + str(environment["id"]))


def _peered(world: World, one: str, other: str) -> bool:
    def leads(here: str, there: str) -> bool:
        return any(
            same((found["properties"].get("remoteVirtualNetwork") or {}).get("id"), there)
            and found["properties"].get("peeringState") == "Connected"
            for found in world.state.children(here, "virtualNetworkPeerings")
        )

    return leads(one, other) and leads(other, one)


def _routes(world: World, subnet: Body) -> list[tuple[ipaddress.IPv4Network, str]]:
    table = world.state.get((subnet["properties"].get("routeTable") or {}).get("id"))
    rows = world.state.children(table["id"], "routes") if table is not None else []
    found = []
    for row in rows:
        prefix = str(row["properties"].get("addressPrefix", ""))
        if prefix[:1].isdigit() and ":" not in prefix:
            found.append((ipaddress.IPv4Network(prefix, strict=False), str(row["properties"].get("nextHopType"))))
    return found


def _dropped(world: World, subnet: Body, address: str, target: Body | None) -> bool:
    """Does a route table drop the traffic? An endpoint's own /32 system route beats wider user routes, unless the
    endpoint's subnet has its network policies on and the user route is at least as narrow as the network."""
    where = ipaddress.IPv4Address(address)
    hits = sorted((row for row in _routes(world, subnet) if where in row[0]), key=lambda row: row[0].prefixlen)
    if not hits:
        return False
    prefix, hop = hits[-1]
    if target is not None and prefix.prefixlen < 32:
        strict = target["properties"].get("privateEndpointNetworkPolicies") in STRICT
        spaces = addresses.prefixes(world.state.get(parent_of(target["id"])) or {})
        narrow = any(where in space and prefix.prefixlen >= space.prefixlen for space in spaces)
        if not (strict and narrow):
            return False
    return hop == "None"


def _interfaces(world: World, address: str) -> list[tuple[Body, str]]:
    """Network interfaces with an address, and the subnets in which it is."""
    return [
        (nic, str((part["properties"].get("subnet") or {}).get("id", "")))
        for nic in world.state.of_type(NICS)
        for part in nic["properties"].get("ipConfigurations") or []
        if part["properties"].get("privateIPAddress") == address
    ]


def _private_trouble(world: World, puller: Puller, registry: Body, address: str) -> tuple[str, str]:
    """Stage and reason why a private address cannot be used, or two empty strings."""
    subnet = subnet_of(world, puller.environment)
    if subnet is None:
        return "route", "timeout"
    here = parent_of(subnet["id"])
    for nic, place in _interfaces(world, address):
        there = parent_of(place)
        if not (same(here, there) or _peered(world, here, there)):
            continue
        if _dropped(world, subnet, address, world.state.get(place)):
            return "route", "timeout"
        endpoint = world.state.get((nic["properties"].get("privateEndpoint") or {}).get("id"))
        if endpoint is None or not same((private_link.registry_of(world, endpoint) or {}).get("id"), registry["id"]):
            return "route", "eof"
        connection = private_link.connection_of(world, endpoint)
        state = (connection or {}).get("properties", {}).get("privateLinkServiceConnectionState") or {}
        return ("", "") if state.get("status") == "Approved" else ("endpoint", "timeout")
    return "route", "timeout"


def _refused(world: World, puller: Puller, registry: Body) -> bool:
    """Does the firewall refuse an arrival from the public side?"""
    properties = registry["properties"]
    if properties.get("publicNetworkAccess", "Enabled") == "Disabled":
        return True
    rules = properties.get("networkRuleSet") or {}
    if rules.get("defaultAction", "Allow") == "Allow":
        return False
    client = ipaddress.ip_address(egress_address(world, puller.environment))
    rows = [rule for rule in rules.get("ipRules") or [] if "value" in rule]
    allowed = [ipaddress.ip_network(rule["value"], strict=False) for rule in rows]
    return not any(client in network for network in allowed)


def _server(world: World, puller: Puller) -> str:
    subnet = subnet_of(world, puller.environment)
    network = world.state.get(parent_of(subnet["id"])) if subnet is not None else None
    servers = ((network or {}).get("properties", {}).get("dhcpOptions") or {}).get("dnsServers") or []
    return str(servers[0]) if servers else resolving.AZURE_DNS


def _arrive(world: World, puller: Puller, registry: Body, host: str) -> tuple[_Arrival, str]:
    """Follow one host name to its end; the second part is the stage that failed, or empty."""
    subnet = subnet_of(world, puller.environment)
    network = parent_of(subnet["id"]) if subnet is not None else None
    answer = resolving.resolve(world, network, host)
    if answer.nxdomain:
        return _Arrival(host, "", False, "nxdomain", answer.steps), "record"
    address = answer.addresses[0]
    if answer.private:
        stage, why = _private_trouble(world, puller, registry, address)
        step = f"route: {address} is {'reached' if not stage else 'not reached'} from {puller.environment['name']}"
        return _Arrival(host, address, True, why, (*answer.steps, step)), stage
    if subnet is not None and _dropped(world, subnet, address, None):
        step = f"route: a route drops {address}"
        return _Arrival(host, address, False, "timeout", (*answer.steps, step)), "route"
    if _refused(world, puller, registry):
        step = f"firewall: {egress_address(world, puller.environment)} is refused"
        return _Arrival(host, address, False, "denied", (*answer.steps, step)), "firewall"
    return _Arrival(host, address, False, "", (*answer.steps, "firewall: open")), ""


def _login_text(world: World, puller: Puller, arrival: _Arrival) -> str:
    image = puller.image
    if arrival.trouble == "nxdomain":
        return pull_texts.no_such_host(image, _server(world, puller))
    if arrival.trouble == "eof":
        return pull_texts.cut_off(image)
    if arrival.trouble == "timeout":
        return pull_texts.timed_out(image, arrival.address)
    if world.cloud.name == "AzureChinaCloud":
        return pull_texts.denied_in_china(image, puller.container, puller.app, puller.revision, world.clock())
    return pull_texts.denied(image, puller.container, egress_address(world, puller.environment))


def _layer_text(world: World, puller: Puller, arrival: _Arrival) -> str:
    why = {
        "nxdomain": f"dial tcp: lookup {arrival.host} on {_server(world, puller)}:53: no such host",
        "timeout": f"dial tcp {arrival.address}:443: i/o timeout",
        "eof": "EOF",
        "denied": "unexpected status code 403 Forbidden",
    }
    return pull_texts.layers_failed(puller.image, arrival.host, why[arrival.trouble])


def _missing(world: World, image: Image, repository_tags: Collection[str] | None) -> bool:
    short = f"{image.repository}:{image.tag}"
    gone = {image.text, short, f"{image.host}/{short}"} & world.missing_images
    return bool(gone) or (repository_tags is not None and short not in repository_tags)


def attempt(
    world: World, puller: Puller, *, credential_ok: bool = True, repository_tags: Collection[str] | None = None
) -> PullAttempt:
    """Pull an image, stage by stage, until something stops it."""
    image = puller.image
    known = resolving.registry_named(world, image.host)
    if known is None:
        answer = resolving.resolve(world, None, image.host)
        if answer.nxdomain:
            return PullAttempt(False, "record", pull_texts.no_such_host(image, _server(world, puller)), answer.steps)
        return PullAttempt(True, "pulled", pull_texts.pulled(image), answer.steps)
    registry = known[0]
    arrival, stage = _arrive(world, puller, registry, image.host)
    if stage:
        return PullAttempt(False, stage, _login_text(world, puller, arrival), arrival.steps)
    steps = arrival.steps
    if not credential_ok and not registry["properties"].get("anonymousPullEnabled"):
        return PullAttempt(False, "credential", pull_texts.unauthorized(image), (*steps, "token: refused"))
    if _missing(world, image, repository_tags):
        text = pull_texts.manifest_unknown(image, puller.container)
        return PullAttempt(False, "image", text, (*steps, "token: given", "manifest: unknown"))
    steps = (*steps, "token: given", "manifest: served")
    if registry["properties"].get("dataEndpointEnabled"):
        served = private_link.regions(world, registry)
        near = region(puller.environment.get("location"))
        place = near if near in served else served[0]
        data, stage = _arrive(world, puller, registry, private_link.data_host(registry, place))
        steps = (*steps, *data.steps)
        if stage:
            return PullAttempt(False, "layers", _layer_text(world, puller, data), steps)
    return PullAttempt(True, "pulled", pull_texts.pulled(image), (*steps, "layers: served"))


def _nowhere(stage: str, why: str) -> PullAttempt:
    """A pull that cannot even be tried, and why."""
    return PullAttempt(False, stage, f"Nothing was pulled: {why}.", (f"{stage}: {why}",))


def pull(
    world: World,
    environment_id: str,
    image: str,
    *,
    credential_ok: bool = True,
    repository_tags: Collection[str] | None = None,
) -> PullAttempt:
    """A pull by nobody in particular from one environment."""
    environment = world.state.get(environment_id)
    if environment is None:
        return _nowhere("environment", f"there is no environment {environment_id}")
    parsed = parse_image(image)
    name = name_of(parsed.repository)
    puller = Puller(environment, parsed, name, name, f"{name}--0000001")
    return attempt(world, puller, credential_ok=credential_ok, repository_tags=repository_tags)


def pull_app(world: World, app_id: str) -> PullAttempt:
    """The pull of an app's (or job's) images: the first that fails, else the last."""
    app = world.state.get(app_id)
    if app is None:
        return _nowhere("app", f"there is no app or job {app_id}")
    properties = app["properties"]
    home = properties.get("environmentId") or properties.get("managedEnvironmentId")
    environment = world.state.get(home)
    if environment is None:
        return _nowhere("environment", f"{app['id']} is in the environment {home}, which is not there")
    revision = str(properties.get("latestRevisionName") or f"{app['name']}--0000001")
    template = properties.get("template") or {}
    last: PullAttempt | None = None
    for container in [*(template.get("initContainers") or []), *(template.get("containers") or [])]:
        name = str(container.get("name") or app["name"])
        if not container.get("image"):
            return _nowhere("image", f"container {name} of {app['id']} names no image")
        image = parse_image(container["image"])
        puller = Puller(environment, image, name, str(app["name"]), revision)
        last = attempt(world, puller, credential_ok=_has_credential(app, image.host))
        if not last.ok:
            return last
    return last or PullAttempt(True, "pulled", "", ("no container",))


def _has_credential(app: Body, host: str) -> bool:
    for entry in (app["properties"].get("configuration") or {}).get("registries") or []:
        if str(entry.get("server", "")).lower() == host.lower():
            return bool(entry.get("identity") or (entry.get("username") and entry.get("passwordSecretRef")))
    return False

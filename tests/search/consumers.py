"""Environments, apps and jobs of an estate, their identities and, where the shape wants it, their roles."""

from __future__ import annotations

from tests.estate_builder import Body
from tests.search import bodies
from tests.search.land import Land, Net, Pull, Reg
from tests.search.shape import AppShape, EnvironmentShape

MICROSOFT = {
    "AzureCloud": "mcr.microsoft.com",
    "AzureChinaCloud": "mcr.azure.cn",
    "AzureUSGovernment": "mcr.microsoft.com",
}


def add_consumers(land: Land) -> None:
    """Every environment with its apps; a hub has one app where its island's shape says so."""
    for net in land.nets:
        if net.name.startswith("hub"):
            island = land.shape.islands[int(net.name[3:])]
            if island.hub_app and net in net.area.nets and net.area in land.areas:
                _environment(land, net, 0, 0, EnvironmentShape())
            continue
        row = 0
        for number, shape in enumerate(net.shape.environments):
            _environment(land, net, number, row, shape)
            row += not shape.homeless
    if land.shape.roles:
        _grant(land)


def _environment(land: Land, net: Net, number: int, row: int, shape: EnvironmentShape) -> None:
    builder, name = land.builder, f"cae-{net.name}-{number}"
    subnet = None if shape.homeless else net.infra[row]
    made = builder.environment(name, subnet, **net.place)
    body = builder.get(made)
    body["location"] = net.region
    if any(app.signing == "environment" for app in shape.apps):
        body["identity"] = {"type": "SystemAssigned", "principalId": f"principal-of-{name}"}
    if shape.legacy and net.shape.egress == "none":
        body["properties"]["workloadProfiles"] = None
    for letter, app in zip("abc", shape.apps, strict=False):
        _app(land, None if shape.homeless else net, net, made, subnet or "", f"{name}-{letter}", app)


def _app(land: Land, net: Net | None, home: Net, environment: str, subnet: str, name: str, shape: AppShape) -> None:
    builder = land.builder
    wanted = [land.registries[n] for n in shape.pulls if n < len(land.registries)] or land.registries[:1]
    pulled = [registry for registry in wanted if _may(registry, net)]
    region = home.region
    pulls = [Pull("", environment, net, r, _host(r, shape, region), region, subnet=subnet) for r in pulled]
    images = [f"{pull.host}/{name}:1" for pull in pulls] or [f"{MICROSOFT[land.shape.cloud]}/hello:1"]
    if shape.beside:
        images.append(f"{MICROSOFT[land.shape.cloud]}/sidecar:1")
    first = images[:1] if shape.init and len(images) > 1 else []
    entries = [_entry(pull.registry, pull.host, shape) for pull in pulls]
    kind = "jobs" if shape.job else "containerApps"
    made = builder.app(
        name,
        environment,
        *images[len(first) :],
        kind=kind,
        init=tuple(first),
        registries=[entry for entry in entries if entry],
        **home.place,
    )
    body = builder.get(made)
    body["location"] = region
    body["properties"]["configuration"]["secrets"] = [{"name": "registry-password"}, {"name": "other"}]
    principal = _sign(land, body, home, shape)
    for pull, entry in zip(pulls, entries, strict=True):
        pull.consumer = made
        pull.principal = principal if entry and entry.get("identity") else ""
        if shape.signing == "admin":
            builder.get(pull.registry.id)["properties"]["adminUserEnabled"] = True
        land.pulls.append(pull)


def _may(registry: Reg, net: Net | None) -> bool:
    """Whether the registry can be pulled from there in a healthy estate."""
    match registry.shape.access:
        case "closed":
            return net is not None
        case "listed":
            return net is not None and bool(net.egress)
        case _:
            return True


def _host(registry: Reg, shape: AppShape, region: str) -> str:
    if shape.regional and registry.regional and registry.private:
        return registry.regional.get(region, next(iter(registry.regional.values())))
    return registry.host


def _entry(registry: Reg, host: str, shape: AppShape) -> Body | None:
    """The entry in `configuration.registries`; where the registry lets anybody pull, some apps have none."""
    if registry.shape.anonymous and shape.signing == "system":
        return None
    match shape.signing:
        case "admin":
            return {"server": host, "username": registry.name, "passwordSecretRef": "registry-password", "identity": ""}
        case "user":
            return {"server": host, "username": "token-of-a-person", "passwordSecretRef": "registry-password"}
        case "user-assigned":
            return {"server": host, "identity": "user-assigned"}
        case "environment":
            return {"server": host, "identity": "system-environment"}
        case _:
            return {"server": host, "identity": "system"}


def _sign(land: Land, body: Body, home: Net, shape: AppShape) -> str:
    """Give the app its identity; the principal that pulls, "" for secrets."""
    name = body["name"]
    body["identity"] = {"type": "SystemAssigned", "principalId": f"principal-of-{name}"}
    match shape.signing:
        case "user-assigned":
            made, principal = bodies.identity(land.builder, f"id-{name}", **home.place)
            known = {made: {"principalId": principal, "clientId": f"client-of-{name}"}}
            body["identity"] = {"type": "UserAssigned", "userAssignedIdentities": known}
            for entry in body["properties"]["configuration"]["registries"]:
                entry["identity"] = made
            return principal
        case "environment":
            body["identity"] = {"type": "None"}
            key = "environmentId" if "environmentId" in body["properties"] else "managedEnvironmentId"
            environment = land.builder.get(body["properties"][key])
            return str(environment["identity"]["principalId"])
        case "system":
            return f"principal-of-{name}"
        case _:
            return ""


def _grant(land: Land) -> None:
    """What each identity needs, at the registry, its resource group or its subscription in turn."""
    made: dict[tuple[str, str], str] = {}
    for number, pull in enumerate(land.pulls):
        registry = pull.registry
        if pull.principal and (pull.principal, registry.id) not in made:
            role = "Container Registry Repository Reader" if registry.shape.abac else "AcrPull"
            parts = registry.id.split("/")
            scope = (registry.id, "/".join(parts[:5]), "/".join(parts[:3]))[number % 3]
            made[pull.principal, registry.id] = bodies.assignment(land.builder, number, role, pull.principal, scope)
        if pull.principal:
            land.assignments[pull.key] = made[pull.principal, registry.id]
    scope = "/".join(land.registries[0].id.split("/")[:5])
    bodies.assignment(land.builder, 999, "Key Vault Reader", "somebody-else", scope)

"""Many registries behind one zone: a hub whose network holds their endpoints and their apps' environment."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.estate_builder import EstateBuilder, spoke


@dataclass
class Hub:
    """The estate and the ids in it that tests break or ask about."""

    builder: EstateBuilder
    zone: str = ""
    link: str = ""
    records: list[str] = field(default_factory=list)
    registries: list[str] = field(default_factory=list)
    apps: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)


def hub(registries: int = 5, *, stray: bool = False) -> Hub:
    """A healthy hub; with `stray` there is another app beside it whose closed registry has no endpoint at all."""
    made = Hub(EstateBuilder("AzureCloud", "westeurope"))
    builder = made.builder
    network, infrastructure, endpoints = spoke(builder, "hub")
    environment = builder.environment("cae", infrastructure)
    made.zone = builder.zone()
    made.link = builder.link(made.zone, network)
    for number in range(registries):
        name = f"shop{number:02}"
        registry = builder.registry(name)
        endpoint = builder.endpoint(f"pe-{name}", registry, endpoints, 4 + 4 * number)
        before = set(builder.bodies)
        builder.group(endpoint, made.zone)
        made.records += [rid for rid in set(builder.bodies) - before if "/a/" in rid.lower()]
        made.hosts.append(f"{name}.{builder.suffix}")
        made.apps.append(builder.app(f"app{number:02}", environment, f"{made.hosts[-1]}/app:1"))
        made.registries.append(registry)
    if stray:
        _, elsewhere, _ = spoke(builder, "stray", 30)
        builder.registry("stray")
        builder.app("stray", builder.environment("cae-stray", elsewhere), f"stray.{builder.suffix}/stray:1")
    return made


def link_gone(made: Hub) -> None:
    """Somebody deleted the zone's link to the hub."""
    made.builder.drop(made.link)


def zone_gone(made: Hub) -> None:
    """Somebody deleted the zone, with all that is in it; the zone groups had to go before it (azure-facts 13)."""
    groups = [rid for rid in made.builder.bodies if "/privatednszonegroups/" in rid.lower()]
    for rid in (*groups, *made.records, made.link, made.zone):
        made.builder.drop(rid)


def records_gone(made: Hub) -> None:
    """Somebody wiped the zone's records."""
    for rid in made.records:
        made.builder.drop(rid)


LOSSES = {"link": link_gone, "zone": zone_gone, "records": records_gone}

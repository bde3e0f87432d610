"""A zone loses its link to the hub of four hundred registries: one incident, one change, everybody's registry in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.estate_builder import EstateBuilder
from tests.scenarios.town import Town, links_in

REGISTRIES, IN_A_SUBNET = 400, 100
DELETED = "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete"
PIPELINE = {"appid": "33333333-4444-5555-6666-777777777777", "idtyp": "app"}


def large_hub() -> tuple[EstateBuilder, str]:
    """A hub network with four subnets of endpoints, and the id of the zone's link to it."""
    builder = EstateBuilder("AzureCloud", "westeurope")
    subnets: dict[str, Any] = {"snet-aca": {"prefix": "10.20.0.0/23", "delegation": "Microsoft.App/environments"}}
    subnets |= {f"snet-{part}": {"prefix": f"10.20.{4 + part}.0/24"} for part in range(REGISTRIES // IN_A_SUBNET)}
    network = builder.network("vnet-hub", "10.20.0.0/16", subnets)
    environment = builder.environment("cae", f"{network}/subnets/snet-aca")
    zone = builder.zone()
    link = builder.link(zone, network)
    for number in range(REGISTRIES):
        name = f"shop{number:03}"
        registry = builder.registry(name)
        part, place = divmod(number, IN_A_SUBNET)
        builder.group(builder.endpoint(f"pe-{name}", registry, f"{network}/subnets/snet-{part}", 4 + 2 * place), zone)
        builder.app(f"app{number:03}", environment, f"{name}.{builder.suffix}/app:1")
    return builder, link


def test_one_link_and_four_hundred_registries(town: Callable[[Any], Town]) -> None:
    """The zone's event and the alert of an app are one incident that names four hundred registries and asks
    once; its one change mends all, and each registry's owner finds it by the name."""
    builder, link = large_hub()
    place = town(builder.document())
    place.inside = False  # four hundred pulls from inside would only take time
    place.azure.remove(link)
    assert not place.pulls("app399")
    with place.program() as program:
        first = program.event(link, DELETED, PIPELINE)
        program.settle()
        found = program.incident(first)
        assert (found["status"], len(found["registries"])) == ("AWAITING_APPROVAL", REGISTRIES)
        assert [change["kind"] for change in found["diagnosis"]["plan"]["changes"]] == ["create-vnet-link"]
        other = program.alert(place.network.pull_app(place.app("app399")).text)
        program.settle()
        assert program.status(other) == "JOINED"
        by_name = program.http.get("/api/incidents?registry=shop250").json()["incidents"]
        assert [one["id"] for one in by_name] == [first]
        (question,) = links_in(place.postbox)
        assert program.decide(question, "lin", found["registries"][0].rpartition("/")[2]) == 200
        program.settle()
        assert program.status(first) == "RESOLVED"
    assert place.pulls("app000") and place.pulls("app399")

"""The table of a registry's names as one network sees them: expected address, what the zone says, what DNS answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.desired import DesiredState
from remediator.core.diagnosis import diagnose
from remediator.core.names import NameTable, name_table
from remediator.core.resource_id import ResourceId
from tests.core.breaks import (
    APP,
    NETWORK,
    REGISTRY,
    closed_without_endpoint,
    data_record_missing,
    hidden_by_a_linked_zone,
    hub_and_spoke,
    link_removed,
    login_record_stale,
    no_own_network,
)
from tests.core.breaks_dns import hub_answers, hub_not_linked, public_dns, two_endpoints
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder, healthy, rid

LOGIN, DATA = "shop.azurecr.io", "shop.westeurope.data.azurecr.io"
ZONE = "privatelink.azurecr.io"
Row = tuple[str, str, str, tuple[str, ...], str]


def table(builder: EstateBuilder, host: str = LOGIN) -> NameTable | None:
    """The table for the path of the app to a host."""
    snapshot = snapshot_of(builder)
    path = next(one for one in diagnose(DesiredState(), snapshot).paths if one.host == host)
    return name_table(DesiredState(), snapshot, path)


def rows(builder: EstateBuilder) -> list[Row]:
    found = table(builder)
    assert found is not None
    return [(one.host, one.expected, one.zone.name if one.zone else "", one.in_zone, one.answer) for one in found.rows]


def unread_records() -> EstateBuilder:
    builder = healthy()
    builder.error(f"{rid('Microsoft.Network/privateDnsZones', ZONE)}/A/shop")
    return builder


def falling_back() -> EstateBuilder:
    builder = data_record_missing()
    link = f"{rid('Microsoft.Network/privateDnsZones', ZONE)}/virtualNetworkLinks/to-vnet-spoke"
    builder.get(link)["properties"]["resolutionPolicy"] = "NxDomainRedirect"
    return builder


def two_addresses() -> EstateBuilder:
    builder = healthy()
    record = f"{rid('Microsoft.Network/privateDnsZones', ZONE)}/A/shop"
    builder.get(record)["properties"]["aRecords"].append({"ipv4Address": "10.20.4.99"})
    return builder


TABLES: dict[str, tuple[Callable[[], EstateBuilder], list[Row]]] = {
    "whole": (
        healthy,
        [
            (LOGIN, "10.20.4.5", ZONE, ("10.20.4.5",), "10.20.4.5"),
            (DATA, "10.20.4.4", ZONE, ("10.20.4.4",), "10.20.4.4"),
        ],
    ),
    "through the hub": (
        hub_answers,
        [
            (LOGIN, "10.10.4.5", ZONE, ("10.10.4.5",), "10.10.4.5"),
            (DATA, "10.10.4.4", ZONE, ("10.10.4.4",), "10.10.4.4"),
        ],
    ),
    "no link": (link_removed, [(LOGIN, "10.20.4.5", "", (), "public"), (DATA, "10.20.4.4", "", (), "public")]),
    "no link where it counts": (
        hub_not_linked,
        [(LOGIN, "10.10.4.5", "", (), "public"), (DATA, "10.10.4.4", "", (), "public")],
    ),
    "public DNS": (public_dns, [(LOGIN, "10.10.4.5", "", (), "public"), (DATA, "10.10.4.4", "", (), "public")]),
    "a data record is missing": (
        data_record_missing,
        [
            (LOGIN, "10.20.4.5", ZONE, ("10.20.4.5",), "10.20.4.5"),
            (DATA, "10.20.4.4", ZONE, (), "does not resolve"),
        ],
    ),
    "a data record is missing, and the link falls back": (
        falling_back,
        [(LOGIN, "10.20.4.5", ZONE, ("10.20.4.5",), "10.20.4.5"), (DATA, "10.20.4.4", ZONE, (), "public")],
    ),
    "a stale record": (
        login_record_stale,
        [
            (LOGIN, "10.20.4.5", ZONE, ("10.20.4.99",), "10.20.4.99"),
            (DATA, "10.20.4.4", ZONE, ("10.20.4.4",), "10.20.4.4"),
        ],
    ),
    "a record that leads out of reach": (
        lambda: two_endpoints(far_app=False),
        [
            (LOGIN, "10.20.4.5", ZONE, ("10.40.4.5",), "10.40.4.5"),
            (DATA, "10.20.4.4", ZONE, ("10.40.4.4",), "10.40.4.4"),
        ],
    ),
    "hidden, and no endpoint in reach": (
        hidden_by_a_linked_zone,
        [(LOGIN, "", ZONE, (), "does not resolve"), (DATA, "", ZONE, (), "does not resolve")],
    ),
    "no endpoint": (lambda: closed_without_endpoint("AzureCloud", "westeurope"), [(LOGIN, "", "", (), "public")]),
    "no network of its own": (no_own_network, [("shop.azurecr.cn", "", "", (), "public")]),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_names_of_a_registry(name: str) -> None:
    """Login name first; what the endpoint carries, what the zone that answers says, what a machine there gets."""
    build, expected = TABLES[name]
    builder = build()
    found = table(builder, expected[0][0])
    assert found is not None
    assert expected == [
        (one.host, one.expected, one.zone.name if one.zone else "", one.in_zone, one.answer) for one in found.rows
    ]


def test_whose_names_they_are() -> None:
    """The table is of one registry, seen from the app's own network, also where another one answers for it."""
    found = table(hub_answers())
    assert found is not None
    assert (found.registry, found.network) == (ResourceId(REGISTRY), ResourceId(NETWORK))


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (healthy, [True, True]),
        (hub_and_spoke, [True, True]),
        (data_record_missing, [True, False]),
        (falling_back, [True, False]),
        (login_record_stale, [False, True]),
        (two_addresses, [False, True]),
        (link_removed, [False, False]),
        (hidden_by_a_linked_zone, [False, False]),
    ],
)
def test_a_name_is_right_when_it_answers_the_endpoint(build: Callable[[], EstateBuilder], expected: list[bool]) -> None:
    """Only the endpoint's address, and nothing beside it, is right; a public answer never is."""
    found = table(build())
    assert found is not None
    assert [one.right for one in found.rows] == expected


def test_an_answer_that_is_not_known_says_why() -> None:
    """Records that cannot be read leave the answer open, with the reason of the refusal."""
    found = rows(unread_records())
    assert [(zone, held) for _, _, zone, held, _ in found] == [(ZONE, ()), (ZONE, ())]
    assert all(answer.startswith("not known: ") and "AuthorizationFailed" in answer for *_, answer in found)


def test_a_registry_that_nobody_read_has_no_table() -> None:
    """Without the registry its names are not known."""
    builder = healthy()
    builder.get(APP)["properties"]["template"]["containers"][0]["image"] = "elsewhere.azurecr.io/x:1"
    assert table(builder, "elsewhere.azurecr.io") is None


def test_an_unread_app_has_no_table() -> None:
    """An app in error has a path without a host, and no names."""
    builder = healthy()
    builder.error(APP)
    assert table(builder, "") is None


def test_each_replica_has_a_data_name() -> None:
    """A replica adds a data name, which the endpoint must carry too."""
    builder = healthy()
    builder.get(REGISTRY)["properties"]["dataEndpointHostNames"].append("shop.northeurope.data.azurecr.io")
    assert rows(builder)[2] == ("shop.northeurope.data.azurecr.io", "", ZONE, (), "does not resolve")

"""The table of names: what each should be, what the zone says, what the network gets."""

from __future__ import annotations

import pytest

from remediator.core.desired import DesiredState
from remediator.core.walk import all_paths
from remediator.views.names import rows_document, table_of, terminal
from tests.core.breaks import BREAKS
from tests.core.breaks_dns import hub_answers
from tests.core.diagnosing import snapshot_of
from tests.estate_builder import EstateBuilder, healthy, rid, spoke

NO_DOCUMENT = DesiredState()
ZONE = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.io")

WRONG = """\
shop as vnet-spoke sees them, zone privatelink.azurecr.io of rg-app
   name                             should be  zone says   network gets
✗  shop.azurecr.io                  10.20.4.5  10.20.4.99  10.20.4.99
✓  shop.westeurope.data.azurecr.io  10.20.4.4  10.20.4.4   10.20.4.4"""

UNSEEN = """\
shop as vnet-spoke sees them
   name                             should be  zone says             network gets
✗  shop.azurecr.io                  10.20.4.5  10.20.4.5 (not seen)  public
✗  shop.westeurope.data.azurecr.io  10.20.4.4  10.20.4.4 (not seen)  public"""

NO_ENDPOINT = """\
shop as vnet-spoke sees them
   name             should be  zone says  network gets
·  shop.azurecr.cn  -          no zone    public"""

NOT_FOLLOWED = """\
shop as vnet-spoke sees them
   name                             should be  zone says  network gets
?  shop.azurecr.io                  10.10.4.5  10.10.4.5  not known
?  shop.westeurope.data.azurecr.io  10.10.4.4  10.10.4.4  not known"""

NO_RECORD = """\
shop as vnet-spoke sees them, zone privatelink.azurecr.io of rg-app
   name                             should be  zone says  network gets
✗  shop.azurecr.io                  -          no record  does not resolve
✗  shop.westeurope.data.azurecr.io  -          no record  does not resolve"""


def table(builder: EstateBuilder, width: int = 100) -> str:
    """The table of the only path of an estate."""
    snapshot = snapshot_of(builder)
    (path,) = all_paths(NO_DOCUMENT, snapshot)
    found = table_of(NO_DOCUMENT, snapshot, path)
    assert found is not None
    return "\n".join(terminal(found, snapshot, path, width))


@pytest.mark.parametrize(
    ("builder", "expected"),
    [
        (BREAKS["login record stale"][0], WRONG),
        (BREAKS["link removed"][0], UNSEEN),
        (BREAKS["no endpoint"][0], NO_ENDPOINT),
        (lambda: hub_answers("10.99.0.4"), NOT_FOLLOWED),
        (BREAKS["hidden by a linked zone"][0], NO_RECORD),
    ],
    ids=["stale", "zone not linked", "no endpoint", "resolver not followed", "hidden"],
)
def test_the_wrong_row_is_marked(builder: object, expected: str) -> None:
    """Each name with ✓ right, ✗ wrong, ? not known, · nothing to compare it with."""
    assert table(builder()) == expected  # type: ignore[operator]


def test_what_a_whole_path_does_not_need_is_not_called_wrong() -> None:
    """An open registry may be pulled in public though an endpoint of it is there: no row is wrong."""
    builder = healthy()
    builder.get(rid("Microsoft.ContainerRegistry/registries", "shop"))["properties"].update(
        {"publicNetworkAccess": "Enabled", "networkRuleSet": {"defaultAction": "Allow", "ipRules": []}}
    )
    builder.drop(f"{ZONE}/virtualNetworkLinks/to-vnet-spoke")
    assert [line[0] for line in table(builder).splitlines()[2:]] == ["·", "·"]


def test_a_long_table_keeps_what_is_wrong() -> None:
    """Of a registry with many replicas the wrong names are shown, and the rest is counted."""
    builder = EstateBuilder()
    network, infrastructure, endpoints = spoke(builder)
    registry = builder.registry("shop", replicas=tuple(f"region{n:02}" for n in range(20)))
    zone = builder.zone()
    builder.group(builder.endpoint("pe-shop", registry, endpoints, 4), zone)
    builder.link(zone, network)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    builder.drop(f"{zone}/A/shop.region17.data")
    lines = table(builder).splitlines()
    assert len(lines) == 2 + 12 + 1
    assert [line for line in lines if line.startswith("✗")] == [
        "✗  shop.region17.data.azurecr.io    10.20.4.22  no record   does not resolve"
    ]
    assert lines[-1] == "   and 10 more names"


def test_nobody_knows_whom_an_unread_network_asks() -> None:
    """Where the environment could not be read there is no table, rather than one of public answers."""
    builder = healthy()
    builder.error(rid("Microsoft.App/managedEnvironments", "cae"))
    snapshot = snapshot_of(builder)
    (path,) = all_paths(NO_DOCUMENT, snapshot)
    assert table_of(NO_DOCUMENT, snapshot, path) is None


def test_programs_read_the_same_rows() -> None:
    """Each row with the zone's id, null where no endpoint or no zone is, and whether it is right."""
    snapshot = snapshot_of(BREAKS["data record missing"][0]())
    (path,) = all_paths(NO_DOCUMENT, snapshot)
    found = table_of(NO_DOCUMENT, snapshot, path)
    assert found is not None
    assert rows_document(found) == [
        {
            "host": "shop.azurecr.io",
            "expected": "10.20.4.5",
            "zone": ZONE,
            "inZone": ["10.20.4.5"],
            "answer": "10.20.4.5",
            "right": True,
        },
        {
            "host": "shop.westeurope.data.azurecr.io",
            "expected": "10.20.4.4",
            "zone": ZONE,
            "inZone": [],
            "answer": "does not resolve",
            "right": False,
        },
    ]


@pytest.mark.parametrize("width", [72, 80, 100])
def test_no_row_is_wider_than_asked(width: int) -> None:
    """Long names are cut, never wrapped into the next row."""
    builder = EstateBuilder()
    network, infrastructure, endpoints = spoke(builder)
    name = "averylongregistrynamethatnobodywants" * 2
    zone = builder.zone()
    builder.group(builder.endpoint("pe", builder.registry(name), endpoints, 4), zone)
    builder.link(zone, network)
    builder.app("orders", builder.environment("cae", infrastructure), f"{name}.azurecr.io/orders:1")
    lines = table(builder, width).splitlines()
    assert max(len(line) for line in lines) <= width
    assert all(line.endswith(("10.20.4.5", "10.20.4.4")) for line in lines[2:])

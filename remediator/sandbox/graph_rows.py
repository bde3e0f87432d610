"""Which rows does Resource Graph hold of this estate? Its tables, as JSON that is made once and sent many times.

Top-level resources and a few children with a place of their own stand in `resources`, record sets in `dnsresources`,
role assignments in `authorizationresources`. Zone groups, subnets, peerings, connections of registries and the rules of
a ruleset have no row (azure-facts 8; supported-tables-resources): what is listed inline stands in its parent's row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from remediator.sandbox.arm_id import key, target
from remediator.sandbox.clouds import TENANT
from remediator.sandbox.graph_query import COLUMNS, Query
from remediator.sandbox.shown import EVERYTHING, ZONES, present
from remediator.sandbox.wire import Body
from remediator.sandbox.world import World

TABLES = ("resources", "dnsresources", "authorizationresources")
CHILDREN = (
    f"{ZONES}/virtualnetworklinks",
    "microsoft.containerregistry/registries/replications",
    "microsoft.network/dnsresolvers/inboundendpoints",
    "microsoft.network/dnsresolvers/outboundendpoints",
)


@dataclass(frozen=True)
class Row:
    """One row: where it stands in the order of ids, its subscription, its columns, and what of it was sent before."""

    key: str
    subscription: str
    columns: Body
    sent: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def encoded(self, columns: tuple[str, ...]) -> bytes:
        """These columns as JSON, made once; a column that the row lacks is null."""
        if columns not in self.sent:
            shown = {name: self.columns.get(name) for name in columns or COLUMNS}
            self.sent[columns] = json.dumps(shown, separators=(",", ":")).encode()
        return self.sent[columns]


def table_of(kind: str) -> str:
    """The table in which resources of a type stand, "" for none."""
    if kind.startswith(f"{ZONES}/") and kind != f"{ZONES}/virtualnetworklinks":
        return "dnsresources"
    if kind.startswith("microsoft.authorization/"):
        return "authorizationresources"
    return "resources" if kind.count("/") == 1 or kind in CHILDREN else ""


def rows_of(bodies: Iterable[Body]) -> dict[str, list[Row]]:
    """The rows of these bodies, as GET shows them, by table and in the order of their ids."""
    found: dict[str, list[Row]] = {table: [] for table in TABLES}
    for body in bodies:
        place = target(str(body["id"]))
        table = table_of(place.type)
        if table:
            found[table].append(_row(body, place.type, place.subscription, place.group))
    return {table: sorted(rows, key=lambda row: row.key) for table, rows in found.items()}


def _row(body: Body, kind: str, subscription: str, group: str) -> Row:
    names = {"type": kind, "tenantId": TENANT, "subscriptionId": subscription, "resourceGroup": group.lower()}
    return Row(key(str(body["id"])), subscription.lower(), {"kind": "", "managedBy": "", **body, **names})


def rows_in(world: World) -> dict[str, list[Row]]:
    """Every row of the estate, kept until something changes in it; resources that nobody can understand have none."""
    state = world.state

    def made() -> dict[str, list[Row]]:
        with state.overlooking():
            kinds = [(body, target(str(body["id"])).type) for body in state.all()]
            return rows_of(present(world, body, EVERYTHING) for body, kind in kinds if table_of(kind))

    return world.remember("graph rows", made)


def selected(world: World, text: str, query: Query) -> list[Row]:
    """The rows of a table that a query wants, whoever asks; kept as long as `rows_in`."""
    return world.remember(
        f"graph query {text}", lambda: [row for row in rows_in(world)[query.table] if query.wants(row.columns)]
    )

"""The worked examples of docs/desired-state.md are loaded as they stand, and do to an estate what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from remediator.adapters.local.desired_yaml import DesiredYaml
from remediator.core.change import ChangeKind
from remediator.core.desired import Decision, DesiredState, Way
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.resource_id import ResourceId
from tests.architecture.house import DOCS, text_of
from tests.estate_builder import HUB_SUB, SUB, EstateBuilder, rid, spoke
from tests.scenarios.sandboxed import Sandboxed

PAGE = text_of(DOCS / "desired-state.md").partition("## Worked examples")[2].partition("\n## ")[0]
EXAMPLES = dict(re.findall(r"^### (.+?)\n.*?^```yaml\n(.+?)^```", PAGE, re.MULTILINE | re.DOTALL))
IDS = {"11111111-1111-1111-1111-111111111111": SUB, "22222222-2222-2222-2222-222222222222": HUB_SUB}
K = ChangeKind
CLOSING = [K.UPDATE_REGISTRY, K.UPDATE_REGISTRY]  # the default action, then public access
PRIVATE = [K.CREATE_ZONE, K.CREATE_ENDPOINT, K.CREATE_ZONE_GROUP, K.CREATE_LINK]


def declared(title: str, folder: Path) -> DesiredState:
    """The document of an example, with the subscriptions of the estate."""
    text = EXAMPLES[title]
    for written, meant in IDS.items():
        text = text.replace(written, meant)
    path = folder / "desired.yaml"
    path.write_text(text, encoding="utf-8")
    return DesiredYaml(path).load()


def kinds(found: Diagnosis) -> list[ChangeKind]:
    return [change.kind for change in found.plan.changes]


def test_there_are_four() -> None:
    """One network, hub and spoke, many registries, and China."""
    assert list(EXAMPLES) == ["One network", "Hub and spoke", "Many registries", "Azure China"]


@pytest.mark.parametrize("title", list(EXAMPLES))
def test_each_is_a_whole_document(title: str, tmp_path: Path) -> None:
    """Every example can be copied and loaded without a mistake, as it stands in the page."""
    path = tmp_path / "desired.yaml"
    path.write_text(EXAMPLES[title], encoding="utf-8")
    assert DesiredYaml(path).load().declared


def test_one_network(tmp_path: Path) -> None:
    """The private path is made in the declared subnet, and the registry closed last; then nothing is left to do."""
    builder = EstateBuilder()
    _, infrastructure, endpoints = spoke(builder, "shop")
    registry = builder.registry("webshop", closed=False)
    other = builder.registry("other", closed=False)
    app = builder.app("orders", builder.environment("cae", infrastructure), f"webshop.{builder.suffix}/orders:1")
    place, desired = Sandboxed.of(builder.document()), declared("One network", tmp_path)
    found = place.diagnose(desired)
    assert kinds(found) == [*PRIVATE, *CLOSING]
    made = next(change.after for change in found.plan.changes if change.kind is K.CREATE_ENDPOINT)
    assert made is not None
    assert str(made["subnet"]).lower() == endpoints.lower()
    assert found.ruling.decision is Decision.ASK
    place.apply(found.plan)
    after = place.diagnose(desired)
    closed, untouched = place.azure.resource(registry), place.azure.resource(other)
    assert closed is not None and untouched is not None
    assert (place.pulls(app), after.plan.changes, after.findings) == (True, (), ())
    assert closed["properties"]["publicNetworkAccess"] == "Disabled"
    assert untouched["properties"]["publicNetworkAccess"] == "Enabled"


def hub_and_spoke(*, endpoint: bool) -> tuple[EstateBuilder, str, str]:
    """A hub with the zone and, where wanted, an endpoint; a peered spoke with an app, whose link is missing."""
    builder = EstateBuilder()
    hub, _, central = spoke(builder, "hub", 10, sub=HUB_SUB, group="rg-net")
    apps, infrastructure, _ = spoke(builder, "apps", 20)
    builder.peer(hub, apps)
    zone = builder.zone(sub=HUB_SUB, group="rg-dns")
    builder.link(zone, hub)
    registry = builder.registry("shop")
    builder.add(
        {
            "id": f"/subscriptions/{HUB_SUB}/resourceGroups/rg-endpoints/providers/Microsoft.Network/natGateways/x",
            "name": "x",
            "type": "Microsoft.Network/natGateways",
            "location": "westeurope",
            "properties": {},
        }
    )
    if endpoint:
        builder.group(builder.endpoint("pe-shop", registry, central, 4, sub=HUB_SUB, group="rg-endpoints"), zone)
    app = builder.app("orders", builder.environment("cae", infrastructure), f"shop.{builder.suffix}/orders:1")
    return builder, app, zone


def test_hub_and_spoke_links_by_itself(tmp_path: Path) -> None:
    """A missing link of a spoke is one change to the central zone, let through without asking, with the redirect."""
    builder, app, zone = hub_and_spoke(endpoint=True)
    place, desired = Sandboxed.of(builder.document()), declared("Hub and spoke", tmp_path)
    found = place.diagnose(desired)
    assert kinds(found) == [K.CREATE_LINK]
    (link,) = found.plan.changes
    assert link.target.within(ResourceId(zone))
    assert link.after is not None and link.after["resolutionPolicy"] == "NxDomainRedirect"
    assert (found.ruling.decision, found.ruling.way) == (Decision.AUTO, Way.DIRECT)
    place.apply(found.plan)
    assert (place.pulls(app), place.diagnose(desired).plan.changes) == (True, ())


def test_hub_and_spoke_puts_a_new_endpoint_into_the_hub(tmp_path: Path) -> None:
    """A registry without an endpoint gets one in the hub's subnet and group, after asking; no second zone is made."""
    builder, app, _ = hub_and_spoke(endpoint=False)
    place, desired = Sandboxed.of(builder.document()), declared("Hub and spoke", tmp_path)
    found = place.diagnose(desired)
    assert found.ruling.decision is Decision.ASK
    assert set(kinds(found)) == {K.CREATE_ENDPOINT, K.CREATE_ZONE_GROUP, K.CREATE_LINK}
    made = next(change for change in found.plan.changes if change.kind is K.CREATE_ENDPOINT)
    assert made.after is not None
    assert "/vnet-hub/subnets/snet-endpoints" in str(made.after["subnet"])
    assert made.target.resource_group == "rg-endpoints"
    place.apply(found.plan)
    assert (place.pulls(app), place.diagnose(desired).plan.changes) == (True, ())


def test_many_registries(tmp_path: Path) -> None:
    """Each registry is treated as its first entry says: mended, held to its list, reported, or left out."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder, "apps")
    environment = builder.environment("cae", infrastructure)
    ids = {name: builder.registry(name, closed=False) for name in ("payments", "legacy", "playground", "others")}
    builder.get(ids["legacy"])["properties"]["networkRuleSet"] = {
        "defaultAction": "Deny",
        "ipRules": [{"action": "Allow", "value": "203.0.113.7"}, {"action": "Allow", "value": "198.51.100.9"}],
    }
    builder.app("pay", environment, f"payments.{builder.suffix}/pay:1")
    place, desired = Sandboxed.of(builder.document()), declared("Many registries", tmp_path)

    def of(name: str) -> Diagnosis:
        return place.diagnose(desired, Focus(registry=ResourceId(ids[name])))

    payments, legacy, others = of("payments"), of("legacy"), of("others")
    assert kinds(payments) == [*PRIVATE, *CLOSING]
    assert (payments.ruling.decision, payments.ruling.way) == (Decision.ASK, Way.DIRECT)
    assert desired.limits.approvals == 2
    assert kinds(legacy) == [K.UPDATE_REGISTRY]
    assert legacy.plan.changes[0].after is not None
    assert tuple(legacy.plan.changes[0].after["ipRules"]) == ("203.0.113.7",)
    assert others.findings
    assert others.ruling.way is Way.REPORT
    assert [found for found in place.diagnose(desired).findings if "playground" in str(found.target)] == []


def test_china(tmp_path: Path) -> None:
    """The zone of Azure China is made where the document says, and the app pulls; nobody is told over Teams."""
    builder = EstateBuilder("AzureChinaCloud", "chinanorth3")
    _, infrastructure, _ = spoke(builder)
    builder.registry("webshop")
    app = builder.app("orders", builder.environment("cae", infrastructure), f"webshop.{builder.suffix}/orders:1")
    place, desired = Sandboxed.of(builder.document()), declared("Azure China", tmp_path)
    found = place.diagnose(desired)
    assert kinds(found) == PRIVATE
    zone = rid("Microsoft.Network/privateDnsZones", "privatelink.azurecr.cn")
    assert found.plan.changes[0].target == ResourceId(zone)
    place.apply(found.plan)
    assert place.pulls(app)
    assert [one for entry in desired.registries for one in entry.approvers.notify if one.startswith("teams:")] == []

"""What the terminal prints: whole outputs at width 100, without colour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.plan import Plan
from remediator.core.pull_path import Hop, HopName, Verdict
from remediator.core.resource_id import ResourceId
from remediator.views import changes, journal, picture
from tests.views import samples

BROKEN = """\
✗ orders cannot pull from contosoimages.azurecr.cn: the way ends at the DNS zone

┌────────────────────────────────┐
│ orders                         │
│ container app in rg-app        │
└──┬─────────────────────────────┘
   ✓  environment  env-contoso is in snet-aca
   ✓  credential   identity id-orders
   ✓  endpoint     pe-contosoimages in vnet-spoke: the same network
   ✓  resolver     vnet-spoke asks Azure DNS
   ✗  DNS zone     BROKEN HERE: privatelink.azurecr.cn is not linked to vnet-spoke, so the
   ┊               registry's name ends at its public address (rule vnet-link)
   ┊  not reached: DNS record, route, firewall, image
┌──┴─────────────────────────────────────┐
│ contosoimages.azurecr.cn               │
│ registry in rg-app                     │
│ contosoimages.azurecr.cn → 139.219.1.2 │
└────────────────────────────────────────┘"""

WHOLE = """\
✓ orders can pull from contosoimages.azurecr.cn

┌────────────────────────────────┐
│ orders                         │
│ container app in rg-app        │
└──┬─────────────────────────────┘
   ✓  environment  env-contoso is in snet-aca
   ✓  credential   identity id-orders
   ✓  endpoint     pe-contosoimages in vnet-spoke: the same network
   ✓  resolver     vnet-spoke asks Azure DNS
   ✓  DNS zone     privatelink.azurecr.cn is linked to vnet-spoke
   ✓  DNS record   contosoimages → 10.20.4.5
   ✓  route        the same network
   ·  firewall     not asked: the name ends at a private address
   ·  image        not asked: the registry was not read
┌──┴─────────────────────────────┐
│ contosoimages.azurecr.cn       │
│ registry in rg-app             │
└────────────────────────────────┘"""

PLAN = """\
Plan: 1 to create, 1 to change, 1 to delete
  DIGEST

- 1. Delete private endpoint pe-old
     delete-private-endpoint
     /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app/providers
       /Microsoft.Network/privateEndpoints/pe-old
     - location  chinanorth3
     - subnet    vnet-spoke/snet-pe in rg-app
     - registry  old in rg-hub of subscription 99999999-2222-3333-4444-555555555555
     - manual    false
     - status    Disconnected
     undo: pe-old: stays deleted; its connection was cut off for good

~ 2. Point contosoimages at 10.20.4.5
     update-dns-record
     /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app/providers
       /Microsoft.Network/privateDnsZones/privatelink.azurecr.cn/A/contosoimages
     ~ addresses  10.20.4.9 → 10.20.4.5
       ttl        3600
     undo: contosoimages: the old values are put back

+ 3. Link privatelink.azurecr.cn to vnet-spoke
     create-vnet-link
     /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-app/providers
       /Microsoft.Network/privateDnsZones/privatelink.azurecr.cn/virtualNetworkLinks/link-vnet-spoke
     why: the resolver of vnet-spoke must see the zone
     + network           vnet-spoke in rg-app
     + resolutionPolicy  Default
     + registration      false
     undo: link-vnet-spoke: deleted again"""


def test_a_broken_path_shows_where_it_ends() -> None:
    """The broken hop is marked with ✗ and its reason; the hops behind it are named as not reached."""
    assert picture.terminal(samples.broken_path()) == BROKEN


def test_a_whole_path_shows_its_addresses_once() -> None:
    """A path that works shows every hop, those that do not concern it with a dot, and no address twice."""
    assert picture.terminal(samples.whole_path()) == WHOLE


def test_an_unknown_hop_is_not_called_broken() -> None:
    """An unknown hop has a question mark and the words NOT KNOWN."""
    hop = Hop(HopName.RESOLVER, Verdict.UNKNOWN, "vnet-spoke asks 10.0.0.4, which we do not know", "custom-dns")
    text = picture.terminal(replace(samples.broken_path(), hops=(*samples.OK_HOPS[:3], hop)))
    assert "? orders may or may not be able to pull" in text
    assert "   ?  resolver     NOT KNOWN: vnet-spoke asks 10.0.0.4, which we do not know (rule custom-dns)" in text
    assert "✗" not in text


def test_a_plan_shows_every_value() -> None:
    """Each change has its mark, its whole id, its values before and after, and its way back."""
    plan = Plan((samples.delete_change(), samples.record_change(), samples.link_change()))
    assert changes.terminal(plan) == PLAN.replace("DIGEST", plan.digest)


def test_nothing_to_change_is_said() -> None:
    """An empty plan is one sentence."""
    assert changes.terminal(Plan(())) == "Plan: nothing to change"


def test_records_of_a_zone_group_are_named() -> None:
    """Values inside of values have a name with dots, and an empty list reads as none."""
    change = Change(
        ChangeKind.UPDATE_ZONE_GROUP,
        ResourceId(f"{samples.RG}Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default"),
        "Write the records again",
        {"zones": [samples.ZONE], "records": {"contosoimages": []}},
        {"zones": [samples.ZONE], "records": {"contosoimages": ["10.20.4.5"]}},
        "dns-record",
    )
    fields = changes.shown(Plan((change,)))[0].fields
    assert [(f.mark, f.name, f.words) for f in fields] == [
        (" ", "zones", "privatelink.azurecr.cn in rg-app"),
        ("~", "records.contosoimages", "(none) → 10.20.4.5"),
    ]


def test_a_journal_is_a_list_of_lines() -> None:
    """Each line has its time, what happened, and the status where it changed."""
    assert journal.terminal(samples.incident()) == (
        "2026-08-01 02:12:07Z  opened by an alert\n2026-08-01 02:14:07Z  asked for approval [AWAITING_APPROVAL]"
    )


@pytest.mark.parametrize("width", [70, 72, 100, 140])
def test_nothing_is_wider_than_asked(width: int) -> None:
    """Long names and reasons are wrapped or cut, never wider than the terminal."""
    long = "a-very-long-name-" * 20
    hop = Hop(HopName.ZONE, Verdict.BROKEN, long * 3, "vnet-link")
    path = replace(
        samples.broken_path(), host=long, hops=(*samples.OK_HOPS, hop), addresses=((long, ("10.0.0.1",) * 20),)
    )
    change = replace(samples.link_change(), summary=long, reason=long, after={"x": long, "list": [long, long]})
    text = picture.terminal(path, width) + "\n" + changes.terminal(Plan((change,)), width)
    assert max(len(line) for line in text.splitlines()) <= width


def test_control_characters_do_not_reach_a_terminal() -> None:
    """Escape sequences, bidirectional overrides and line breaks in outside texts are removed."""
    attack = "a\x1b]0;title\x07b\u202ec\r\nd\x9b31m\u2028e"
    hop = Hop(HopName.ZONE, Verdict.BROKEN, attack, attack)
    path = replace(samples.broken_path(), host=attack, hops=(hop,), addresses=((attack, (attack,)),))
    change = replace(samples.link_change(), summary=attack, reason=attack, after={attack: attack})
    text = picture.terminal(path) + changes.terminal(Plan((change,)))
    assert not {c for c in text if c != "\n" and not c.isprintable()}

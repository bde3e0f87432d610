"""A diagnosis explained: whole answers at width 100, and what holds for all of them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from remediator.core import drafting
from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.desired import DesiredState, RegistryIntent
from remediator.core.diagnosis import Focus
from remediator.core.resource_id import ResourceId
from remediator.views import explain_effect
from remediator.views.explain import sections
from tests.core.breaks import APP, BREAKS, ENVIRONMENT, NETWORK, REGISTRY, hub_and_spoke
from tests.core.breaks_dns import hub_answers
from tests.estate_builder import EstateBuilder, healthy, spoke
from tests.views.explained import explained, section, told

REFUSED = (
    "Container 'orders' was terminated with exit code '' and reason 'ImagePullFailure'. Failed to pull "
    "shop.azurecr.io/orders:1: DENIED: client with IP '20.1.2.3' is not allowed access. 403 Forbidden"
)
ORDER = [
    "Not drift: nothing to do",
    "No pull fails",
    "What fails",
    "What was looked at",
    "Why",
    "How sure",
    "Names",
    "What differs",
    "What differs besides",
    "What would mend it",
    "What else it touches",
    "What to check by hand",
]

LINK_REMOVED = """\
== What fails
✗ orders cannot pull from shop.azurecr.io: the way ends at the DNS zone

┌──────────────────────────────────────────────────────┐
│ orders                                               │
│ container app in rg-app                              │
│ environment cae · snet-aca 10.20.0.0/23 · vnet-spoke │
│ pulls shop.azurecr.io/orders:1                       │
└──┬───────────────────────────────────────────────────┘
   ✓  environment  cae is in snet-aca
   ✓  credential   identity system
   ✓  endpoint     pe-shop in vnet-spoke: the endpoint is in the same network
   ✓  resolver     Azure DNS answers for vnet-spoke
   ✗  DNS zone     BROKEN HERE: privatelink.azurecr.io in rg-app is not linked to vnet-spoke
   ┊  not reached: DNS record, route, firewall, image
┌──┴─────────────────────────────────────────────────────────┐
│ shop.azurecr.io                                            │
│ registry in rg-app                                         │
│ public access Disabled · default action Deny               │
│ pe-shop · 10.20.4.5 · vnet-spoke/snet-endpoints · Approved │
└────────────────────────────────────────────────────────────┘
== Why
vnet-link: The private DNS zone is not linked to the network whose resolver counts
  The name ends at a public address, where the registry's firewall answers 403; with a managed
  identity it shows as ImagePullUnauthorized.
  /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers
    /Microsoft.Network/privateDnsZones/privatelink.azurecr.io
  · the links of privatelink.azurecr.io: none
== How sure
Sure by the configuration: every fact up to the broken hop was read. No pull was tried.
The text says the registry's firewall refused the pull, and the estate shows why (firewall_denied,
confidence high).
  registry shop.azurecr.io · image shop.azurecr.io/orders:1 · client address 20.1.2.3
  “EVIDENCE”
Not read: role assignments, DNS forwarding rulesets, inbound endpoints of DNS resolvers.
== Names
shop as vnet-spoke sees them
   name                             should be  zone says             network gets
✗  shop.azurecr.io                  10.20.4.5  10.20.4.5 (not seen)  public
✗  shop.westeurope.data.azurecr.io  10.20.4.4  10.20.4.4 (not seen)  public
== What would mend it
Plan: 1 to create, 0 to change, 0 to delete
  DIGEST

+ 1. Link privatelink.azurecr.io to vnet-spoke
     create-vnet-link
     /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers
       /Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/vnet-spoke
     why: vnet-spoke must see the private answer for shop.azurecr.io
     + network           vnet-spoke in rg-app
     + resolutionPolicy  Default
     + registration      false
     undo: vnet-spoke: deleted again

Policy: one person has to approve it (there is no desired-state document: a person decides)
== What else it touches
✓ mends  orders → shop.azurecr.io
= every other known path stays as it is (0)
· within reach: 1 app (orders), 1 network (vnet-spoke)"""

HEALTHY = """\
== Not drift: nothing to do
orders can pull from shop.azurecr.io at 10.20.4.5, and nothing differs from the desired state.
== How sure
Judged on the configuration alone: no pull was tried.
Not read: role assignments, DNS forwarding rulesets, inbound endpoints of DNS resolvers."""

NOT_THERE = """\
== Why
image-reference: The image reference is wrong, or the image is not there
  It is not the network that fails: the registry has no such image, or is asked under a private-link
  name, which no certificate covers.
  /subscriptions/0a0a0a0a-1111-4222-8333-444444444444/resourceGroups/rg-app/providers/Microsoft.App
    /containerApps/orders
== How sure
The error text says so, and the configuration shows no fault on the way (not_found, confidence
high).
  registry shop.azurecr.io · image shop.azurecr.io/orders:1
  “EVIDENCE”
Not read: role assignments, DNS forwarding rulesets, inbound endpoints of DNS resolvers."""

STRANGER = """\
== Not drift: nothing to do
ghcr.io is no registry of Azure: whatever it answered, no change of this estate mends it.
== How sure
The error text is no reason to change anything (CAUSE, confidence SURE).
  registry ghcr.io · image ghcr.io/acme/shop:1
  “EVIDENCE”
== What to check by hand
· Ask ghcr.io about the image and the credential."""


def masked(text: str) -> str:
    """Without the digest and the quotation, which are other modules' own."""
    text = re.sub(r"“[^”]*”", "“EVIDENCE”", text)
    text = re.sub(r"\((\w+), confidence (\w+)\)\.\n  registry ghcr", "(CAUSE, confidence SURE).\n  registry ghcr", text)
    return re.sub(r"d1:[0-9a-f]{64}", "DIGEST", text)


def fleet(spokes: int = 8) -> EstateBuilder:
    """Spokes with three consumers each: every fourth one is not peered, not linked, or cannot be read."""
    builder = EstateBuilder()
    hub, _, endpoints = spoke(builder, "hub", 10, group="rg-hub")
    zone = builder.zone(group="rg-hub")
    builder.group(builder.endpoint("pe-shop", builder.registry("shop"), endpoints, 4, group="rg-hub"), zone)
    for number in range(spokes):
        network, infrastructure, _ = spoke(builder, f"s{number}", 20 + number, group=f"rg-s{number}")
        if number % 4 != 1:
            builder.peer(network, hub)
        if number % 4 != 2:
            builder.link(zone, network)
        environment = builder.environment(f"cae{number}", infrastructure, group=f"rg-s{number}")
        for kind, name in (("containerApps", "web"), ("containerApps", "api"), ("jobs", "nightly")):
            builder.app(
                f"{name}{number}", environment, "shop.azurecr.io/a:1", "shop.azurecr.io/b:1", kind=kind, group="rg-app"
            )
        if number % 4 == 3:
            builder.error(environment)
    return builder


def test_a_broken_path_is_explained_in_the_order_of_the_questions() -> None:
    """What fails, why, how sure, the names, what mends it, what that touches: the whole answer, nothing twice."""
    assert masked(explained(BREAKS["link removed"][0](), text=REFUSED)) == LINK_REMOVED


def test_a_healthy_estate_needs_a_few_lines() -> None:
    """One sentence with the reason, and on what it rests."""
    assert explained(healthy()) == HEALTHY


def test_a_healthy_fleet_is_counted() -> None:
    """Paths that work are a number, not a list."""
    answer = explained(fleet(1))
    assert answer.splitlines()[1] == (
        "Every pull path that is known works (3), and nothing differs from the desired state."
    )
    assert len(answer.splitlines()) == 5


def test_an_image_that_is_not_there_is_no_network_matter() -> None:
    """What only the text knows stands beside the whole path, without a change."""
    text = 'Image shop.azurecr.io/orders:1 not found. {"errors":[{"code":"MANIFEST_UNKNOWN","message":"x"}]}'
    answer = told(healthy(), text)
    assert NOT_THERE in masked(explained(answer))
    fails = section(answer, "What fails").splitlines()
    assert fails[:2] == [
        "✗ shop.azurecr.io/orders:1 is not in the registry, says the error text of orders; the way to the",
        "  registry is whole",
    ]
    assert "BROKEN HERE" not in "\n".join(fails)
    assert section(answer, "What would mend it") == "Nothing that the program may change: a person has to act."


def test_text_and_estate_that_disagree_are_both_told() -> None:
    """An "unauthorized" that is a missing link: the text is quoted, and no role is granted because of it."""
    answer = told(BREAKS["link removed"][0](), "UNAUTHORIZED: authentication required shop.azurecr.io/orders:1")
    assert (
        section(answer, "How sure")
        .splitlines()[1]
        .startswith("The text says the registry did not accept who asked, but the estate shows another cause")
    )
    assert section(answer, "What to check by hand").startswith("· Grant no role because of this text")


def test_a_text_that_no_configuration_explains_is_no_drift() -> None:
    """A refusal while every hop is whole: nothing to do, with the picture and the names that show it."""
    answer = explained(healthy(), text=REFUSED)
    assert answer.startswith(
        "== Not drift: nothing to do\n"
        "The text says the registry's firewall refused the pull, but every hop that can be read is whole now.\n"
        "== What was looked at\n✓ orders can pull from shop.azurecr.io\n"
    )
    assert "✓  shop.azurecr.io                  10.20.4.5  10.20.4.5  10.20.4.5" in answer
    assert "== What would mend it" not in answer


def test_a_limit_is_no_reason_to_draw_the_way() -> None:
    """Too many requests say nothing of the way to the registry: no picture, no table, no plan."""
    answer = explained(healthy(), text="pulling shop.azurecr.io/orders:1: 429 Too Many Requests: toomanyrequests")
    assert [line[3:] for line in answer.splitlines() if line.startswith("==")] == [
        "Not drift: nothing to do",
        "How sure",
        "What to check by hand",
    ]


def test_a_guess_at_a_server_is_called_a_guess() -> None:
    """A refusal that only the hub's DNS server can explain is not sure, and what is asked there is said."""
    answer = told(hub_answers(), REFUSED)
    assert section(answer, "What fails").startswith("? perhaps the DNS servers of vnet-spoke (10.10.4.40) do not")
    sure = section(answer, "How sure")
    assert "what the DNS server 10.10.4.40 forwards cannot be read" in sure
    assert "Not sure: the configuration shows no fault, and the error text alone does not prove one" in sure
    assert section(answer, "What would mend it") == "Nothing is planned because of what is not known."
    assert section(answer, "What to check by hand").count("168.63.129.16") == 1


def test_what_could_not_be_read_is_said_once() -> None:
    """An unread environment makes its path unknown: not sure, nothing planned, no table of names, one thing to do."""
    builder = healthy()
    builder.error(ENVIRONMENT)
    answer = told(builder)
    assert section(answer, "How sure").splitlines() == [
        "Not sure: the fact that decides could not be read, so nothing is planned because of it.",
        "Not read: role assignments, DNS forwarding rulesets, inbound endpoints of DNS resolvers.",
        "Not read: cae (environment in rg-app): AuthorizationFailed: The client does not have authorization",
        "  to perform the action.",
    ]
    assert section(answer, "Names") == ""
    assert section(answer, "What to check by hand") == (
        "· Let the reader see what could not be read, or ask who owns it; nothing is planned before that is\n  known."
    )


def test_what_was_read_and_does_not_decide_is_not_called_unread() -> None:
    """A peering with access off was read: the answer says perhaps, claims no lost packets, and says what to look at."""
    builder = hub_and_spoke()
    for key in [key for key in builder.bodies if "/virtualnetworkpeerings/" in key]:
        builder.bodies[key]["properties"]["allowVirtualNetworkAccess"] = False
    answer = told(builder)
    assert section(answer, "Why").startswith("peering, perhaps: ")
    assert "packets go nowhere" not in section(answer, "Why")
    assert "Not sure: what was read does not decide it" in section(answer, "How sure")
    assert section(answer, "What to check by hand").startswith("· Allow access on both sides of the peering")


def test_who_asks_about_one_app_hears_of_others_as_a_number() -> None:
    """With a focus, resources that could not be read elsewhere are counted."""
    builder = fleet()
    app = ResourceId(APP.replace("orders", "web0"))
    assert section(builder, "How sure", focus=Focus(consumer=app)).splitlines()[-1] == (
        "Not read: 2 resources elsewhere."
    )


def test_many_paths_are_drawn_by_cause_and_counted() -> None:
    """One picture for each cause, the others in a line each, long lists cut with a number."""
    answer = told(fleet())
    fails = section(answer, "What fails").splitlines()
    assert [line for line in fails if "BROKEN HERE" in line or "NOT KNOWN" in line] == [
        "   ✗  route        BROKEN HERE: vnet-s1 and vnet-hub are not peered",
        "   ✗  DNS zone     BROKEN HERE: privatelink.azurecr.io in rg-hub is not linked to vnet-s2",
    ]
    others = [line for line in fails if line.startswith(("✗", "?", "✓"))]
    assert [line for line in others if "more" in line or "other" in line] == [
        "✗ 2 more that cannot pull",
        "✓ 6 other paths can pull",
    ]
    assert "│ pulls shop.azurecr.io/a:1 and 1 more image" in "\n".join(fails)
    why = section(answer, "Why").splitlines()
    assert [line for line in why if line[0].isdigit()] == [
        "1. peering: The networks are not peered properly",
        "2. vnet-link: The private DNS zone is not linked to the network whose resolver counts",
        "3. peering: The networks are not peered properly",
    ]
    assert "     · the same cause for 5 other paths" in why
    assert why.count("     The name resolves, and the packets go nowhere.") == 1
    assert "Not known of 6 other paths: what decides there could not be read." in section(answer, "How sure")
    assert "reading cae" not in section(answer, "What to check by hand")
    touches = " ".join(section(answer, "What else it touches").split())
    assert touches.endswith(
        "within reach: 8 apps (api1, api2, api5, api6, web1, web2 and 2 more), 4 jobs (nightly1, nightly2, nightly5, "
        "nightly6), 5 networks (vnet-hub, vnet-s1, vnet-s2, vnet-s5, vnet-s6)"
    )


def test_without_a_document_drift_is_only_reported() -> None:
    """An open registry whose app pulls: no pull fails, what differs is listed, and nothing is planned."""
    builder = EstateBuilder()
    _, infrastructure, _ = spoke(builder)
    builder.registry("shop", closed=False)
    builder.app("orders", builder.environment("cae", infrastructure), "shop.azurecr.io/orders:1")
    answer = told(builder)
    assert section(answer, "No pull fails") == "orders can pull from shop.azurecr.io."
    assert section(answer, "What differs").splitlines()[0] == (
        "· publicNetworkAccess of shop is Enabled, desired is Disabled (public-network-access)"
    )
    assert section(answer, "What would mend it").startswith("Nothing is planned: no desired-state document says")


def test_a_closing_says_whom_nobody_sees() -> None:
    """A planned closing carries the word about clients that are not seen, although it is in the plan."""
    builder = healthy()
    builder.get(REGISTRY)["properties"].update({"publicNetworkAccess": "Enabled"})
    answer = told(builder, desired=DesiredState(declared=True))
    assert "~ publicNetworkAccess  Enabled → Disabled" in section(answer, "What would mend it")
    assert section(answer, "What to check by hand").startswith("· Clients that we do not see (AKS, pipelines, people)")


def test_what_the_plan_does_not_mend_is_named() -> None:
    """A plan that mends a drift only says which broken paths it leaves."""
    builder = healthy()
    builder.get(REGISTRY)["properties"].update(
        {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "9.9.9.9"}]}}
    )
    builder.get(APP)["properties"]["configuration"]["registries"] = None
    intent = RegistryIntent(ip_rules=(), public_network_access=None, default_action=None)
    answer = told(builder, desired=DesiredState(declared=True, registries=(intent,)))
    assert section(answer, "What would mend it").splitlines()[-1] == "Not mended by it: pull-credential (1 path)."


def test_a_cause_without_a_picture_counts_its_own_paths() -> None:
    """Of two causes of one rule one is drawn; the other's path is its own, not one more with the same cause."""
    builder = EstateBuilder()
    network, infrastructure, endpoints = spoke(builder)
    zone = builder.zone()
    builder.link(zone, network)
    environment = builder.environment("cae", infrastructure)
    for number, name in enumerate(("shop", "tools")):
        builder.group(builder.endpoint(f"pe-{name}", builder.registry(name), endpoints, 4 + 2 * number), zone)
        builder.app(f"{name}-app", environment, f"{name}.azurecr.io/a:1")
        builder.drop(f"{zone}/A/{name}")
    why = section(told(builder), "Why")
    assert (why.count("dns-record: "), "· the cause of 1 path" in why, "other path" in why) == (2, True, False)


def test_a_plan_that_was_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is counted by rule, and a person hears that the plan stops, not that nothing else can be done."""
    for place in (drafting, explain_effect):
        monkeypatch.setattr(place, "MAX_REMEDIES", 2)
    last = " ".join(section(told(fleet()), "What would mend it").split())
    assert "Not mended by it: peering (3 paths)." in last
    assert "The plan stops at 2 changes: ask about one registry or app for the rest." in last


def test_who_did_it_stands_with_the_cause() -> None:
    """The write behind the drift closes the part on why."""
    write = AzureWrite(
        ResourceId(NETWORK),
        "Microsoft.Network/virtualNetworks/write",
        datetime(2026, 1, 1, tzinfo=UTC),
        Actor("33333333-4444-5555-6666-777777777777", ActorKind.APPLICATION),
        None,
        WriteSource.EVENT,
    )
    answer = replace(told(BREAKS["link removed"][0]()), caused_by=write)
    assert "Who did it: application 33333333-4444-5555-6666-777777777777 wrote vnet-spoke" in section(answer, "Why")


def test_a_stranger_registry_is_answered_in_a_few_lines() -> None:
    """Where nothing of the estate was asked about, the reason and what to ask elsewhere are the whole answer."""
    answer = told(EstateBuilder(), "failed to pull ghcr.io/acme/shop:1: 403 Forbidden")
    assert masked(explained(answer)) == STRANGER


@pytest.mark.parametrize("text", ["", REFUSED, "UNAUTHORIZED: authentication required shop.azurecr.io/orders:1"])
@pytest.mark.parametrize("name", BREAKS)
def test_every_answer_keeps_the_order_and_says_nothing_twice(name: str, text: str) -> None:
    """For every break and text: sections in their order, no line wider than 100, no sentence in two places."""
    found = sections(told(BREAKS[name][0](), text), 100)
    titles = [one.title for one in found]
    assert titles == sorted(titles, key=ORDER.index)
    assert [line for one in found for line in one.lines if len(line) > 100] == []
    said = Counter(
        line.strip(" ·│┊✗✓?")
        for one in found
        if one.title != "What would mend it"
        for line in one.lines
        if line.strip() and not line.lstrip().startswith(("/", "┌", "└"))
    )
    assert [line for line, count in said.items() if count > 1 and len(line) > 25] == []


@pytest.mark.parametrize("width", [72, 80, 120])
def test_a_narrow_terminal_gets_narrow_lines(width: int) -> None:
    """No line is wider than asked, whatever is told."""
    for builder in (fleet(), BREAKS["zones compete"][0](), BREAKS["AcrPull in ABAC mode"][0]()):
        assert max(len(line) for line in explained(builder, width, text=REFUSED).splitlines()) <= width

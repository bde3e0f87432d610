"""The data plane: names, routes, firewalls, and the words in which a pull fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from remediator.sandbox.azure import Azure
from remediator.sandbox.estates import load

from .conftest import (
    ALBUM,
    APP,
    ENVIRONMENT,
    OPEN_APP,
    OTHER,
    VNET,
    ZONE_NAME,
    Story,
    story_of,
)

LOGIN = "contosoalbum.azurecr.cn"
IMAGE = f"{LOGIN}/mynodejsalbum:v1"


def test_the_first_incident_speaks_like_the_real_one(story: Story) -> None:
    """In Azure China the firewall shows as a system-log line with its escapes, and hides the client's address."""
    text = story.plane.pull_app(APP).text
    line = json.loads(text)
    assert "\\u0027ImagePullFailure\\u0027" in text
    assert "\\u002B0000 UTC" in text
    assert "pull\\u0026service=" in text
    assert "client with IP" not in text
    assert line["Msg"].startswith(
        "Container 'album' was terminated with exit code '' and reason 'ImagePullFailure'. "
        f"Pull image: {IMAGE} failed with exit code: 1, error: time="
    )
    assert "scope=repository%3Amynodejsalbum%3Apull" in line["Msg"]
    assert line["Msg"].endswith(": 403 Forbidden\n.")
    assert (line["Reason"], line["Type"], line["Count"]) == ("ContainerTerminated", "Warning", 1)


def test_elsewhere_the_firewall_names_the_client() -> None:
    """In the public cloud the refusal says DENIED, the client's address, and, wrongly, 'not found'."""
    estate = load("first-incident")
    text = json.dumps(estate).replace("azurecr.cn", "azurecr.io").replace("AzureChinaCloud", "AzureCloud")
    attempt = story_of(Azure.from_estate(json.loads(text))).plane.pull_app(APP)
    assert attempt.stage == "firewall"
    assert "not found in registry. ErrorMessage=Image not found or access denied." in attempt.text
    assert '"code":"DENIED"' in attempt.text
    assert "client with IP '203.0.113." in attempt.text


def test_the_untouched_app_pulls_before_and_after(story: Story) -> None:
    """The open registry's app is not affected by the cure of the other."""
    assert story.plane.pull_app(OPEN_APP).ok
    story.mend()
    assert story.plane.pull_app(OPEN_APP).ok


def test_a_name_is_private_only_with_an_approved_connection(story: Story) -> None:
    """A linked zone does not matter to a registry without an approved connection."""
    story.zone()
    story.link()
    assert not story.plane.resolve(VNET, LOGIN).private
    story.endpoint(manual=True)
    assert not story.plane.resolve(VNET, LOGIN).nxdomain
    story.endpoint("pe-second")
    assert story.plane.resolve(VNET, LOGIN).nxdomain


def test_a_linked_zone_without_the_record_is_authoritative(story: Story) -> None:
    """No record in a linked zone: NXDOMAIN, 'no such host' on Azure's DNS address."""
    story.mend()
    story.dns.record_sets.delete("rg-album", ZONE_NAME, "A", "contosoalbum")
    attempt = story.plane.pull_app(APP)
    assert attempt.stage == "record"
    assert f"dial tcp: lookup {LOGIN} on 168.63.129.16:53: no such host" in attempt.text


def test_nxdomain_redirect_falls_back_to_the_public_answer(story: Story) -> None:
    """With NxDomainRedirect a missing record ends at the firewall, not at 'no such host'."""
    story.mend()
    story.link(resolutionPolicy="NxDomainRedirect")
    story.dns.record_sets.delete("rg-album", ZONE_NAME, "A", "contosoalbum")
    assert story.plane.pull_app(APP).stage == "firewall"


def test_without_a_link_the_answer_is_public(story: Story) -> None:
    """The link gone, the name resolves publicly and the firewall refuses."""
    story.mend()
    story.dns.virtual_network_links.begin_delete("rg-album", ZONE_NAME, "to-vnet").result()
    answer = story.plane.resolve(VNET, LOGIN)
    assert (answer.private, answer.addresses[0][:10]) == (False, "203.0.113.")
    assert story.plane.pull_app(APP).stage == "firewall"


def test_a_missing_data_record_fails_the_layers(story: Story) -> None:
    """Token and manifest come, the layers do not: the data name does not resolve."""
    story.mend()
    story.dns.record_sets.delete("rg-album", ZONE_NAME, "A", "contosoalbum.chinaeast2.data")
    attempt = story.plane.pull_app(APP)
    assert attempt.stage == "layers"
    assert "lookup contosoalbum.chinaeast2.data.azurecr.cn" in attempt.text


def test_a_private_address_in_an_unpeered_network_times_out(story: Story) -> None:
    """The endpoint stands in another network: timeout, until both sides are peered."""
    story.zone()
    story.endpoint(subnet=f"{OTHER}/subnets/snet-endpoints")
    story.zone_group()
    story.link()
    attempt = story.plane.pull_app(APP)
    assert attempt.stage == "route"
    assert "dial tcp 10.50.4.5:443: i/o timeout" in attempt.text
    for here, there in ((VNET, OTHER), (OTHER, VNET)):
        body = {"properties": {"remoteVirtualNetwork": {"id": there}}}
        group, name = here.split("/")[4], here.rsplit("/", 1)[1]
        story.network.virtual_network_peerings.begin_create_or_update(group, name, "peer", body).result()
        assert story.plane.pull_app(APP).ok == (here == OTHER)


def test_a_wrong_address_in_the_record_times_out(story: Story) -> None:
    """A record that nobody's interface has leads nowhere."""
    story.mend()
    wrong = {"properties": {"ttl": 10, "aRecords": [{"ipv4Address": "10.40.4.20"}]}}
    story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "contosoalbum", wrong)
    assert story.plane.pull_app(APP).stage == "route"


def test_an_allowed_address_passes_the_firewall(story: Story) -> None:
    """ipRules count only while public access is enabled; a NAT gateway makes the address known."""
    pip, nat = (f"{ALBUM}/Microsoft.Network/{kind}" for kind in ("publicIPAddresses/p", "natGateways/n"))
    story.azure.put({"id": pip, "location": "chinaeast2", "properties": {"ipAddress": "203.0.113.200"}})
    gateway = {"publicIpAddresses": [{"id": pip}]}
    story.azure.put({"id": nat, "location": "chinaeast2", "properties": gateway})
    story.change(f"{VNET}/subnets/snet-environment", lambda b: b["properties"].update(natGateway={"id": nat}))
    rules = {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.200", "action": "Allow"}]}}
    story.acr.registries.begin_update("rg-album", "contosoalbum", {"properties": rules}).result()
    assert not story.plane.pull_app(APP).ok
    opened = {"properties": {"publicNetworkAccess": "Enabled"}}
    story.acr.registries.begin_update("rg-album", "contosoalbum", opened).result()
    assert story.plane.pull_app(APP).ok


@pytest.mark.parametrize(
    ("prefix", "policies", "ok"),
    [
        ("0.0.0.0/0", "Enabled", True),
        ("10.40.0.0/16", "Disabled", True),
        ("10.40.0.0/16", "RouteTableEnabled", False),
        ("10.40.4.5/32", "Disabled", False),
    ],
)
def test_a_route_drops_only_what_outranks_the_endpoints_own(story: Story, prefix: str, policies: str, ok: bool) -> None:
    """An endpoint's /32 system route beats user routes, unless its subnet's policies are on or the route is a /32."""
    story.mend()
    table = f"{ALBUM}/Microsoft.Network/routeTables/rt"
    route = {"name": "drop", "properties": {"addressPrefix": prefix, "nextHopType": "None"}}
    story.azure.put({"id": table, "location": "chinaeast2", "properties": {"routes": [route]}})
    story.change(f"{VNET}/subnets/snet-environment", lambda b: b["properties"].update(routeTable={"id": table}))
    story.change(
        f"{VNET}/subnets/snet-endpoints", lambda b: b["properties"].update(privateEndpointNetworkPolicies=policies)
    )
    assert story.plane.pull_app(APP).ok is ok


def test_an_environment_without_a_network_stays_outside(story: Story) -> None:
    """No endpoint helps an environment that has no network of its own."""
    story.mend()
    story.change(ENVIRONMENT, lambda b: b["properties"].update(vnetConfiguration=None))
    assert story.plane.pull_app(APP).stage == "firewall"


def test_a_connection_that_is_rejected_later_breaks_the_path(story: Story) -> None:
    """The only connection rejected: the name is public again, and the firewall refuses."""
    story.mend()
    (connection,) = story.acr.private_endpoint_connections.list("rg-album", "contosoalbum")
    state = {"properties": {"privateLinkServiceConnectionState": {"status": "Rejected", "description": "no"}}}
    story.acr.private_endpoint_connections.begin_create_or_update(
        "rg-album", "contosoalbum", str(connection.name), state
    ).result()
    assert story.plane.pull_app(APP).stage == "firewall"


def test_credential_and_image_come_after_the_network(story: Story) -> None:
    """With the path mended, a missing credential is 401 and a missing tag MANIFEST_UNKNOWN."""
    story.mend()
    assert "401 Unauthorized" in story.plane.pull(ENVIRONMENT, IMAGE, credential_ok=False).text
    assert story.plane.pull(ENVIRONMENT, IMAGE, repository_tags={"mynodejsalbum:v2"}).stage == "image"
    story.azure.missing_images.add("mynodejsalbum:v1")
    assert "MANIFEST_UNKNOWN" in story.plane.pull_app(APP).text


def test_an_unknown_registry_does_not_resolve(story: Story) -> None:
    """A registry name that nobody has is NXDOMAIN; other hosts pull."""
    assert story.plane.pull(ENVIRONMENT, "nobody.azurecr.cn/x:1").stage == "record"
    assert story.plane.pull(ENVIRONMENT, "mcr.microsoft.com/hello:1").ok


def test_an_app_without_a_registry_entry_has_no_credential(story: Story) -> None:
    """No entry in registries[]: 401 once the network lets it through."""
    story.mend()
    story.change(APP, lambda b: b["properties"]["configuration"].update(registries=[]))
    assert story.plane.pull_app(APP).stage == "credential"


def test_replicas_tell_what_the_pull_got(story: Story) -> None:
    """The revision reads Healthy all along; its replica waits with ImagePullBackOff until the path is mended."""

    def replica() -> dict[str, Any]:
        (revision,) = json.loads(story.raw("GET", f"{APP}/revisions").body)["value"]
        assert revision["properties"]["healthState"] == "Healthy"
        (found,) = json.loads(story.raw("GET", f"{revision['id']}/replicas").body)["value"]
        assert story.raw("POST", f"{revision['id']}/restart").status == 200
        properties: dict[str, Any] = found["properties"]
        return properties

    assert replica()["runningStateDetails"] == "1/1 Pending:ImagePullBackOff on legion"
    story.mend()
    assert replica()["runningState"] == "Running"


def test_in_shadow_the_cure_of_one_breaks_the_other() -> None:
    """The registry's first endpoint makes its name private for every network that links the hub's zone."""
    estate = load("shadow")
    azure = Azure.from_estate(estate)
    ids = {b["name"]: b["id"] for b in estate["resources"]}
    zone = ids["privatelink.azurecr.io"]
    connection = f"{ids['northwindpress']}/privateEndpointConnections/x"
    state = {"status": "Approved", "description": ""}
    azure.put({"id": connection, "properties": {"privateLinkServiceConnectionState": state}})
    story = story_of(azure)
    attempt = story.plane.pull_app(ids["kiosk"])
    assert zone in attempt.steps[-1] or "NXDOMAIN" in attempt.steps[-1]
    assert attempt.stage == "record"
    assert story.plane.pull_app(ids["press"]).stage == "record"

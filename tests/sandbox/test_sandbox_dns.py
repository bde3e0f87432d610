"""Private zones, links and record sets."""

from __future__ import annotations

import json

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError

from .conftest import ALBUM, OTHER, SUB, VNET, ZONE, ZONE_NAME, Story

BY_HAND = {"properties": {"ttl": 3600, "aRecords": [{"ipv4Address": "10.40.4.9"}]}}


def test_a_new_zone_holds_its_start_of_authority(story: Story) -> None:
    """A zone starts with one record set, the SOA, and counts what is added."""
    assert story.zone().properties.number_of_record_sets == 1
    story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "one", BY_HAND)
    zone = story.dns.private_zones.get("rg-album", ZONE_NAME)
    assert zone.properties.number_of_record_sets == 2
    rows = [(one.type or "").rsplit("/", 1)[1] for one in story.dns.record_sets.list("rg-album", ZONE_NAME)]
    assert rows == ["SOA", "A"]


def test_zone_writes_are_asynchronous(story: Story) -> None:
    """PUT of a zone answers 202 with both polling headers and an empty object."""
    answer = story.raw("PUT", ZONE, b'{"location":"global"}', version="2020-06-01")
    assert (answer.status, answer.body) == (202, b"{}")
    assert "/privateDnsOperationStatuses/" in answer.headers["Azure-AsyncOperation"]
    assert "/privateDnsOperationResults/" in answer.headers["Location"]


def test_record_sets_are_written_at_once(story: Story) -> None:
    """201 for a new record set, 200 for an existing one, 204 for deleting one that is not there."""
    story.zone()
    path, body = f"{ZONE}/A/one", json.dumps(BY_HAND).encode()
    assert [story.raw("PUT", path, body, "2020-06-01").status for _ in range(2)] == [201, 200]
    assert [story.raw("DELETE", path, version="2020-06-01").status for _ in range(2)] == [200, 204]


def test_a_record_set_needs_its_zone(story: Story) -> None:
    """Without the zone, ParentResourceNotFound."""
    with pytest.raises(ResourceNotFoundError) as missing:
        story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "one", BY_HAND)
    assert "ParentResourceNotFound" in str(missing.value)


def test_record_sets_are_guarded_by_etags(story: Story) -> None:
    """If-Match with an old etag and If-None-Match on an existing record set get 412, in the bare shape."""
    story.zone()
    first = story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "one", BY_HAND)
    story.dns.record_sets.create_or_update("rg-album", ZONE_NAME, "A", "one", BY_HAND)
    with pytest.raises(ResourceModifiedError):
        story.dns.record_sets.create_or_update(
            "rg-album",
            ZONE_NAME,
            "A",
            "one",
            BY_HAND,
            etag=first.etag,
            match_condition=MatchConditions.IfNotModified,
        )
    answer = story.raw("PUT", f"{ZONE}/A/one", json.dumps(BY_HAND).encode(), "2020-06-01", If_None_Match="*")
    assert answer.status == 412
    assert json.loads(answer.body)["code"] == "PreconditionFailed"


def test_a_lost_race_on_a_link_is_a_failed_operation(story: Story) -> None:
    """A link with the wrong etag is answered 202, then PreconditionFailed, as recorded."""
    story.zone()
    story.link()
    with pytest.raises(HttpResponseError) as lost:
        story.dns.virtual_network_links.begin_delete(
            "rg-album", ZONE_NAME, "to-vnet", etag="stale", match_condition=MatchConditions.IfNotModified
        ).result()
    assert "etag mismatch" in str(lost.value)
    assert story.azure.resource(f"{ZONE}/virtualNetworkLinks/to-vnet") is not None


def test_one_link_per_network_and_zone(story: Story) -> None:
    """A second link from the same zone to the same network is a conflict."""
    story.zone()
    story.link()
    with pytest.raises(HttpResponseError) as refused:
        story.link(name="again")
    assert refused.value.status_code == 409


def test_a_network_links_one_zone_of_a_name(story: Story) -> None:
    """A second zone of the same name cannot be linked to the network: overlapping namespaces, in Azure's words."""
    story.zone()
    story.link()
    story.zone("rg-catalog")
    with pytest.raises(HttpResponseError) as refused:
        story.link(group="rg-catalog")
    assert (
        "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual "
        f"network with '{ZONE_NAME}' and '{ZONE_NAME}' zones." in str(refused.value)
    )


def test_a_link_needs_its_network(story: Story) -> None:
    """A network that is not there cannot be linked."""
    story.zone()
    with pytest.raises(HttpResponseError):
        story.link(VNET + "-gone")


def test_resolution_policy_belongs_to_newer_versions(story: Story) -> None:
    """2024-06-01 keeps resolutionPolicy, 2020-06-01 neither shows it nor keeps it across a PUT."""
    story.zone()
    assert story.link(resolutionPolicy="NxDomainRedirect").properties.resolution_policy == "NxDomainRedirect"
    path = f"{ZONE}/virtualNetworkLinks/to-vnet"
    old = json.loads(story.raw("GET", path, version="2020-06-01").body)
    assert "resolutionPolicy" not in old["properties"]
    story.raw("PUT", path, json.dumps(old).encode(), version="2020-06-01")
    new = story.dns.virtual_network_links.get("rg-album", ZONE_NAME, "to-vnet")
    assert new.properties is not None
    assert new.properties.resolution_policy == "Default"


def test_a_link_is_in_progress_first(story: Story) -> None:
    """A link reads InProgress until its operation ends."""
    story.zone()
    body = {"location": "global", "properties": {"virtualNetwork": {"id": VNET}, "registrationEnabled": False}}
    path = f"{ZONE}/virtualNetworkLinks/x"
    story.raw("PUT", path, json.dumps(body).encode(), version="2024-06-01")
    states = [json.loads(story.raw("GET", path, version="2024-06-01").body)["properties"] for _ in range(2)]
    assert [one["virtualNetworkLinkState"] for one in states] == ["InProgress", "Completed"]


def test_a_linked_zone_cannot_be_deleted(story: Story) -> None:
    """First the links go, then the zone."""
    story.zone()
    story.link()
    with pytest.raises(HttpResponseError):
        story.dns.private_zones.begin_delete("rg-album", ZONE_NAME)
    story.dns.virtual_network_links.begin_delete("rg-album", ZONE_NAME, "to-vnet").result()
    story.dns.private_zones.begin_delete("rg-album", ZONE_NAME).result()
    assert story.azure.resource(ZONE) is None


def test_a_zone_in_a_zone_group_cannot_be_deleted(story: Story) -> None:
    """A zone that a zone group refers to stays until the group is gone."""
    story.zone()
    story.endpoint()
    story.zone_group()
    with pytest.raises(HttpResponseError):
        story.dns.private_zones.begin_delete("rg-album", ZONE_NAME)


def test_failed_zone_operations_leave_nothing(story: Story) -> None:
    """An injected failure on a zone's PUT creates no zone."""
    story.azure.faults.fail_operation()
    with pytest.raises(HttpResponseError):
        story.zone()
    assert story.azure.resource(ZONE) is None


def test_resolvers_are_listed_empty(story: Story) -> None:
    """DNS resolvers, rulesets and locks answer with empty lists where there are none."""
    for path in ("Microsoft.Network/dnsResolvers", "Microsoft.Network/dnsForwardingRulesets"):
        assert json.loads(story.raw("GET", f"/subscriptions/{SUB}/providers/{path}").body) == {"value": []}
    locks = story.raw("GET", f"{OTHER}/providers/Microsoft.Authorization/locks")
    assert json.loads(locks.body) == {"value": []}


def test_role_assignments_are_listed_at_a_scope(story: Story) -> None:
    """At a registry: its own; at the subscription: all."""
    suffix = "providers/Microsoft.Authorization/roleAssignments"
    registry = f"{ALBUM}/Microsoft.ContainerRegistry/registries/contosoalbum"
    assert len(json.loads(story.raw("GET", f"{registry}/{suffix}").body)["value"]) == 1
    assert len(json.loads(story.raw("GET", f"/subscriptions/{SUB}/{suffix}").body)["value"]) == 2

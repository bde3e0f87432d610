"""Peerings out of sync: a network grows, and what the other side knows of it stays behind."""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import ALBUM, APP, OTHER, VNET, Story


def peer(story: Story) -> None:
    """Peer the album's and the catalog's networks."""
    for here, there in ((VNET, OTHER), (OTHER, VNET)):
        write(story, here, there)


def write(story: Story, here: str, there: str, **more: Any) -> None:
    """Put one side of the peering."""
    group, name = here.split("/")[4], here.rsplit("/", 1)[1]
    body = {"properties": {"remoteVirtualNetwork": {"id": there}}}
    peerings = story.network.virtual_network_peerings
    peerings.begin_create_or_update(group, name, "peer", body, **more).result()


def level(story: Story, network: str) -> str:
    """The sync level of one side."""
    return str((story.azure.resource(f"{network}/virtualNetworkPeerings/peer") or {})["properties"]["peeringSyncLevel"])


def grow(story: Story) -> str:
    """Give the catalog's network a second range with a subnet for endpoints; the subnet."""
    body = story.azure.resource(OTHER) or {}
    subnet = {"name": "snet-new", "properties": {"addressPrefix": "10.51.4.0/24"}}
    properties = {
        "addressSpace": {"addressPrefixes": [*body["properties"]["addressSpace"]["addressPrefixes"], "10.51.0.0/16"]},
        "subnets": [*body["properties"]["subnets"], subnet],
    }
    asked: Any = {"location": body["location"], "properties": properties}
    story.network.virtual_networks.begin_create_or_update("rg-catalog", "vnet-catalog", asked).result()
    return f"{OTHER}/subnets/snet-new"


def test_a_network_that_grows_leaves_both_sides_out_of_sync(story: Story) -> None:
    """Its own side has to tell, the other side has to learn; what was peered before still is."""
    peer(story)
    assert (level(story, VNET), level(story, OTHER)) == ("FullyInSync", "FullyInSync")
    grow(story)
    assert (level(story, VNET), level(story, OTHER)) == ("RemoteNotInSync", "LocalNotInSync")
    here = (story.azure.resource(f"{VNET}/virtualNetworkPeerings/peer") or {})["properties"]
    assert here["remoteAddressSpace"] == {"addressPrefixes": ["10.50.0.0/16"]}
    assert here["remoteVirtualNetworkAddressSpace"] == {"addressPrefixes": ["10.50.0.0/16", "10.51.0.0/16"]}
    assert here["peeringState"] == "Connected"


def test_the_new_range_is_carried_once_it_is_synced(story: Story) -> None:
    """An endpoint in the new range times out; putting the other side again changes nothing, syncing it does."""
    peer(story)
    story.zone()
    story.endpoint(subnet=grow(story))
    story.zone_group()
    story.link()
    assert story.plane.pull_app(APP).stage == "route"
    write(story, VNET, OTHER)
    assert (story.plane.pull_app(APP).stage, level(story, VNET)) == ("route", "RemoteNotInSync")
    write(story, VNET, OTHER, sync_remote_address_space="true")
    assert (level(story, VNET), level(story, OTHER)) == ("FullyInSync", "FullyInSync")
    assert story.plane.pull_app(APP).ok


def test_tags_of_plain_resources_can_be_patched(story: Story) -> None:
    """PATCH of a route table changes its tags and keeps the rest."""
    table = f"{ALBUM}/Microsoft.Network/routeTables/rt"
    story.raw("PUT", table, b'{"location":"chinaeast2","properties":{"routes":[]}}')
    assert story.raw("PATCH", table, b'{"tags":{"a":"b"}}').status == 200
    body = story.azure.resource(table) or {}
    assert (body["tags"], body["location"], body["properties"]["routes"]) == ({"a": "b"}, "chinaeast2", [])
    assert story.raw("PATCH", table + "x", b'{"tags":{"a":"b"}}').status == 404

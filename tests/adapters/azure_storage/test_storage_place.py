"""Where a storage account is, by name, by addresses and by connection string."""

from __future__ import annotations

import pytest

from remediator.adapters.azure.storage.place import Place, place_of_account, place_of_addresses, place_of_connection
from remediator.core.cloud import CLOUDS
from remediator.core.errors import Misconfigured

KEY = "c2VjcmV0IGtleQ=="


@pytest.mark.parametrize("cloud", CLOUDS, ids=lambda cloud: cloud.name)
def test_each_cloud_has_its_addresses(cloud) -> None:  # type: ignore[no-untyped-def]
    """An account's name gives the addresses of its cloud, also where a connection string names no endpoint."""
    named = place_of_account("shop", cloud.storage_suffix)
    assert (named.tables, named.queues) == (
        f"https://shop.table.{cloud.storage_suffix}",
        f"https://shop.queue.{cloud.storage_suffix}",
    )
    connected = place_of_connection(f"AccountName=shop;AccountKey={KEY}", cloud.storage_suffix)
    assert (connected.tables, connected.queues, connected.key) == (named.tables, named.queues, KEY)
    assert named.by_identity
    assert not connected.by_identity


def test_a_connection_string_of_the_portal() -> None:
    """The portal's own form is understood: its suffix wins over the cloud's, and "=" may stand in the key."""
    text = f"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={KEY};EndpointSuffix=core.chinacloudapi.cn"
    place = place_of_connection(text, "core.windows.net")
    assert place == Place(
        "https://shop.table.core.chinacloudapi.cn", "https://shop.queue.core.chinacloudapi.cn", "shop", key=KEY
    )


def test_azurite_by_its_short_name() -> None:
    """`UseDevelopmentStorage=true` is Azurite on this machine, on its own ports."""
    place = place_of_connection("UseDevelopmentStorage=true", "core.windows.net")
    assert (place.tables, place.account) == ("http://127.0.0.1:10002/devstoreaccount1", "devstoreaccount1")


def test_a_shared_access_signature() -> None:
    """Endpoints with a signature need neither name nor key."""
    text = "TableEndpoint=https://t.example/;QueueEndpoint=https://q.example/;SharedAccessSignature=?sv=2024&sig=a%3D"
    place = place_of_connection(text, "core.windows.net")
    assert (place.tables, place.queues) == ("https://t.example", "https://q.example")
    assert (place.signature, place.by_identity) == ("sv=2024&sig=a%3D", False)


def test_addresses_complete_each_other() -> None:
    """Where the host names the address of one service, the other one's follows from it."""
    known = "https://shop.queue.core.windows.net/"
    assert place_of_addresses("", known, "id").tables == "https://shop.table.core.windows.net"
    assert place_of_addresses("https://shop.table.core.windows.net", "").queues == "https://shop.queue.core.windows.net"


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "AccountName=shop",
        f"AccountKey={KEY}",
        "@Microsoft.KeyVault(SecretUri=https://v.example/s)",
        ";;",
        "=",
    ],
)
def test_connection_strings_that_lead_nowhere(text: str) -> None:
    """A string without account and key, or endpoints and signature, is refused without being repeated."""
    with pytest.raises(Misconfigured) as caught:
        place_of_connection(text, "core.windows.net")
    assert caught.value.code == "bad-storage-address"
    assert text not in str(caught.value)


@pytest.mark.parametrize("address", ["http://shop.table.core.windows.net", "https://", "https://u:p@x", "shop"])
def test_an_identity_is_not_shown_to_everybody(address: str) -> None:
    """Without https no token is sent: such an address is refused."""
    with pytest.raises(Misconfigured, match="bad-storage-address"):
        place_of_addresses(address, "https://shop.queue.core.windows.net")


def test_no_secret_is_shown() -> None:
    """A place in a log line shows neither key nor signature."""
    place = place_of_connection(f"AccountName=shop;AccountKey={KEY}", "core.windows.net")
    assert KEY not in repr(place)

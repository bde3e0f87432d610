"""`remediator estate export`: nobody can be told from it, and it is diagnosed as what is live."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.cli.pseudonyms import Pseudonyms
from remediator.cli.redacted import Redaction
from tests.cli.conftest import Place
from tests.cli.running import document

KIOSK_OLD, KIOSK = "203.0.113.91", "20.205.7.91"
NAMES = Pseudonyms(b"a key")


def judged(diagnosis: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """What is compared: every hop's verdict and rule, and each finding's rule and target."""
    paths = [
        (
            path["consumer"],
            path["registry"],
            path["verdict"],
            [(h["hop"], h["verdict"], h["rule"]) for h in path["hops"]],
        )
        for path in diagnosis["paths"]
    ]
    return paths, [(found["rule"], found["target"], found["severity"]) for found in diagnosis["findings"]]


def moved_to_real_addresses(place: Place) -> None:
    """The estate's documentation addresses become such as belong to somebody."""
    for body in place.azure.estate()["resources"]:
        text = json.dumps(body)
        if KIOSK_OLD in text:
            place.azure.put(json.loads(text.replace(KIOSK_OLD, KIOSK)))


@pytest.mark.parametrize("place", ["first-incident", "shadow", "healthy-hub"], indirect=True)
def test_an_export_is_diagnosed_as_what_is_live(place: Place, tmp_path: Path) -> None:
    """Every hop and finding is the same, with the address that a registry admits and all principals renamed."""
    moved_to_real_addresses(place)
    path = tmp_path / "estate.json"
    assert place.run("estate", "export", "--out", path).exit_code == 0
    live, offline = place.document("diagnose", "--json"), document("diagnose", "--estate", path, "--json")
    assert judged(offline) == judged(live)
    exported = path.read_text(encoding="utf-8")
    assert KIOSK not in exported
    principals = {
        body["properties"]["principalId"]
        for body in place.azure.estate()["resources"]
        if body["type"] == "Microsoft.Authorization/roleAssignments"
    }
    assert principals
    assert [principal for principal in principals if principal in exported] == []


@pytest.mark.parametrize("place", ["shadow"], indirect=True)
def test_refusals_in_an_export_name_nobody(place: Place, tmp_path: Path) -> None:
    """The words of a refused list are exported without the client that was refused, and stay a refusal."""
    place.azure.faults.refuse("Microsoft.Network/dnsResolvers")
    path = tmp_path / "estate.json"
    assert place.run("estate", "export", "--out", path).stderr.endswith("; 2 listings failed\n")
    exported = json.loads(path.read_text(encoding="utf-8"))
    stubs = [one for one in exported["resources"] if one.get("type") == "Microsoft.Network/dnsResolvers"]
    for words in [stub["error"]["message"] for stub in stubs]:
        assert ("AuthorizationFailed" in words, "'sandbox'" in words) == (True, False)
    assert len({one["id"].split("/")[2] for one in stubs}) == 2
    assert "Microsoft.Network/dnsResolvers" not in exported["read"]
    assert "Microsoft.Network/dnsForwardingRulesets" in exported["read"]


@pytest.mark.parametrize(
    "kept",
    [
        "10.1.2.3",
        "10.0.0.0/8",
        "192.168.4.0/24",
        "168.63.129.16",
        "8.8.8.8",
        "203.0.113.9",
        "0.0.0.0/0",
        "20.0.0.0/8",
        "20.205.0.0/16",
        "VirtualNetwork",
        "1.4.2",
        "300.1.2.3",
        "contoso.azurecr.io/app:1.2.3.4",
        "",
    ],
)
def test_what_names_nobody_stays(kept: str) -> None:
    """Private and documentation addresses, Azure DNS, public resolvers, wide ranges, and what is no address."""
    assert NAMES.address(kept) == kept


def test_public_addresses_get_others_near_by() -> None:
    """An address keeps its first half, a range its length, and another key gives other names."""
    told = NAMES.address("20.205.7.91")
    assert told != "20.205.7.91"
    assert told.startswith("20.205.")
    assert NAMES.address("20.205.7.0/24").endswith(".0/24")
    assert NAMES.address("20.205.7.91/24") == f"{told}/24"
    assert Pseudonyms(b"another key").address("20.205.7.91") != told


@given(st.integers(0, 2**16 - 1), st.integers(0, 2**16 - 1), st.integers(17, 32))
def test_ranges_hold_the_pseudonyms_of_what_they_held(low: int, other: int, length: int) -> None:
    """Whether an address lies in a range is the same before and after, and equal ones stay equal."""
    base = int(ipaddress.IPv4Address("20.205.0.0"))
    network = ipaddress.ip_network((base + low, length), strict=False)
    address = ipaddress.ip_address(base + other)
    told_network = ipaddress.ip_network(NAMES.address(str(network)))
    told_address = ipaddress.ip_address(NAMES.address(str(address)))
    assert (told_address in told_network) is (address in network)
    assert told_network.prefixlen == length
    same = NAMES.address(f"{ipaddress.ip_address(base + low)}/{length}")
    assert ipaddress.ip_network(same, strict=False) == told_network


def test_a_principal_is_the_same_wherever_it_stands() -> None:
    """In an assignment, an app and an identity, in any case; the words about it go."""
    guid = "0A0A0A0A-1111-4222-8333-444444444444"
    redaction = Redaction(NAMES)
    held = {"principalId": guid, "description": "for Ann", "condition": "@Resource[x]", "updatedBy": guid}
    assignment = redaction.body({"properties": held})["properties"]
    app = redaction.body(
        {"identity": {"userAssignedIdentities": {"/a": {"principalId": guid.lower(), "clientId": "c"}}}}
    )
    pseudonym = app["identity"]["userAssignedIdentities"]["/a"]["principalId"]
    assert assignment == {"principalId": pseudonym, "description": "redacted", "condition": "redacted"}
    assert (pseudonym.lower() != guid.lower(), len(pseudonym)) == (True, 36)


def test_azures_words_keep_their_sense() -> None:
    """A refusal keeps its code, action and scope; who was refused, and from where, is told by another name."""
    guid = "0a0a0a0a-1111-4222-8333-444444444444"
    words = (
        f"AuthorizationFailed: The client 'ann@contoso.example' with object id '{guid}' does not have authorization to "
        "perform action 'Microsoft.Network/natGateways/read'. client with IP '20.205.7.91' is not allowed access."
    )
    told = Redaction(NAMES).words(words)
    assert [part for part in ("ann", guid, "20.205.7.91") if part in told] == []
    assert "AuthorizationFailed" in told
    assert "'Microsoft.Network/natGateways/read'" in told
    stub = {"id": "/x", "error": {"code": "AuthorizationFailed", "message": words}}
    assert Redaction(NAMES).body(stub)["error"] == {"code": "AuthorizationFailed", "message": told}
    assert f"client with IP '{NAMES.address('20.205.7.91')}'" in told


def test_a_principal_that_is_not_given_stays_not_given() -> None:
    """An empty or null principal does not become somebody."""
    assert Redaction(NAMES).body({"principalId": "", "clientId": None}) == {"principalId": "", "clientId": None}

"""Estate files: every mistake is named, and what is written is read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from remediator.adapters.estate.estate_file import EstateObserver, dump
from remediator.core.cloud import AZURE_CHINA
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, Unknown
from remediator.facts import RawEstate

SCOPE = "/subscriptions/00000000-0000-0000-0000-000000000001"
ENVIRONMENT = {
    "id": f"{SCOPE}/resourceGroups/rg/providers/Microsoft.App/managedEnvironments/cae",
    "location": "chinanorth3",
    "properties": {"vnetConfiguration": None, "workloadProfiles": None, "provisioningState": "Succeeded"},
}


def test_what_is_dumped_is_read_back() -> None:
    """A dumped estate describes the same snapshot, its failed listings included."""
    gap = Gap(ResourceId(SCOPE), "Microsoft.Network/privateEndpoints", "AuthorizationFailed: no")
    document = json.loads(json.dumps(dump(RawEstate((ENVIRONMENT,), (gap,)), AZURE_CHINA)))
    snapshot = EstateObserver(document).observe()
    assert snapshot.cloud == AZURE_CHINA
    assert list(snapshot.environments) == [ResourceId(ENVIRONMENT["id"])]
    (found,) = snapshot.gaps
    assert (found.scope, found.resource_type) == (gap.scope, gap.resource_type)
    assert "AuthorizationFailed: no" in found.reason


def test_what_was_listed_wholly_is_known_to_be_empty_after_it_is_read_back() -> None:
    """A dump remembers which types were listed; a file that was written by hand claims nothing about them."""
    kinds = ("Microsoft.Network/dnsResolvers", "Microsoft.Authorization/roleAssignments")
    document = json.loads(json.dumps(dump(RawEstate((ENVIRONMENT,), read=kinds), AZURE_CHINA)))
    listed = EstateObserver(document).observe()
    assert (listed.inbound_endpoints, listed.role_assignments, type(listed.rulesets)) == ({}, (), Unknown)
    del document["read"]
    assert isinstance(EstateObserver(document).observe().role_assignments, Unknown)


@pytest.mark.parametrize("odd", ["Microsoft.Network/dnsResolvers", [7], {"a": 1}])
def test_types_that_were_read_are_a_list_of_texts(odd: Any) -> None:
    """Anything else as `read` is a mistake of the file."""
    with pytest.raises(Rejected, match="read is not a list of resource types"):
        EstateObserver({"schema": 1, "cloud": "AzureCloud", "resources": [], "read": odd})


def test_a_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    """Windows editors put a mark in front; it does not matter."""
    path = tmp_path / "estate.json"
    path.write_text(json.dumps(dump(RawEstate((ENVIRONMENT,)), AZURE_CHINA)), encoding="utf-8-sig")
    assert len(EstateObserver(path).observe().environments) == 1


def test_every_mistake_is_listed_with_its_index() -> None:
    """Schema, cloud and each bad resource are named in one answer."""
    resources = [ENVIRONMENT, 7, {"type": "x"}, {"id": "nonsense"}, {"id": 4}]
    with pytest.raises(Rejected) as caught:
        EstateObserver({"schema": 2, "cloud": "Mars", "resources": resources})
    assert caught.value.code == "bad-estate"
    for part in ("schema is 2", "'Mars'", "AzureChinaCloud", "resources[1]", "resources[2]", "resources[3]", "[4]"):
        assert part in caught.value.message


@pytest.mark.parametrize("document", [None, [], "x", {}, {"schema": 1, "cloud": "AzureCloud", "resources": {}}])
def test_what_is_not_an_estate_is_refused(document: Any) -> None:
    """Anything but an object with schema, cloud and a list of resources is Rejected."""
    with pytest.raises(Rejected, match="bad-estate"):
        EstateObserver(document)


def test_schema_true_is_not_schema_one() -> None:
    """`true` equals 1 in Python and is still no schema number."""
    with pytest.raises(Rejected, match="schema is True"):
        EstateObserver({"schema": True, "cloud": "AzureCloud", "resources": []})


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, text: str) -> None:
    """The answer names the file."""
    path = tmp_path / "estate.json"
    path.write_text(text)
    with pytest.raises(Rejected, match=r"estate\.json"):
        EstateObserver(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The answer names the file and why it cannot be read."""
    with pytest.raises(Rejected, match=r"none\.json: No such file"):
        EstateObserver(tmp_path / "none.json")

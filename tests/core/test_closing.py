"""Which changes close a door, and which paths have to be private before?"""

from __future__ import annotations

from typing import Any

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.closing import closes, not_private_yet
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from tests.core.breaks_way import APP, REGISTRY

HOST = "shop.azurecr.io"


def registry_change(before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(ChangeKind.UPDATE_REGISTRY, ResourceId(REGISTRY), "set", before, after, "public-network-access")


def path(verdict: Verdict = Verdict.OK, *addresses: str) -> PullPath:
    hops = (Hop(HopName.RECORD, verdict, "said so"),)
    return PullPath(ResourceId(APP), HOST, ResourceId(REGISTRY), hops, ((HOST, addresses),) if addresses else ())


@pytest.mark.parametrize(
    ("before", "after", "closing"),
    [
        ({"publicNetworkAccess": "Enabled"}, {"publicNetworkAccess": "Disabled"}, True),
        ({"publicNetworkAccess": "Disabled"}, {"publicNetworkAccess": "Enabled"}, False),
        ({"defaultAction": "Allow"}, {"defaultAction": "Deny"}, True),
        ({"defaultAction": "Deny"}, {"defaultAction": "Allow"}, False),
        ({"ipRules": ["203.0.113.7"]}, {"ipRules": []}, True),
        ({"ipRules": []}, {"ipRules": ["203.0.113.7"]}, False),
        ({"bypass": "AzureServices"}, {"bypass": "None"}, False),
    ],
)
def test_what_closes(before: dict[str, Any], after: dict[str, Any], closing: bool) -> None:
    """Access off, deny by default and fewer address rules close a door; their opposites do not."""
    assert closing is closes(registry_change(before, after))


@pytest.mark.parametrize(
    ("one", "private"),
    [
        (path(Verdict.OK, "10.20.4.5"), True),
        (path(Verdict.OK), False),
        (path(Verdict.UNKNOWN, "10.20.4.5"), False),
        (path(Verdict.BROKEN, "10.20.4.5"), False),
    ],
)
def test_private_is_whole_and_by_a_private_address(one: PullPath, private: bool) -> None:
    """Only a whole path whose name has a private answer counts as private."""
    change = registry_change({"publicNetworkAccess": "Enabled"}, {"publicNetworkAccess": "Disabled"})
    assert private is (not_private_yet(change, [one], {one.key}) == ())


def test_a_path_that_never_worked_does_not_count() -> None:
    """A path that neither worked before nor was to be mended holds nothing up."""
    change = registry_change({"publicNetworkAccess": "Enabled"}, {"publicNetworkAccess": "Disabled"})
    assert not_private_yet(change, [path(Verdict.BROKEN)], set()) == ()

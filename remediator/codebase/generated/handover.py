"""Who else writes what a folder declares, and to whom does the folder leave it?

Where a policy has written an endpoint's zone group, the group is the policy's: Terraform ignores it and Bicep does not
declare it. Where a policy would write ours to another zone, an exemption is declared, whose assignment only people know
(`policyAssignmentId`). Called by `folder`. Source: azure-facts 3.2; azurerm knows no switch for it, only
`lifecycle.ignore_changes` (`private_endpoints_manage_dns_zone_group` is an input of Azure's verified modules).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from remediator.codebase.generated.held import RECORD
from remediator.codebase.generated.unsaid import Unsaid
from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import Language
from remediator.core.record_writers import creator_of, two_writers
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import PrivateEndpoint, Snapshot, Unknown, ZoneGroup

_PARAMETERS = {Language.BICEP: "policyAssignmentId", Language.TERRAFORM: "policy_assignment_id"}
_GROUPS = (ChangeKind.CREATE_ZONE_GROUP, ChangeKind.UPDATE_ZONE_GROUP)


def groups(endpoint: PrivateEndpoint) -> tuple[ZoneGroup, ...]:
    """The zone groups of an endpoint, () where they are not known."""
    return () if isinstance(endpoint.zone_groups, Unknown) else endpoint.zone_groups


def kept_by_policy(snapshot: Snapshot) -> frozenset[ResourceId]:
    """The endpoints whose zone group a policy has written."""
    found = (e.id for e in snapshot.endpoints.values() if any(group.deployed_by_policy for group in groups(e)))
    return frozenset(found)


def left_to_policy(change: Change, by_policy: Collection[ResourceId]) -> Unsaid | None:
    """Why a change of a zone group is left to a policy."""
    endpoint = change.target.parent
    if change.kind not in _GROUPS or endpoint is None or endpoint not in by_policy:
        return None
    return Unsaid(
        f"{change.summary} through the policy that owns the zone group of {endpoint.name}, with a remediation task of "
        "its assignment; this folder does not declare the group, so that there are not two owners"
    )


def taken_over(
    before: Snapshot, after: Snapshot, change: Change, declares: Collection[ResourceId]
) -> tuple[ResourceId, ...]:
    """Records that a folder declares and that the zone group of this change keeps from now on."""
    endpoint = change.target.parent
    if change.kind not in _GROUPS or endpoint is None:
        return ()
    return tuple(
        rid for rid in sorted(declares) if _keeper(after, rid) == endpoint.name.lower() != _keeper(before, rid)
    )


def written_anyway(live: Snapshot, before: Snapshot, change: Change) -> Unsaid | None:
    """Why a new record is not declared: a zone group of the same plan has written it by then."""
    keeper = _keeper(before, change.target)
    if change.kind is not ChangeKind.CREATE_RECORD or not keeper or _keeper(live, change.target) == keeper:
        return None
    return Unsaid(f"{change.summary}: the zone group of {keeper} does it, so that the record has one owner")


def _keeper(snapshot: Snapshot, rid: ResourceId) -> str:
    """The endpoint whose zone group wrote a record, "" where it was none, or where this is no record."""
    zone = snapshot.zones.get(rid.parent) if rid.parent else None
    record = zone.record(rid.name) if zone and rid.is_a(RECORD) else None
    return creator_of(record).lower() if record else ""


def disputed(snapshot: Snapshot, group: ZoneGroup) -> bool:
    """Whether a policy of the endpoint's subscription writes zone groups into another zone of that name."""
    subscription = group.id.subscription.lower()
    written = {
        zone
        for endpoint in snapshot.endpoints.values()
        if endpoint.id.subscription.lower() == subscription
        for other in groups(endpoint)
        if other.deployed_by_policy
        for _, zone in other.zones
    }
    own = {zone for _, zone in group.zones}
    names = {zone.name.lower() for zone in own}
    return any(z not in own and z.name.lower() in names for z in written)


def notes(
    snapshot: Snapshot, targets: Collection[ResourceId], exempted: Collection[ResourceId], language: Language
) -> Iterator[str]:
    """What a reviewer must know of other writers of what a plan writes to."""
    for endpoint in sorted(exempted):
        yield (
            f"A policy in the subscription of {endpoint.name} writes zone groups into another zone. Give the id of its "
            f"assignment as {_PARAMETERS[language]} when this is deployed: the exemption that is declared keeps the "
            "two apart."
        )
    for writers in two_writers(snapshot):
        if writers.record in targets or writers.group in targets:
            yield f"Two owners: {writers.sentence}. Only one of them can stay."

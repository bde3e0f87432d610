"""What stands in the way of a plan, as far as Azure can be asked beforehand?

Implements `ports.Preflight`; everything is read as the reader, and nothing is written. `core.preflight` judges.
Azure Policy is asked about what is created (checkPolicyRestrictions), not about what is changed: its question wants
whole resources. What cannot be asked is a remark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from remediator.adapters.azure import apply_dns, apply_network
from remediator.adapters.azure.applier_rights import ApplierRights
from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.adapters.azure.fan_out import each
from remediator.core import preflight as judged
from remediator.core.change import Change, ChangeKind
from remediator.core.cloud import Cloud
from remediator.core.errors import RemediatorError
from remediator.core.permissions import required
from remediator.core.placement import addresses_needed
from remediator.core.plan import Plan
from remediator.core.preflight import PreflightResult, Room
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.facts import snapshot_from
from remediator.facts.preflight import read_denials, read_free, read_lock
from remediator.facts.reading import Malformed, section, text

LOCKS = "Microsoft.Authorization/locks"
ENDPOINT_KINDS = (ChangeKind.CREATE_ENDPOINT, ChangeKind.DELETE_ENDPOINT)
POLICY_QUESTION = "Microsoft.PolicyInsights/checkPolicyRestrictions"


class AzurePreflight:
    """`applier` is the client id of the identity that will write, None where it is the one that reads."""

    def __init__(
        self, arm: Arm, cloud: Cloud, applier: str | None, subscriptions: Sequence[str] = (), *, threads: int = 8
    ) -> None:
        self._arm = arm
        self._cloud = cloud
        self._threads = threads
        self._rights = ApplierRights(arm, applier, subscriptions, threads)

    def check(self, plan: Plan) -> PreflightResult:
        """As `ports.Preflight.check`."""
        parts = (self._permissions, self._locks, self._policies, self._room)
        return sum(each(lambda part: part(plan), parts, len(parts)), PreflightResult())

    def _permissions(self, plan: Plan) -> PreflightResult:
        return judged.rights(plan, self._rights.for_plan(plan))

    def _locks(self, plan: Plan) -> PreflightResult:
        subscriptions = {need.scope.subscription.lower() for change in plan.changes for need in required(change)}
        found, remarks = [], []
        for subscription in sorted(subscriptions - {""}):
            try:
                rows = self._arm.list_all(f"/subscriptions/{subscription}/providers/{LOCKS}")
                found += [read_lock(row) for row in rows]
            except (RemediatorError, Malformed) as problem:
                remarks.append(
                    f"whether a lock of subscription {subscription} forbids it is not known: {_why(problem)}"
                )
        return judged.locks(plan, found) + PreflightResult(remarks=tuple(remarks))

    def _policies(self, plan: Plan) -> PreflightResult:
        created = [change for change in plan.changes if _content(change) is not None]
        denied, remarks = [], []
        for change, answer in zip(created, each(self._denials, created, self._threads), strict=True):
            if isinstance(answer, Unknown):
                remarks.append(f"whether Azure Policy denies it is not known: {answer.reason}")
            else:
                denied += [(change, assignment) for assignment in answer]
        return judged.policies(denied) + PreflightResult(remarks=tuple(dict.fromkeys(remarks)))

    def _denials(self, change: Change) -> tuple[str, ...] | Unknown:
        """The ids of the policy assignments that would deny what a change creates."""
        group = f"/subscriptions/{change.target.subscription}/resourceGroups/{change.target.resource_group}"
        details = {"resourceContent": _content(change), "apiVersion": self._arm.version(change.target.type)}
        try:
            return read_denials(
                self._arm.question(f"{group}/providers/{POLICY_QUESTION}", {"resourceDetails": details})
            )
        except (RemediatorError, Malformed) as problem:
            return Unknown(_why(problem))

    def _room(self, plan: Plan) -> PreflightResult:
        """Whether the subnets still have the addresses that new endpoints take; what is deleted first frees its own."""
        endpoints = [(change, *_placed(change)) for change in plan.changes if change.kind in ENDPOINT_KINDS]
        registries = dict.fromkeys(registry for _, registry, _ in endpoints)
        subnets = dict.fromkeys(subnet for _, _, subnet in endpoints)
        asked = [*(partial(self._addresses, one) for one in registries), *(partial(self._free, one) for one in subnets)]
        told = dict(zip((*registries, *subnets), each(lambda ask: ask(), asked, self._threads), strict=True))
        needed: dict[ResourceId, int] = {}
        remarks: list[str] = []
        for change, registry, subnet in endpoints:
            need = told[registry]
            if isinstance(need, Unknown):
                remarks.append(f"how many addresses {change.target.name} needs is not known: {need.reason}")
            else:
                needed[subnet] = needed.get(subnet, 0) + (need if change.creates else -need)
        found = []
        for subnet, need in needed.items():
            free = told[subnet]
            if isinstance(free, Unknown):
                remarks.append(f"how many addresses {subnet.name} has left is not known: {free.reason}")
            else:
                found.append(Room(subnet, free, need))
        return judged.room(found) + PreflightResult(remarks=tuple(remarks))

    def _addresses(self, registry: ResourceId) -> int | Unknown:
        """How many addresses an endpoint to a registry takes."""
        try:
            body = self._arm.get(registry.text)
            premium = text(section(body, "sku"), "name", "").lower() == "premium"
            regions = self._arm.list_all(f"{registry.text}/replications") if premium else []
        except (RemediatorError, Malformed) as problem:
            return Unknown(_why(problem))
        found = snapshot_from([body, *regions], self._cloud).registries.get(registry)
        return addresses_needed(found) if found is not None else Unknown(f"the body of {registry.name} makes no sense")

    def _free(self, subnet: ResourceId) -> int | Unknown:
        if subnet.parent is None:
            return Unknown(f"{subnet} is no subnet")
        try:
            free = read_free(self._arm.list_all(f"{subnet.parent.text}/usages"), subnet)
        except (RemediatorError, Malformed) as problem:
            return Unknown(_why(problem))
        return Unknown("its network does not list it") if free is None else free


def _placed(change: Change) -> tuple[ResourceId, ResourceId]:
    """The registry and the subnet of an endpoint that is created or deleted."""
    document = change.after or change.before or {}
    return ResourceId(str(document.get("registry", ""))), ResourceId(str(document.get("subnet", "")))


def _content(change: Change) -> Mapping[str, Any] | None:
    """The whole resource that a change creates, None where it creates none that Azure Policy can be asked about."""
    target, after = change.target, change.after or {}
    match change.kind:
        case ChangeKind.CREATE_ZONE:
            body = apply_dns.zone_body()
        case ChangeKind.CREATE_ENDPOINT:
            body = apply_network.endpoint_body(target.name, after)
        case ChangeKind.CREATE_LINK:
            body = apply_dns.link_body(after)
        case _:
            return None
    name = target.name if target.parent is None else f"{target.parent.name}/{target.name}"
    return {"type": target.type, "name": name, **body}


def _why(problem: Exception) -> str:
    return in_azures_words(problem) if isinstance(problem, RemediatorError) else str(problem)

"""What is there now, in these subscriptions?

Implements `ports.Observer` on Resource Manager itself: at most four dependent rounds, each fanned out over threads:
the subscriptions, the lists of each, then twice what those refer to. What could not be read becomes a gap (a list) or
an error stub (a resource or its children); `facts` makes it Unknown. A 404 is knowledge, not a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from remediator.adapters.azure.access_places import concerns, scopes_over
from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.place import Body, Place
from remediator.adapters.azure.reading_list import LISTED, REGISTRY, ReadingList
from remediator.core.cloud import Cloud
from remediator.core.errors import Misconfigured, RemediatorError, Transient
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, Snapshot
from remediator.facts import RawEstate, snapshot_of
from remediator.facts.access import ASSIGNMENT
from remediator.facts.dns_forwarding import RESOLVER, RULESET
from remediator.facts.egress import FIREWALL

ROUNDS_AFTER_LISTS = 2
# A provider that the subscription does not use holds nothing.
UNUSED = frozenset(("missingsubscriptionregistration", "missingregistrationfortype", "subscriptionnotregistered"))
# Neither does a type that the cloud does not have; `arm` has tried the versions that it names by then.
LACKING = frozenset(("invalidresourcetype", "noregisteredproviderfound"))
NOT_EVERYWHERE = frozenset(kind.lower() for kind in (RESOLVER, RULESET, FIREWALL))
READABLE = frozenset(("enabled", "warned", "pastdue"))

T = TypeVar("T")
R = TypeVar("R")


class AzureObserver:
    """Reads an estate. Without `subscriptions` it reads all that the identity can see."""

    def __init__(self, arm: Arm, cloud: Cloud, subscriptions: tuple[str, ...] = (), *, threads: int = 8) -> None:
        self._arm = arm
        self._cloud = cloud
        self._subscriptions = subscriptions
        self._threads = threads

    def observe(self) -> Snapshot:
        """A fresh snapshot; raises only when we cannot sign in or cannot learn which subscriptions there are."""
        return snapshot_of(self.observe_raw(), self._cloud)

    def observe_raw(self) -> RawEstate:
        """The raw bodies and error stubs, the listings that failed, and the types that were listed wholly."""
        found: list[Body] = []
        gaps: list[Gap] = []
        passing: list[str] = []
        with ThreadPoolExecutor(self._threads, thread_name_prefix="observe") as pool:

            def each(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
                # each with a copy of our context, so that spans and log lines know to what they belong
                todo = [(copy_context(), one) for one in over]
                return list(pool.map(lambda pair: pair[0].run(work, pair[1]), todo))

            subscriptions = self._subscriptions or self._visible()
            todo = ReadingList(frozenset(subscription.lower() for subscription in subscriptions))
            lists = [(s, kind) for s in subscriptions for kind in LISTED]
            for listed in each(lambda place: self._list(*place, passing), lists):
                if isinstance(listed, Gap):
                    gaps.append(listed)
                else:
                    found.extend(listed)
                    todo.add(listed)
            for _ in range(ROUNDS_AFTER_LISTS):
                for bodies in each(lambda place: self._read(place, passing), todo.next_round()):
                    found.extend(bodies)
                    todo.add(bodies)
        found.extend(_left_over(place) for place in todo.next_round() if place.collection)
        failed = {gap.resource_type for gap in gaps}
        read = tuple(kind for kind in LISTED if kind not in failed)
        return RawEstate(tuple(_relevant(found)), tuple(gaps), read, tuple(passing))

    def _visible(self) -> tuple[str, ...]:
        rows = self._arm.list_all("/subscriptions")
        return tuple(
            str(row["subscriptionId"])
            for row in rows
            if row.get("subscriptionId") and str(row.get("state", "Enabled")).lower() in READABLE
        )

    def _list(self, subscription: str, resource_type: str, passing: list[str]) -> Sequence[Body] | Gap:
        path = f"/subscriptions/{subscription}/providers/{resource_type}"
        try:
            return self._arm.list_all(path)
        except RemediatorError as error:
            _raise_if_signed_out(error)
            if _holds_nothing(error, resource_type):
                return []
            _note_passing(error, passing)
            return Gap(ResourceId(f"/subscriptions/{subscription}"), resource_type, str(error))

    def _read(self, place: Place, passing: list[str]) -> Sequence[Body]:
        """The bodies at a place, or the error stub that stands for them."""
        try:
            return self._arm.list_all(place.path.text) if place.collection else [self._arm.get(place.path.text)]
        except RemediatorError as error:
            _raise_if_signed_out(error)
            if place.collection and _holds_nothing(error, place.path.type):
                return []
            _note_passing(error, passing)
            return [_stub(place, error)]


def _raise_if_signed_out(error: RemediatorError) -> None:
    """Without a token nothing can be read, and a snapshot of nothing but Unknowns would hide why."""
    if isinstance(error, Misconfigured) and error.code == "azure-no-credential":
        raise error


def _note_passing(error: RemediatorError, passing: list[str]) -> None:
    if isinstance(error, Transient):
        passing.append(str(error))


def _holds_nothing(error: RemediatorError, resource_type: str) -> bool:
    """Whether a refused list says that there can be none of the type."""
    code = error.context.get("azure_code", "").lower()
    return code in UNUSED or (code in LACKING and resource_type.lower() in NOT_EVERYWHERE)


def _relevant(found: list[Body]) -> list[Body]:
    """All bodies but the role assignments that no registry is concerned by, of which a subscription has thousands."""
    kinds = [(ResourceId(str(body.get("id"))), body) for body in found]
    scopes = scopes_over([rid for rid, _ in kinds if rid.is_a(REGISTRY)])
    return [body for rid, body in kinds if not rid.is_a(ASSIGNMENT) or concerns(rid, body, scopes)]


def _left_over(place: Place) -> dict[str, Any]:
    """What stands for a list that would have taken another round: not read is not empty."""
    said = "it lies too many steps away from what was listed"
    return {"id": place.path.text, "type": place.path.type, "error": {"code": "NotRead", "message": said}}


def _stub(place: Place, error: RemediatorError) -> dict[str, Any]:
    """What stands for a place that could not be read.

    Providers have words of their own for a resource that is gone (EntityNotFound, ManagedEnvironmentNotFound); a
    subscription that is not found is one that we may not see.
    """
    code = error.context.get("azure_code") or error.code
    gone = error.context.get("status") == "404" and "subscription" not in code.lower()
    return {
        "id": place.path.text,
        "type": place.path.type,
        "error": {
            "code": "ResourceNotFound" if gone and not place.collection else code,
            "message": error.context.get("said") or error.message,
        },
    }

"""What is there now, in these subscriptions?

Implements `ports.Observer` on Resource Manager itself: at most four dependent rounds, each fanned out over threads:
the subscriptions, the lists of each, then twice what those refer to. What could not be read becomes a gap (a list) or
an error stub (a resource or its children); `facts` makes it Unknown. A 404 is knowledge, not a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.reading_list import LISTED, Place, ReadingList
from remediator.core.cloud import Cloud
from remediator.core.errors import Misconfigured, RemediatorError
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Gap, Snapshot
from remediator.facts import snapshot_from

ROUNDS_AFTER_LISTS = 2
# A provider that the subscription does not use holds nothing.
UNUSED = frozenset(("missingsubscriptionregistration", "missingregistrationfortype", "subscriptionnotregistered"))
READABLE = frozenset(("enabled", "warned", "pastdue"))

Body = dict[str, Any]
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
        resources, gaps = self.observe_raw()
        return snapshot_from(resources, self._cloud, gaps)

    def observe_raw(self) -> tuple[tuple[Body, ...], tuple[Gap, ...]]:
        """The raw bodies and error stubs, and the listings that failed; for `estate export`."""
        found: list[Body] = []
        gaps: list[Gap] = []
        todo = ReadingList()
        with ThreadPoolExecutor(self._threads, thread_name_prefix="observe") as pool:

            def each(work: Callable[[T], R], over: Iterable[T]) -> list[R]:
                return list(pool.map(work, over))

            lists = [(s, kind) for s in self._subscriptions or self._visible() for kind in LISTED]
            for listed in each(lambda place: self._list(*place), lists):
                if isinstance(listed, Gap):
                    gaps.append(listed)
                else:
                    found.extend(listed)
                    todo.add(listed)
            for _ in range(ROUNDS_AFTER_LISTS):
                for bodies in each(self._read, todo.next_round()):
                    found.extend(bodies)
                    todo.add(bodies)
        return tuple(found), tuple(gaps)

    def _visible(self) -> tuple[str, ...]:
        rows = self._arm.list_all("/subscriptions")
        return tuple(
            str(row["subscriptionId"])
            for row in rows
            if row.get("subscriptionId") and str(row.get("state", "Enabled")).lower() in READABLE
        )

    def _list(self, subscription: str, resource_type: str) -> list[Body] | Gap:
        path = f"/subscriptions/{subscription}/providers/{resource_type}"
        try:
            return self._arm.list_all(path)
        except RemediatorError as error:
            _raise_if_signed_out(error)
            if error.context.get("azure_code", "").lower() in UNUSED:
                return []
            return Gap(ResourceId(f"/subscriptions/{subscription}"), resource_type, str(error))

    def _read(self, place: Place) -> list[Body]:
        """The bodies at a place, or the error stub that stands for them."""
        try:
            return self._arm.list_all(place.path.text) if place.collection else [self._arm.get(place.path.text)]
        except RemediatorError as error:
            _raise_if_signed_out(error)
            return [_stub(place, error)]


def _raise_if_signed_out(error: RemediatorError) -> None:
    """Without a token nothing can be read, and a snapshot of nothing but Unknowns would hide why."""
    if isinstance(error, Misconfigured) and error.code == "azure-no-credential":
        raise error


def _stub(place: Place, error: RemediatorError) -> Body:
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

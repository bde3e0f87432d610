"""How is Resource Graph asked? Page after page, and never more often than it allows.

The quota is told with every answer: where nothing is left, whoever asks next waits until it is there again. Refusals
for now (429, 503) are waited out by the connection (`arm`) and then once more here. Called by `wide_reading`.
Source: governance/resource-graph/concepts/guidance-for-throttled-requests (azure-facts 8).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.core.errors import RemediatorError, Transient

PATH = "/providers/Microsoft.ResourceGraph/resources"
PAGE = 1000  # rows, which is the most
BATCH = 290  # subscriptions in one query: fewer than 300 (azure-facts 8)
TRIES = 8
LONGEST_WAIT = 120.0
_TIME = re.compile(r"(\d+):(\d\d):(\d\d)")
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a query looks: subscriptions (at most `BATCH`), else management groups."""

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, list[str]]:
        """The part of a request that says so."""
        if self.subscriptions:
            return {"subscriptions": list(self.subscriptions)}
        return {"managementGroups": list(self.management_groups)}


def batches(subscriptions: tuple[str, ...], management_groups: tuple[str, ...]) -> tuple[Scope, ...]:
    """One scope for each batch of subscriptions, or one for the management groups."""
    if management_groups:
        return (Scope(management_groups=management_groups),)
    return tuple(Scope(subscriptions[at : at + BATCH]) for at in range(0, len(subscriptions), BATCH))


@dataclass(slots=True)
class Graph:
    """Asks over one connection; safe to use from several threads, which share the quota. Counts its `requests`."""

    arm: Arm
    sleep: Sleep
    requests: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _count: threading.Lock = field(default_factory=threading.Lock)
    _left: int | None = None
    _resets: float = 5.0
    _under_way: int = 0
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def pages(self, query: str, scope: Scope, take: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Hand each page of rows to `take` until there is none left, or it wants no more.

        One page at a time is taken apart, whichever query it belongs to: as text it is a tenth as long. Raises our
        errors, `Transient` for an answer that was cut.
        """
        options: dict[str, Any] = {"$top": PAGE, "resultFormat": "objectArray"}
        while True:
            body = self._asked({**scope.document, "query": query, "options": options})
            with self._reading:
                page = _read(body)
                token = page.get("$skipToken")
                rows = page.get("data")
                del body, page
                if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                    raise Transient("azure-garbled", "asking Resource Graph: the answer has no list of rows")
                wanted = take(rows)
                del rows
            if not token or not wanted:
                return
            options = {**options, "$skipToken": token}

    def _asked(self, document: Mapping[str, Any]) -> bytes:
        problem: RemediatorError | None = None
        for _ in range(TRIES):
            self._wait_for_turn()
            headers: Mapping[str, str] = {}
            try:
                answer = self.arm.answer_to(PATH, document)
                headers = answer.headers
                return answer.body
            except Transient as error:
                problem = error
                self.sleep(min(error.retry_after or 5.0, LONGEST_WAIT))
            finally:
                self._heed(headers)
        raise problem or Transient("azure-garbled", "asking Resource Graph: no answer")

    def _wait_for_turn(self) -> None:
        """Wait where the quota is used up, counting what is under way; the others wait behind."""
        with self._turn:
            if self._left is not None and self._left <= 0:
                self.sleep(self._resets)
                self._left = None
            with self._count:
                self.requests += 1
                self._under_way += 1
                self._left = None if self._left is None else self._left - 1

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Note what an answer says of the quota."""
        told = headers.get("x-ms-user-quota-remaining", "")
        with self._count:
            self._under_way -= 1
            if told.isdigit():
                self._left = int(told) - self._under_way
                self._resets = seconds(headers.get("x-ms-user-quota-resets-after", ""))


def seconds(told: str) -> float:
    """What `hh:mm:ss` says, five seconds where it says nothing."""
    found = _TIME.fullmatch(told.strip())
    hours, minutes, rest = (int(part) for part in found.groups()) if found else (0, 0, 5)
    return min(float(hours * 3600 + minutes * 60 + rest), LONGEST_WAIT)


def _read(body: bytes) -> dict[str, Any]:
    try:
        page = json.loads(body)
    except ValueError as error:
        raise Transient("azure-garbled", f"asking Resource Graph: {error}") from error
    if not isinstance(page, dict):
        raise Transient("azure-garbled", "asking Resource Graph: the answer is not an object")
    if not page.get("$skipToken") and str(page.get("resultTruncated")).lower() == "true":
        raise Transient("azure-garbled", "asking Resource Graph: the answer is cut and cannot be continued")
    return page

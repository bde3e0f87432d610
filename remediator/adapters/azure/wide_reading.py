"""What is there in a whole company? Implements `core.sweep.WideReader` on Resource Graph.

Rows are put aside compressed as they arrive, with nothing kept of them but what they belong to; once all are there,
each goes into the part that judges it (`core.islands`). Subscriptions that are referred to and cannot be seen are
unknown in the parts that refer to them, and so is whatever the graph does not hold; what it leaves out of a few rows is
read from Resource Manager (`row_gaps`). Several queries are under way at once; they share one quota.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from queue import Queue
from threading import Event
from typing import Any

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.graph_queries import QUESTIONS, Question
from remediator.adapters.azure.resource_graph import Graph, Scope, Sleep, batches
from remediator.adapters.azure.row_gaps import left_out, zone_groups
from remediator.adapters.azure.row_parts import Rows, opened
from remediator.core.cloud import Cloud
from remediator.core.errors import RemediatorError
from remediator.core.islands import PART
from remediator.core.resource_id import ResourceId
from remediator.core.sweep import OpenedPart, SweepScope, WideEstate

WAITING = 1  # pages that were taken apart and are not put aside yet
READABLE = frozenset(("enabled", "warned", "pastdue"))
Page = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of asking one query of one scope: a page, its failure, or its end."""

    question: Question
    page: Page | None = None
    scope: Scope | None = None
    problem: RemediatorError | None = None


@dataclass(slots=True)
class GraphReader:
    """Reads rows as the reader's identity. `part` is about how many registries are judged at once."""

    arm: Callable[[], Arm]
    cloud: Cloud
    sleep: Sleep
    part: int = PART

    def read(self, scope: SweepScope, told: Callable[[str], None]) -> WideEstate:
        """As `WideReader.read`; raises where there is no credential, or where the registries cannot be asked for."""
        graph = Graph(self.arm(), self.sleep)
        visible = self._visible()
        graph.requests += 1
        wanted = tuple(one.lower() for one in scope.subscriptions)
        unseen = tuple(one for one in wanted if one not in visible)
        looked_at = () if scope.management_groups else tuple(one for one in wanted or visible if one in visible)
        rows = Rows(frozenset(visible))
        notes: list[str] = []
        scopes = batches(looked_at, scope.management_groups)
        for one in _asked(graph, [(question, scope) for question in QUESTIONS for scope in scopes]):
            if one.page is not None:
                rows.add(one.page)
                one.page.clear()
                told(f"{rows.count:,} rows, {rows.registries:,} registries")
            else:
                self._failed(one, rows, notes)
        extra = left_out(graph.arm, rows.unfinished)
        graph.requests += extra.requests
        rows.add(extra.bodies)
        notes += extra.notes
        rows.missing(unseen, "the subscription cannot be seen")
        parts = rows.parts(self.part)
        referred = tuple(sorted({*unseen, *rows.hidden}))
        return WideEstate(
            parts, rows.registries, rows.count, graph.requests, looked_at or visible, referred, tuple(notes)
        )

    def open(self, packed: Sequence[bytes], closer: Sequence[ResourceId] = ()) -> OpenedPart:
        """As `WideReader.open`."""
        return opened(packed, self.cloud, zone_groups(self.arm(), closer) if closer else {})

    def _visible(self) -> tuple[str, ...]:
        listed = self.arm().list_all("/subscriptions")
        found = (row for row in listed if str(row.get("state", "Enabled")).lower() in READABLE)
        return tuple(str(row["subscriptionId"]).lower() for row in found if row.get("subscriptionId"))

    def _failed(self, one: _Read, rows: Rows, notes: list[str]) -> None:
        """Make what was not read unknown; without a credential or without registries there is nothing to go on with."""
        error = one.problem
        if error is None:
            return
        if one.question is QUESTIONS[0] or error.code == "azure-no-credential":
            raise error
        notes.append(f"{one.question.name} could not be read: {error.message}")
        scopes = (one.scope.subscriptions if one.scope else ()) or ("",)
        rows.missing(scopes, error.message, one.question.types)


def _asked(graph: Graph, todo: Sequence[tuple[Question, Scope]]) -> Iterator[_Read]:
    """The pages of every query as they come in, and the end or the failure of each."""
    waiting: Queue[_Read] = Queue(WAITING)
    over = Event()

    def ask(question: Question, scope: Scope) -> None:
        def take(page: Page) -> bool:
            waiting.put(_Read(question, page))
            return not over.is_set()

        problem: RemediatorError | None = None
        try:
            graph.pages(question.text, scope, take)
        except RemediatorError as error:
            problem = error
        finally:
            waiting.put(_Read(question, problem=problem, scope=scope))

    with ThreadPoolExecutor(len(QUESTIONS), thread_name_prefix="graph") as pool:
        begun = [pool.submit(copy_context().run, ask, question, scope) for question, scope in todo]
        left = len(begun)
        try:
            while left:
                one = waiting.get()
                left -= one.page is None
                yield one
                del one  # a page is not kept while the next one is waited for
        finally:
            over.set()
            while left:  # whoever still waits to hand something over
                left -= waiting.get().page is None
        for ended in begun:
            ended.result()

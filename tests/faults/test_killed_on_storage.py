"""The same on a storage account: killed between any two requests to Azurite, which checks versions and batches."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.pipeline.transport import RequestsTransport

from remediator.adapters.azure.storage.rows_tables import RowsTables
from remediator.ports import Rows
from tests.azurite import Azurite, azurite
from tests.faults.checks import check_the_end
from tests.faults.machine import Machine
from tests.faults.seams import Fuse, Seam
from tests.faults.stories import ENDS, machine, some

_numbers = itertools.count()


class SeamRequests(RequestsTransport):
    """Requests over the wire, each at a seam."""

    def __init__(self, seam: Seam) -> None:
        super().__init__()
        self.seam = seam

    def send(self, request: Any, **kwargs: Any) -> Any:
        return self.seam(f"storage {request.method}", lambda: super(SeamRequests, self).send(request, **kwargs))


def on_storage(story: str, server: Azurite) -> Machine:
    """The story on two tables of their own."""
    number = next(_numbers)

    def opened_at(seam: Seam | None) -> Rows:
        account = server.account()
        if seam is not None:
            account._options["transport"] = SeamRequests(seam)
        return RowsTables(account, place.clock, rows=f"faultrows{number}", labels=f"faultlabels{number}")

    plain: list[Rows] = []

    def opened() -> Rows:
        if not plain:
            plain.append(opened_at(None))
        return plain[0]

    place = machine(opened, story)
    place.opened_at = opened_at
    return place


@pytest.mark.parametrize("story", list(ENDS))
def test_killed_before_any_request(story: str) -> None:
    """Wherever it is killed, be it within one batch of rows and its index, the story ends as it would have."""
    whole, seam = on_storage(story, azurite()), Seam()
    whole.live(seam)
    check_the_end(whole)
    asked: Callable[[int], str] = seam.calls.__getitem__
    assert len(seam.calls) > 300
    for at in some(len(seam.calls), 170, first=60 if story == "resolved" else 130):
        place = on_storage(story, azurite())
        place.live(Fuse(at))
        incident = check_the_end(place)
        assert incident.status is ENDS[story], f"killed before request {at}, {asked(at)}: {incident.journal[-1].what}"

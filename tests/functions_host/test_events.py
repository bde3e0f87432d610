"""The Event Grid trigger, through the host's own webhook."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from remediator.core.incident import Status
from tests.functions_host import payloads
from tests.functions_host.host import Host
from tests.functions_host.stage import Stage

BOTH = pytest.mark.parametrize("make", [payloads.event, payloads.cloud_event], ids=["event-grid", "cloud-events"])


@BOTH
def test_an_event_opens_an_incident(host: Host, stage: Stage, make: Callable[[int], dict]) -> None:
    """An event of either schema opens an incident and puts its id on the queue, and reads nothing from Azure."""
    assert host.deliver("events", make(1)).status == 202
    assert (stage.incident.status, str(stage.incident.subject)) == (Status.OPEN, payloads.REGISTRY)
    assert (list(host.queues["remediator-work"]), stage.azure.requests) == ([(stage.incident.id, 0)], [])


@BOTH
def test_an_event_delivered_twice_counts_once(host: Host, stage: Stage, make: Callable[[int], dict]) -> None:
    """The same event again joins its incident and is not another signal; the next one is."""
    host.deliver("events", make(1), make(1), make(2))
    host.pump()
    assert stage.incident.signal_count == 2


@pytest.mark.parametrize(
    "event",
    [
        {"id": "1", "data": None},
        {"specversion": "1.0", "type": 7},
        {"eventType": "Microsoft.Resources.ResourceWriteSuccess"},
    ],
    ids=["no-type", "odd-type", "no-resource"],
)
def test_an_event_that_is_not_understood_is_kept(host: Host, stage: Stage, event: dict) -> None:
    """Event Grid hears a success, no incident is opened, and the event lies in quarantine."""
    assert host.deliver("events", event).status == 202
    assert (stage.incidents, len(stage.quarantine.names())) == ((), 1)


def test_an_event_about_something_else_leaves_no_trace(host: Host, stage: Stage) -> None:
    """An event that changes no pull path opens nothing and is not kept."""
    event = payloads.event()
    event["data"]["operationName"] = "Microsoft.Storage/storageAccounts/write"
    assert host.deliver("events", event).status == 202
    assert (stage.incidents, stage.quarantine.names()) == ((), ())


def test_a_failed_send_gives_the_event_back(host: Host, stage: Stage) -> None:
    """When the queue does not take the id, Event Grid hears an error and delivers the event again."""
    stage.queue.down = True
    assert host.deliver("events", payloads.event()).status == 500
    stage.queue.down = False
    assert host.deliver("events", payloads.event()).status == 202
    assert list(host.queues["remediator-work"]) == [(stage.incident.id, 0)]


def test_the_host_does_the_handshake(host: Host, stage: Stage) -> None:
    """A validation event never reaches the function."""
    assert host.deliver("events", payloads.validation()).json == {"validationResponse": "512d38b6"}

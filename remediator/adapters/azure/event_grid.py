"""How do other programs hear of an incident? As CloudEvents on an Event Grid topic: `ports.Channel` on azure-eventgrid.

The topic is a custom topic whose input schema is CloudEventSchemaV1_0, or a topic of a namespace. `bootstrap` builds it
and `flow` delivers through it, again and again until the topic has taken the event; so nothing is retried here. The
library is imported with the first event. The identity needs the role EventGrid Data Sender on the topic.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from azure.core import exceptions as azure
from azure.core.credentials import TokenCredential

from remediator.adapters.azure.errors import translate
from remediator.core.errors import Misconfigured, Rejected, RemediatorError
from remediator.core.incident import Incident, Notice
from remediator.views.event import cloud_event

# What a topic takes at once, in bytes (learn.microsoft.com, Event Grid "event schema": 1 MB, beyond it 413).
MOST_BYTES = 1_000_000
DOING = "publishing an event to"
_SENDER = "give the identity the role EventGrid Data Sender on the topic; it takes minutes"
_SCHEMA = "the topic's input schema must be CloudEventSchemaV1_0: it is chosen when a topic is created"
_MISSING = "a custom topic's endpoint ends in /api/events; a namespace's has no path and needs REMEDIATOR_EVENT_TOPIC"
# The library makes a model with the options of a call and tells of each that the model does not know.
_CHATTY = "azure.eventgrid._legacy._generated._serialization"


@dataclass(frozen=True, slots=True)
class Topic:
    """Where events go: the endpoint, and the topic's name where the endpoint is a namespace's.

    `verify` is True or the path of a CA file.
    """

    endpoint: str
    namespace_topic: str = ""
    verify: bool | str = True


class EventGrid:
    """`ports.Channel`; `credential` is asked for with the first event, `public_url` is the events' source."""

    def __init__(self, topic: Topic, credential: Callable[[], TokenCredential], public_url: str) -> None:
        self._topic, self._credential, self._public_url = topic, credential, public_url

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Publish the notice's event; the same notice gives the same event with the same id.

        `Rejected("event-too-large")` beyond what a topic takes, otherwise what Azure's refusal is mapped to.
        """
        event = cloud_event(notice, incident, self._public_url)
        size = len(json.dumps([event]))
        if size > MOST_BYTES:
            raise _too_large(event["id"], f"it has {size} bytes, and a topic takes {MOST_BYTES}")
        try:
            self._client.send(event, **self._options())
        except azure.AzureError as error:
            raise _refusal(error, event["id"], self._topic.endpoint) from error

    def close(self) -> None:
        """Close the connection, if there was an event."""
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> Any:
        from azure.eventgrid import EventGridPublisherClient

        logging.getLogger(_CHATTY).setLevel(logging.ERROR)
        name = self._topic.namespace_topic or None
        return EventGridPublisherClient(self._topic.endpoint, self._credential(), namespace_topic=name)

    def _options(self) -> dict[str, Any]:
        """For each call, since the library does not hand options of the client on to custom topics."""
        waits = {"connection_timeout": 10, "read_timeout": 20}
        return {"retry_total": 0, "connection_verify": self._topic.verify, **waits}


def _refusal(error: azure.AzureError, event: str, endpoint: str) -> RemediatorError:
    status = error.status_code if isinstance(error, azure.HttpResponseError) else None
    if isinstance(error, azure.ResourceNotFoundError) or status in (404, 410):
        return Misconfigured("event-topic-missing", f"{DOING} {endpoint}: there is no such topic", hint=_MISSING)
    if status == 413:
        return _too_large(event, "the topic says so")
    problem = translate(error, DOING, endpoint)
    if status == 400:
        return Misconfigured("event-refused", problem.message, context=problem.context, hint=_SCHEMA)
    if status in (401, 403) and isinstance(problem, Misconfigured) and problem.code != "azure-no-credential":
        return Misconfigured("event-sender-refused", problem.message, context=problem.context, hint=_SENDER)
    return problem


def _too_large(event: str, why: str) -> Rejected:
    return Rejected("event-too-large", f"publishing event {event}: {why}", context={"event": event})

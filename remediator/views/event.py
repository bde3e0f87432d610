"""What does an announcement look like as a CloudEvent 1.0? The same notice gives the same event.

Called by the adapter that publishes; docs/events.md and the schemas beside it say what each field means.
"""

from __future__ import annotations

import json
from typing import Any

from remediator.core.announcement import EventType
from remediator.core.incident import Incident, Notice
from remediator.views.links import incident_link
from remediator.views.notice import parameter
from remediator.views.plain import without_addresses

SCHEMA = 1
_SEQUENCE = 6


def cloud_event(notice: Notice, incident: Incident, public_url: str) -> dict[str, Any]:
    """The event of a notice that `core.announcement` made, as the attributes of a CloudEvent with JSON data.

    `id` is the incident's id and the number of the journal line, so that a repeat has the same; `sequence` orders the
    events of one incident as text (CloudEvents' Sequence extension).
    """
    line = parameter(notice, "line")
    told = {
        "schema": SCHEMA,
        "incident": incident.id,
        "link": incident_link(public_url, incident.id),
        **json.loads(parameter(notice, "data")),
    }
    return {
        "specversion": "1.0",
        "id": f"{incident.id}.{line}",
        "source": public_url,
        "type": notice.template,
        "subject": without_addresses(incident.subject.text, 1000),
        "time": parameter(notice, "at"),
        "datacontenttype": "application/json",
        "dataschema": data_schema(EventType(notice.template)),
        "sequence": line.zfill(_SEQUENCE),
        "data": _clean(told),
    }


def data_schema(kind: EventType) -> str:
    """The name of the schema that an event's data follows; it is the `$id` of a file in docs/events/."""
    return f"urn:remediator:{kind.value.removeprefix('Remediator.')}:{SCHEMA}"


def _clean(value: Any) -> Any:
    """The same without addresses, control characters and endless texts, wherever somebody put them into a name."""
    match value:
        case str():
            return without_addresses(value, 1000)
        case dict():
            return {key: _clean(one) for key, one in value.items()}
        case list():
            return [_clean(one) for one in value]
        case _:
            return value

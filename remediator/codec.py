"""How do incidents and signals look at rest? Domain objects to versioned JSON documents and back.

Called by whatever stores case files (`adapters/records`, channels that keep notices). It does no I/O and
knows nothing of rows; the JSON that programs read is `views/document.py`, not this. An `ApprovedPlan` is never
stored: it is made again by the gate from the stored approvals.

A document is `{"v": 5, "incident": {…}}` or `{"v": 5, "signal": {…}}`. The rule of change: whenever a stored
dataclass gains, loses or renames a field, raise `VERSION`, add an upcaster from the version before, and add a
golden file (`tests/data/codec`). A field that this code does not know is damage, not something to skip.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationError, with_config
from pydantic_core import CoreSchema, core_schema

from remediator.core.errors import Misconfigured, Transient
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal

T = TypeVar("T")
Json = dict[str, Any]
Upcaster = Callable[[Json], Json]

VERSION = 5


def _signal_2(signal: Json) -> Json:
    """Version 2 knows the kind of account behind a signal."""
    return {"actor_kind": "unknown", **signal}


def _unchanged(document: Json) -> Json:
    return document


def _signal_4(signal: Json) -> Json:
    """Version 4 knows which time an alert is about, the log workspace that its rule looks at, and openings."""
    return {"since": None, "workspace": None, "opening": None, **signal}


def _incident_2(incident: Json) -> Json:
    """Version 2 knows the write behind an incident's findings."""
    signals = incident.get("signals")
    known = [_signal_2(one) if isinstance(one, dict) else one for one in signals] if isinstance(signals, list) else None
    return {"caused_by": None, **incident, **({} if known is None else {"signals": known})}


def _incident_3(incident: Json) -> Json:
    """Version 3 knows the hash of a journal line and the correlation id of an incident."""
    journal = incident.get("journal")
    known = (
        [{"hash": None, **one} if isinstance(one, dict) else one for one in journal]
        if isinstance(journal, list)
        else None
    )
    return {"correlation": None, **incident, **({} if known is None else {"journal": known})}


def _incident_4(incident: Json) -> Json:
    """Version 4 knows the probes and restarts of an execution, the levels that spoke at a look, and lines of logs; it
    calls what worked `whole`, and knows openings."""
    known = {"evidence": [], "opening": None, **incident}
    if isinstance(signals := incident.get("signals"), list):
        known["signals"] = [_signal_4(one) if isinstance(one, dict) else one for one in signals]
    if isinstance(execution := incident.get("execution"), dict):
        known["execution"] = {"probes": [], "restarts": [], **execution}
    if isinstance(looked := incident.get("verification"), dict):
        probes = looked.get("probes")
        seen = [_whole(one) for one in probes] if isinstance(probes, list) else probes
        known["verification"] = {"spoke": ["model"], **looked, "probes": seen}
    return known


def _incident_5(incident: Json) -> Json:
    """Version 5 knows pull requests, and other registries that the same writer changed (none, where left out)."""
    return {"pull_request": None, **incident}


def _whole(result: object) -> object:
    if not isinstance(result, dict) or "pulled" not in result:
        return result
    return {("whole" if name == "pulled" else name): value for name, value in result.items()}


# From a version to the next one: takes the inner document of that version, gives the one of version + 1.
INCIDENT_UPCASTERS: Mapping[int, Upcaster] = {
    1: _incident_2,
    2: _incident_3,
    3: _incident_4,
    4: _incident_5,
}
SIGNAL_UPCASTERS: Mapping[int, Upcaster] = {1: _signal_2, 2: _unchanged, 3: _signal_4, 4: _unchanged}


def _resource_id_schema(_source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
    return core_schema.no_info_after_validator_function(
        ResourceId,
        core_schema.str_schema(strict=True, min_length=1),
        serialization=core_schema.plain_serializer_function_ser_schema(lambda rid: rid.text),
    )


# Pydantic asks the type itself how it is written; core must not know pydantic, so the answer is hung on here.
ResourceId.__get_pydantic_core_schema__ = staticmethod(_resource_id_schema)  # type: ignore[attr-defined]

_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True)
class _StoredIncident:
    v: int
    incident: Incident


@with_config(_STRICT)
@dataclass(frozen=True)
class _StoredSignal:
    v: int
    signal: Signal


class _Documents(Generic[T]):
    """One kind of stored document; the schema is built at the first use (it costs tens of milliseconds)."""

    def __init__(self, name: str, envelope: Any) -> None:
        self._name = name
        self._envelope = envelope
        self._built: TypeAdapter[Any] | None = None

    @property
    def _adapter(self) -> TypeAdapter[Any]:
        if self._built is None:
            self._built = TypeAdapter(self._envelope)
        return self._built

    def encode(self, value: T) -> bytes:
        plain = self._adapter.dump_python(self._envelope(VERSION, value), warnings="none")
        text = json.dumps(plain, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Half a surrogate pair can come in with a text from outside and has no UTF-8: it becomes "?".
        body = text.encode("utf-8", errors="replace")
        self._adapter.validate_json(body)  # what cannot be read back is not stored
        return body

    def decode(self, body: bytes, upcasters: Mapping[int, Upcaster]) -> T:
        document = self._opened(body)
        version = document["v"]
        if version > VERSION:
            raise Transient(
                "document-too-new",
                f"reading a stored {self._name} of version {version}; this program knows versions up to {VERSION}",
                context={"version": str(version)},
                hint="a newer version of the program has written it: let that one go on, or finish the deployment",
            )
        while version < VERSION:
            if version not in upcasters:
                raise self._damaged(f"nothing leads from version {version} to {version + 1}")
            document[self._name] = upcasters[version](document[self._name])
            version += 1
            document["v"] = version
        try:
            found = self._adapter.validate_json(json.dumps(document))
        except ValidationError as error:
            places = [".".join(str(part) for part in e["loc"]) + ": " + e["msg"] for e in error.errors()[:5]]
            raise self._damaged("; ".join(places)) from error
        value: T = getattr(found, self._name)
        return value

    def _opened(self, body: bytes) -> Json:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise self._damaged(f"it is not JSON ({error})") from error
        if not isinstance(document, dict) or type(document.get("v")) is not int or document["v"] < 0:
            raise self._damaged('it has no version "v"')
        if document["v"] <= VERSION and not isinstance(document.get(self._name), dict):
            raise self._damaged(f'it holds no "{self._name}"')
        return document

    def _damaged(self, why: str) -> Misconfigured:
        return Misconfigured(
            "document-damaged",
            f"reading a stored {self._name}: {why}",
            context={"document": self._name},
            hint="the row was changed by hand or cut short: put it back from a backup, or delete the row",
        )


_INCIDENTS: _Documents[Incident] = _Documents("incident", _StoredIncident)
_SIGNALS: _Documents[Signal] = _Documents("signal", _StoredSignal)


def _plain(value: object) -> object:
    """What JSON has no word for: times as ISO text in UTC, and the odd containers of a change's documents."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone may not be stored: {value.isoformat()}")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, ResourceId):
        return value.text
    raise TypeError(f"a {type(value).__name__} has no stored form")


def encode_incident(incident: Incident) -> bytes:
    """The stored document of an incident: UTF-8 JSON, current version, times in UTC, ids in Azure's casing.

    Raises ValueError or TypeError (a mistake in the program) for a value that could not be read back; a lone
    surrogate in a text becomes "?".
    """
    return _INCIDENTS.encode(incident)


def decode_incident(body: bytes, upcasters: Mapping[int, Upcaster] = INCIDENT_UPCASTERS) -> Incident:
    """The incident of a stored document of this or an earlier version.

    `Transient("document-too-new")` when a newer program wrote it (leave it untouched),
    `Misconfigured("document-damaged")` when it is not a document that any version wrote.
    """
    return _INCIDENTS.decode(body, upcasters)


def encode_signal(signal: Signal) -> bytes:
    """The stored document of a signal; as `encode_incident`."""
    return _SIGNALS.encode(signal)


def decode_signal(body: bytes, upcasters: Mapping[int, Upcaster] = SIGNAL_UPCASTERS) -> Signal:
    """The signal of a stored document; as `decode_incident`."""
    return _SIGNALS.decode(body, upcasters)

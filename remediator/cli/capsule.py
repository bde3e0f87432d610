"""What must leave the house so that an incident's diagnosis and plan can be made again elsewhere, and nothing more?

A capsule is one JSON document: signals, desired state, the part of the estate that the diagnosis needs, what was found
and planned, and the journal. Called by `incidents export`; `replay --capsule` opens it (docs/replay.md). The estate is
read when the capsule is made: what the incident's diagnosis was and what the capsule gives are compared, and it says
whether they are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from remediator.bootstrap.capsules import asked, desired_from, diagnosed
from remediator.bootstrap.offline import estate_document
from remediator.cli.pseudonyms import Pseudonyms
from remediator.cli.redacted import Redaction
from remediator.codec import encode_signal
from remediator.core.capsule import SCHEMA, Judged, judged
from remediator.core.capsule_names import Renamed, names_of
from remediator.core.capsule_part import part_of
from remediator.core.cloud import Cloud
from remediator.core.diagnosis import Diagnosis
from remediator.core.grants import KNOWN_ROLES
from remediator.core.incident import Incident, bounded
from remediator.core.pull_error import classify
from remediator.core.pull_text import redacted
from remediator.core.resource_id import ResourceId
from remediator.facts import RawEstate

# Of a desired state: who decides and where code lives is nobody's business elsewhere.
_PRIVATE = frozenset(("approvers", "notify", "code", "home"))
_PROGRAM = "remediator"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What a capsule is made of: the case file, what is there now, and what is declared."""

    incident: Incident
    raw: RawEstate
    cloud: Cloud
    declared: Mapping[str, Any] | None


def capsule_of(source: Source, key: bytes, *, keep_names: bool = False) -> Json:
    """The capsule; `key` is random and decides the pseudonyms of principals and addresses.

    With `keep_names` names and ids stay; secrets, mails, people and public addresses never do.
    """
    redaction = Redaction(Pseudonyms(key))
    estate = _estate(source, redaction)
    declared = _without(source.declared, _PRIVATE)
    incident = _for_others(source.incident, redaction)
    whole = diagnosed(asked(incident), estate, desired_from(declared))
    part = part_for(estate, incident, whole)
    if judged(diagnosed(asked(incident), part, desired_from(declared))) != judged(whole):
        part = estate
    told: Json = {
        "estate": part,
        "desired": declared,
        "signals": [json.loads(encode_signal(signal)) for signal in incident.signals],
        "incident": _facts(incident),
        "journal": _journal(incident),
        "diagnosis": _found(source.incident.diagnosis or whole),
    }
    bodies = [] if keep_names else [*estate["resources"], *_plain(told)]
    others = _people(source.incident) if keep_names else [*_people(source.incident), *_spoken(source, told)]
    renamed = Renamed(names_of(bodies, others, KNOWN_ROLES), guids=not keep_names)
    document: Json = {
        "schema": SCHEMA,
        "kind": "capsule",
        "cloud": source.cloud.name,
        "names": "kept" if keep_names else "pseudonyms",
        **{name: _exchanged(name, value, renamed) for name, value in told.items()},
    }
    document["reproduces"] = _said(document)
    return document


def _said(document: Json) -> Json:
    """Whether the capsule gives the findings and the plan of the incident, and if not, what it gives."""
    from remediator.bootstrap.capsules import opened

    found = judged(opened(document).diagnose())
    stored = Judged.of_document(document["diagnosis"])
    same = found == stored
    return {"same": same, "findings": found.rules, "plan": list(found.plan)}


def _estate(source: Source, redaction: Redaction) -> Json:
    raw = source.raw
    told = replace(
        raw,
        resources=tuple(redaction.body(body) for body in raw.resources),
        gaps=tuple(replace(gap, reason=redaction.words(gap.reason)) for gap in raw.gaps),
    )
    return estate_document(told, source.cloud)


def _for_others(incident: Incident, redaction: Redaction) -> Incident:
    """The case file with texts that name nobody and hold no secret."""
    signals = tuple(
        replace(one, text=redaction.words(redacted(one.text)) if one.text else None, opening=None)
        for one in incident.signals
    )
    lines = tuple(
        replace(line, what=bounded(redaction.words(redacted(line.what))), who=redaction.words(line.who))
        for line in incident.journal
    )
    return replace(incident, signals=signals, journal=lines, evidence=())


def part_for(estate: Json, incident: Incident, found: Diagnosis | None = None) -> Json:
    """The part of an estate document that an incident's diagnosis needs, as far as its own and `found` tell."""
    return {**estate, "resources": list(part_of(estate["resources"], _seeds(incident, found)))}


def _seeds(incident: Incident, found: Diagnosis | None) -> set[str]:
    """The ids about which the diagnosis is."""
    seeds = {incident.subject, *incident.registries}
    for one in (found, incident.diagnosis):
        if one is not None:
            seeds |= {finding.target for finding in one.findings} | {change.target for change in one.plan.changes}
            seeds |= {path.consumer for path in one.paths} | {path.registry for path in one.paths if path.registry}
            seeds |= {rid for rid in (one.focus.registry, one.focus.consumer) if rid is not None}
    around = {parent for seed in seeds for parent in _parents(seed)}
    return {seed.key for seed in seeds} | around


def _parents(rid: ResourceId) -> set[str]:
    """What a resource lies in: a subnet's network, a record's zone."""
    parts = rid.key.split("/")
    return {"/".join(parts[:length]) for length in range(9, len(parts), 2)}


def _facts(incident: Incident) -> Json:
    return {
        "id": incident.id,
        "subject": incident.subject.text,
        "app": incident.app.text if incident.app else None,
        "status": incident.status.value,
        "opened_at": incident.opened_at.astimezone(UTC).isoformat(),
        "signal_count": incident.signal_count,
    }


def _journal(incident: Incident) -> list[Json]:
    return [
        {
            "at": line.at.astimezone(UTC).isoformat(),
            "what": line.what,
            "who": line.who,
            "status": line.status.value if line.status else None,
        }
        for line in incident.journal
    ]


def _found(found: Diagnosis) -> Json:
    return {
        "findings": [{"rule": one.rule, "target": one.target.text} for one in found.findings],
        "plan": [{"kind": one.kind.value, "target": one.target.text} for one in found.plan.changes],
        "decision": found.ruling.decision.value if found.ruling else None,
    }


def _people(incident: Incident) -> list[tuple[str, str]]:
    said = {line.who for line in incident.journal} | {signal.actor for signal in incident.signals if signal.actor}
    said |= {one.person for one in incident.approvals} | ({incident.requester} if incident.requester else set())
    return [("person", who) for who in said if who and who != _PROGRAM]


def _spoken(source: Source, told: Json) -> list[tuple[str, str]]:
    """Names that stand in no body: what texts speak of, and what the desired state names."""
    spoken = [classify(signal["signal"]["text"]) for signal in told["signals"] if signal["signal"].get("text")]
    texts = [("host", one.registry) for one in spoken if one.registry]
    images = [one.image.partition("/")[2] for one in spoken if one.image and "/" in one.image]
    texts += [("repository", part) for image in images for part in image.partition(":")[0].split("/")]
    declared = source.declared or {}
    entries = [one for one in declared.get("registries") or () if isinstance(one, Mapping)]
    named = [("registry", str(one.get("match", ""))) for one in entries]
    named += [("name", str(one)) for one in declared.get("exclude") or ()]
    named += [("subscription", str(one)) for one in declared.get("subscriptions") or ()]
    named.append(("incident", source.incident.id))  # it begins with a hash of the subject's id
    return [(kind, name) for kind, name in (*texts, *named) if name and "/" not in name]


def _plain(told: Json) -> Iterable[Json]:
    """What else holds ids and hosts, as bodies."""
    yield from (one["signal"] for one in told["signals"])
    yield {"desired": told["desired"], "incident": told["incident"], "diagnosis": told["diagnosis"]}


def _exchanged(name: str, value: Any, renamed: Renamed) -> Any:
    """A part of the capsule with names exchanged; rules, kinds and statuses are ours and stay."""
    if name == "diagnosis":
        return {
            "findings": [{**one, "target": renamed.text(one["target"])} for one in value["findings"]],
            "plan": [{**one, "target": renamed.text(one["target"])} for one in value["plan"]],
            "decision": value["decision"],
        }
    if name == "signals":
        return [{**one, "signal": _signal(one["signal"], renamed)} for one in value]
    if name == "incident":
        return {**value, **{key: renamed.value(value[key]) for key in ("id", "subject", "app")}}
    if name == "journal":
        return [{**line, "what": renamed.text(line["what"]), "who": renamed.text(line["who"])} for line in value]
    if name == "estate":
        return {**value, "resources": renamed.value(value["resources"])}
    return renamed.value(value)


def _signal(signal: Json, renamed: Renamed) -> Json:
    stays = ("source", "at", "operation", "actor_kind", "requested_way", "since")
    return {key: value if key in stays else renamed.value(value) for key, value in signal.items()}


def _without(declared: Mapping[str, Any] | None, gone: frozenset[str]) -> Json | None:
    if declared is None:
        return None

    def kept(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: kept(one) for key, one in value.items() if str(key) not in gone}
        return [kept(one) for one in value] if isinstance(value, (list, tuple)) else _moment(value)

    found: Json = kept(declared)
    return found


def _moment(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

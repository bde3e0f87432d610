"""What do programs read? The public JSON of diagnoses, plans, incidents and error texts (house, section 6).

The terminal's `--json` and the HTTP API print these. Tokens, their hashes, recipients, polling addresses and the
texts of signals stay inside; mail addresses in free text are replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from remediator.core.change import Change
from remediator.core.diagnosis import Diagnosis
from remediator.core.execution import Execution
from remediator.core.finding import Finding
from remediator.core.incident import Incident, JournalLine
from remediator.core.names import NameTable
from remediator.core.plan import Plan
from remediator.core.pull_error import PullError
from remediator.core.pull_path import PullPath
from remediator.core.testimony import Testimony
from remediator.core.verification import Proof, Verification
from remediator.views import request_state
from remediator.views.caused_by import caused_by_document
from remediator.views.names import rows_document
from remediator.views.plain import without_addresses

SCHEMA = 1
Json = dict[str, Any]


def diagnosis_document(diagnosis: Diagnosis, names: Mapping[tuple[str, str], NameTable] | None = None) -> Json:
    """`diagnose --json`. `registry` is the one that was asked about, or the only one that the paths name.

    `names` holds the tables of the paths, by their keys, where the snapshot is at hand; a path without one has no
    `names`.
    """
    foresight, ruling = diagnosis.foresight, diagnosis.ruling
    tables = names or {}
    return {
        "schema": SCHEMA,
        "registry": _registry_of(diagnosis),
        "findings": [_finding(finding) for finding in diagnosis.findings],
        "paths": [path_document(path, tables.get(path.key)) for path in diagnosis.paths],
        "plan": plan_document(diagnosis.plan) if diagnosis.plan else None,
        "foresight": {
            "mended": [_ends(path) for path in foresight.mended],
            "broken": [_ends(path) for path in foresight.broken],
            "unchanged": foresight.unchanged,
            "touched": {
                "apps": [rid.text for rid in foresight.touched.consumers],
                "networks": [rid.text for rid in foresight.touched.networks],
            },
        },
        "ruling": None
        if ruling is None
        else {"decision": ruling.decision.value, "way": ruling.way.value, "reasons": list(ruling.reasons)},
        "testimony": testimony_document(diagnosis.testimony) if diagnosis.testimony else None,
    }


def plan_document(plan: Plan) -> Json:
    """The digest and the changes in their order."""
    return {"digest": plan.digest, "changes": [_change(change) for change in plan.changes]}


def testimony_document(testimony: Testimony) -> Json:
    """What an error text is worth beside the estate; `stand` is agrees, disagrees, adds, not-drift or open."""
    return {
        "cause": str(testimony.cause),
        "confidence": str(testimony.confidence),
        "stand": testimony.stand.value,
        "why": _words(testimony.why),
        "toCheck": _words(testimony.to_check) or None,
    }


def path_document(path: PullPath, names: NameTable | None = None) -> Json:
    """One pull path with the hops that were judged, and the table of its names where there is one."""
    return {
        **_ends(path),
        "verdict": path.verdict.value,
        "hops": [
            {
                "hop": hop.name.value,
                "verdict": hop.verdict.value,
                "detail": without_addresses(hop.detail),
                "rule": hop.rule,
            }
            for hop in path.hops
        ],
        **({} if names is None else {"names": rows_document(names)}),
    }


def classify_document(error: PullError) -> Json:
    """`classify --json`: what one error text says."""
    return {
        "schema": SCHEMA,
        "cause": str(error.cause),
        "managed": error.managed,
        "registry": error.registry,
        "image": error.image,
        "client_ip": error.client_ip,
        "confidence": str(error.confidence),
        "evidence": error.evidence,
    }


def incident_summary(incident: Incident) -> Json:
    """One line of a list of incidents."""
    return {
        "id": incident.id,
        "subject": incident.subject.text,
        "status": incident.status.value,
        "opened_at": _time(incident.opened_at),
        "updated_at": _time(incident.updated_at),
    }


def incident_document(incident: Incident) -> Json:
    """The case file for programs, without anything that opens a door or names a person's address."""
    request = incident.request
    return {
        "schema": SCHEMA,
        **incident_summary(incident),
        "registries": [registry.text for registry in incident.registries],
        "app": incident.app.text if incident.app else None,
        "way": incident.way,
        "requester": _words(incident.requester),
        "correlation": incident.correlation,
        "joined_to": incident.joined_to,
        "conflicts": incident.conflicts,
        "signal_count": max(incident.signal_count, len(incident.signals)),
        "signals": [
            {"source": s.source.value, "id": _words(s.id), "at": _time(s.at), "operation": _words(s.operation)}
            for s in incident.signals
        ],
        "evidence": [
            {"at": _time(e.at), "app": _words(e.app), "environment": _words(e.environment), "text": _words(e.text)}
            for e in incident.evidence
        ],
        "caused_by": caused_by_document(incident.caused_by),
        "diagnosis": diagnosis_document(incident.diagnosis) if incident.diagnosis else None,
        "request": None
        if request is None
        else {
            "digest": request.digest,
            "asked_at": _time(request.asked_at),
            "expires_at": _time(request.expires_at),
            "required": request.required,
            "remarks": [_words(remark) for remark in request.remarks],
        },
        "approvals": [
            {
                "digest": a.digest,
                "person": _words(a.person),
                "yes": a.yes,
                "at": _time(a.at),
                "reason": _words(a.reason),
                "way": a.way,
            }
            for a in incident.approvals
        ],
        "execution": _execution(incident.execution, incident) if incident.execution else None,
        "verification": _verification(incident.verification) if incident.verification else None,
        "notices": [
            {
                "template": n.template,
                "channel": n.channel,
                "attempts": n.attempts,
                "delivered_at": _time(n.delivered_at),
                "gave_up": n.gave_up,
            }
            for n in incident.outbox
        ],
        "journal": [_line(line) for line in incident.journal],
        "error": _error(incident.error),
        "pull_request": request_state.document(incident.pull_request),
    }


def _line(line: JournalLine) -> Json:
    return {
        "at": _time(line.at),
        "what": _words(line.what),
        "who": _words(line.who),
        "status": line.status.value if line.status else None,
        "hash": line.hash,
    }


def _registry_of(diagnosis: Diagnosis) -> str | None:
    if diagnosis.focus.registry is not None:
        return diagnosis.focus.registry.text
    named = {path.registry for path in diagnosis.paths}
    only = next(iter(named)) if len(named) == 1 else None
    return only.text if only else None


def _finding(finding: Finding) -> Json:
    return {
        "rule": finding.rule,
        "target": finding.target.text,
        "severity": finding.severity.value,
        "summary": without_addresses(finding.summary),
        "evidence": [without_addresses(sentence) for sentence in finding.evidence],
        "remedy": [
            {"kind": c.kind.value, "target": c.target.text, "summary": without_addresses(c.summary)}
            for c in finding.remedy
        ],
        "advice": _words(finding.advice) or None,
    }


def _ends(path: PullPath) -> Json:
    return {"consumer": path.consumer.text, "registry": path.registry.text if path.registry else path.host}


def _change(change: Change) -> Json:
    return {
        "kind": change.kind.value,
        "target": change.target.text,
        "summary": without_addresses(change.summary),
        "before": _thawed(change.before),
        "after": _thawed(change.after),
    }


def _execution(execution: Execution, incident: Incident) -> Json:
    changes = incident.diagnosis.plan.changes if incident.diagnosis else ()
    same = len(changes) == len(execution.steps)
    return {
        "digest": execution.digest,
        "started_at": _time(execution.started_at),
        "approved_by": [_words(person) for person in execution.approved_by],
        "steps": [
            {
                "kind": changes[index].kind.value if same else None,
                "target": changes[index].target.text if same else None,
                "state": step.state.value,
                "started_at": _time(step.started_at),
                "ended_at": _time(step.ended_at),
                "error": _error(step.error),
            }
            for index, step in enumerate(execution.steps)
        ],
    }


def _verification(verification: Verification) -> Json:
    return {
        "at": _time(verification.at),
        "outcome": verification.outcome.value,
        "proof": verification.proof.value,
        "reason": _words(verification.reason),
        "looks": verification.looks,
        "spoke": [proof.value for proof in verification.spoke],
        "probes": [
            {
                "consumer": probe.consumer,
                "host": probe.host,
                "addresses": list(probe.addresses),
                "private": probe.private,
                "proof": probe.proof.value,
                "whole": probe.whole,
                "pulled": probe.whole if probe.proof is Proof.PULL else None,
                "detail": _words(probe.detail),
            }
            for probe in verification.probes
        ],
    }


def _error(error: tuple[str, str] | None) -> Json | None:
    return None if error is None else {"code": error[0], "message": _words(error[1])}


def _words(text: str | None) -> str | None:
    return None if text is None else without_addresses(text, 1000)


def _time(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None


def _thawed(value: Any) -> Any:
    """The same value made of dicts and lists, as `json` wants it."""
    if isinstance(value, Mapping):
        return {str(key): _thawed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_thawed(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(_thawed(item) for item in value)
    return value

"""What is an incident about? From a signal to its subject, from a subject to the part of the estate to look at.

`subject_of` is asked by intake and reads nothing from Azure; `focus_of` is asked by diagnose and looks the subject up
in the snapshot; `concerned` and `lease_names` say which registries and networks a diagnosis or a plan touches,
`root_label` what incidents with the same root share.

A signal that names only a host or an app's name has a subject of our own making, which is no Azure id:
`/registries-by-host/<login server>` or `/apps-by-name/<environment or ->/<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from remediator.core.cloud import login_server_of
from remediator.core.desired import Approvers, DesiredState
from remediator.core.diagnosis import Diagnosis, Focus
from remediator.core.errors import Rejected
from remediator.core.incident import Incident, Status
from remediator.core.one_writer import REGISTRY, writer_root
from remediator.core.pull_path import Verdict
from remediator.core.pull_text import redacted
from remediator.core.resource_id import ResourceId
from remediator.core.root import label_of, root_of
from remediator.core.signal import Signal, SignalSource
from remediator.core.snapshot import Consumer, Snapshot
from remediator.core.touching import top, touched

WORKSPACE = "Microsoft.OperationalInsights/workspaces"
# A bare name of an app or job: what else stands there is a text, and becomes no id of ours.
_NAME = re.compile(r"\w[\w.-]{0,127}")
BY_HOST = "/registries-by-host/"
BY_NAME = "/apps-by-name/"
# What can be looked at: everything else is nothing to us, unless it lies within one of these.
PROVIDERS = ("microsoft.containerregistry", "microsoft.network", "microsoft.app")
# A plan that may still become another one; a pull request waits for days.
UNDECIDED = frozenset({Status.OPEN, Status.PLANNED, Status.AWAITING_APPROVAL, Status.AWAITING_MERGE})
LOCKED_TYPES = (
    REGISTRY.lower(),
    "microsoft.network/privatednszones",
    "microsoft.network/virtualnetworks",
    "microsoft.network/privateendpoints",
)


def subject_of(signal: Signal) -> ResourceId:
    """The resource that a signal is about: the registry, zone, network, endpoint, app or environment at its top, else
    the log workspace that an alert looks at.

    A replication belongs to its registry, a link or record to its zone, a subnet or peering to its network, a zone
    group to its endpoint, a revision to its app, a role assignment to what it is made on. `Rejected` when there is
    nothing that we could look at.
    """
    if signal.opening is not None:
        return signal.opening.subject
    named = _watched(signal.subject) if signal.subject else None
    if named is not None:
        return named
    host = login_server_of(signal.registry_host or "")
    if host:
        return ResourceId(BY_HOST + host)
    app = (signal.app or "").strip("/ ")
    in_azure = _watched(ResourceId(app)) if app.lower().startswith("subscriptions/") else None
    if in_azure is not None:
        return in_azure
    if _NAME.fullmatch(app) and redacted(app) == app:
        place = (signal.environment or "").strip("/ ")
        return ResourceId(f"{BY_NAME}{ResourceId(place).name if place else '-'}/{app}")
    if signal.workspace is not None:  # an alert that names no app: its log says which
        return signal.workspace
    raise Rejected(
        "signal-without-subject",
        f"the signal {signal.id[:100]!r} names no registry, zone, network, endpoint or app",
        hint="name the registry or the app by its full resource id",
    )


def _watched(rid: ResourceId) -> ResourceId | None:
    """The top-level resource that we look at and that `rid` is or lies within, None when there is none."""
    at = rid.key.rfind("/providers/")
    while at > 0:
        if rid.type.lower().split("/")[0] in PROVIDERS and rid.type.count("/"):
            return top(rid)
        rid = ResourceId(rid.text[:at])
        at = rid.key.rfind("/providers/")
    return None


def focus_with_root(incident: Incident, snapshot: Snapshot) -> Focus:
    """As `focus_of`, and with it whatever the same root breaks; where only people asked, it is what they asked about.

    From the moment that a plan is decided it is the paths that the plan was made for. What the writer behind it has
    done to other registries stays a part of it.
    """
    asked = focus_of(incident, snapshot)
    if incident.diagnosis is not None and asked.registry is not None and asked.consumer is None:
        asked = replace(asked, also=incident.diagnosis.focus.also)
    if incident.signals and all(signal.source is SignalSource.MANUAL for signal in incident.signals):
        return asked
    if incident.diagnosis is None or incident.status in UNDECIDED:
        return replace(asked, about=incident.subject)
    return replace(asked, paths=incident.diagnosis.focus.paths)


def focus_of(incident: Incident, snapshot: Snapshot) -> Focus:
    """The part of the estate that an incident asks about.

    One registry or one consumer where the subject leads to exactly one, else everything: a zone or network that
    many share, or a subject that is gone and no longer says what it belonged to.
    """
    consumer = _consumer(incident, snapshot)
    subject = incident.subject
    if subject.key.startswith(BY_HOST):
        registry = snapshot.registry_of_host(subject.name)
        return Focus(registry.id if registry else None, consumer)
    if subject.is_a(REGISTRY):
        return Focus(subject, consumer)
    if consumer is not None:
        return Focus(consumer=consumer)
    tenants = [c.id for c in snapshot.consumers.values() if c.environment == subject]
    if len(tenants) == 1:
        return Focus(consumer=tenants[0])
    endpoint = snapshot.endpoints.get(subject)
    targets = endpoint.targets if endpoint else ()
    return Focus(targets[0].resource) if len(targets) == 1 else Focus()


def _consumer(incident: Incident, snapshot: Snapshot) -> ResourceId | None:
    for rid in (incident.subject, incident.app):
        if rid is not None and rid in snapshot.consumers:
            return rid
    names = {signal.app.casefold() for signal in incident.signals if signal.app}
    if incident.subject.key.startswith(BY_NAME):
        names.add(incident.subject.name.casefold())
    if incident.subject.is_a(WORKSPACE):
        names |= {line.app.casefold() for line in incident.evidence}
    places = {ResourceId(s.environment).name.casefold() for s in incident.signals if s.environment}
    found = [c.id for c in snapshot.consumers.values() if c.id.name.casefold() in names and _lives_in(c, places)]
    return found[0] if len(found) == 1 else None


def _lives_in(consumer: Consumer, places: set[str]) -> bool:
    return not places or consumer.environment is None or consumer.environment.name.casefold() in places


def concerned(diagnosis: Diagnosis) -> tuple[ResourceId, ...]:
    """The registries that a diagnosis is about: the one asked for, those of paths that are not ok, those it changes."""
    found = {path.registry for path in diagnosis.paths if path.registry and path.verdict is not Verdict.OK}
    if diagnosis.focus.registry is not None:
        found.add(diagnosis.focus.registry)
    found.update(rid for change in diagnosis.plan.changes for rid in touched(change) if rid.is_a(REGISTRY))
    found.update(top(f.target) for f in diagnosis.findings if top(f.target).is_a(REGISTRY))
    return tuple(sorted(found))


def approvers_of(registries: Iterable[ResourceId], desired: DesiredState) -> tuple[Approvers, ...]:
    """Who may decide, for each registry; for a plan that names none, the approvers of every entry of the document."""
    named = tuple(desired.intent_for(registry).approvers for registry in registries)
    return named or tuple(intent.approvers for intent in desired.registries)


def root_label(incident: Incident) -> str:
    """What incidents with the same root share; "" where nothing was found, or it is joined to another one."""
    findings = incident.diagnosis.findings if incident.diagnosis else ()
    return label_of(writer_root(incident) or root_of(findings[0])) if findings and incident.joined_to is None else ""


def lease_names(incident: Incident) -> tuple[str, ...]:
    """What nobody else may write to meanwhile: the incident, and what its plan touches."""
    changes = incident.diagnosis.plan.changes if incident.diagnosis else ()
    locked = {rid.key for change in changes for rid in touched(change) if rid.type.lower() in LOCKED_TYPES}
    return tuple(sorted({f"incident:{incident.id}", *locked}))


def lets_in(incident: Incident) -> bool:
    """Whether it is an opening that is being made, stands, or is being closed."""
    return incident.opening is not None and incident.status in (Status.APPLYING, Status.APPLIED, Status.UNDOING)

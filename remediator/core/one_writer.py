"""Has one writer made many registries drift? Then it is one incident: a policy that reopened sixty is one cause.

`flow/wider` asks with the estate's drifts and the activity log, `subject` and `flow/joining` for the root. Only posture
drifts are taken together here: a broken path has its root in `root`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from remediator.core.actor import ActorKind
from remediator.core.azure_write import AzureWrite
from remediator.core.caused_by import Own
from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.root import Root

REGISTRY = "Microsoft.ContainerRegistry/registries"
# An account that is no policy does many things in a day: what it wrote within an hour is taken for one act.
ONE_ACT = timedelta(hours=1)


def only_drifts(found: Diagnosis) -> bool:
    """Whether no pull is broken, a registry differs from what is declared, and a plan would take that back."""
    broken = any(finding.severity is Severity.BROKEN for finding in found.findings)
    return bool(found.plan) and not broken and any(_drift(finding) for finding in found.findings)


def writer_root(incident: Incident) -> Root | None:
    """The account that made the incident's registries drift; None where nobody is known or it is about more."""
    cause = incident.caused_by
    if cause is None or cause.actor.key is None or incident.diagnosis is None or not only_drifts(incident.diagnosis):
        return None
    return ("writer", cause.actor.key)


def one_act(one: AzureWrite, other: AzureWrite) -> bool:
    """Whether two writes of one account belong together: always for a policy, which writes for hours."""
    same = one.actor.key is not None and one.actor.key == other.actor.key
    return same and (one.actor.kind is ActorKind.POLICY or abs(one.at - other.at) <= ONE_ACT)


def drifted_besides(found: Diagnosis, drifts: Iterable[Finding]) -> tuple[ResourceId, ...]:
    """The registries that differ from what is declared and could be mended, and are not in the diagnosis."""
    known = {finding.target for finding in found.findings}
    return tuple(dict.fromkeys(f.target for f in drifts if _drift(f) and f.target not in known))


def written_by_the_same(
    cause: AzureWrite, registries: Sequence[ResourceId], writes: Iterable[AzureWrite], own: Own
) -> tuple[ResourceId, ...]:
    """Those of the registries whose last write, other than ours, is of the same act as `cause`."""
    last: dict[ResourceId, AzureWrite] = {}
    for write in sorted(writes, key=lambda write: write.at):
        if write.resource in registries and not own.made(write):
            last[write.resource] = write
    return tuple(rid for rid in registries if rid in last and one_act(last[rid], cause))


def _drift(finding: Finding) -> bool:
    return finding.severity is Severity.DRIFT and finding.target.is_a(REGISTRY) and bool(finding.remedy)

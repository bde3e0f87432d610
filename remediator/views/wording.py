"""Which words does a person read? Cards, mails, pages and the terminal only lay these out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from remediator.core.blast import Touched
from remediator.core.change import Change, ChangeKind
from remediator.core.desired import Decision, Way
from remediator.core.diagnosis import Diagnosis
from remediator.core.foresight import Foresight
from remediator.core.incident import Incident, Status
from remediator.core.policy import Ruling
from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.core.resource_id import ResourceId
from remediator.core.signal import SignalSource
from remediator.core.verification import Proof, Verification, spoken
from remediator.core.words import counted
from remediator.views.plain import plain, without_addresses

STATUSES: dict[Status, str] = {
    Status.OPEN: "being looked at",
    Status.PLANNED: "a plan is ready",
    Status.AWAITING_APPROVAL: "waiting for approval",
    Status.APPROVED: "approved, about to start",
    Status.AWAITING_MERGE: "waiting for the pull request to be merged",
    Status.APPLYING: "changes are being made",
    Status.APPLIED: "changes are made, being checked",
    Status.UNDOING: "changes are being undone",
    Status.NO_DRIFT: "nothing to do",
    Status.REPORTED: "reported, a person has to act",
    Status.JOINED: "joined to another incident with the same cause",
    Status.RESOLVED: "resolved",
    Status.ROLLED_BACK: "undone, the estate is as it was",
    Status.FORBIDDEN: "forbidden by the policy",
    Status.REJECTED: "rejected by a person",
    Status.EXPIRED: "nobody answered in time",
    Status.NEEDS_HUMAN: "needs a person",
}
RULES: dict[str, str] = {
    "registry-sku": "The registry's tier allows no private endpoint",
    "public-network-access": "Public access differs from the desired state, or is off where it is needed",
    "default-action": "The firewall's default differs from the desired state, or keeps the app out",
    "ip-rules": "The firewall's address rules differ from the desired state, or keep the app out",
    "trusted-services": "The trusted-services switch differs from the desired state",
    "private-endpoint": "No private endpoint that the app can reach",
    "endpoint-connection": "The endpoint's connection is not approved",
    "endpoint-subnet": "No subnet can take a private endpoint",
    "dns-zone": "No private DNS zone that the app's resolver sees",
    "vnet-link": "The private DNS zone is not linked to the network whose resolver counts",
    "dns-record": "A DNS record is missing or wrong",
    "dns-zone-group": "DNS records are kept by hand",
    "competing-zone": "The network links another zone of the same name",
    "shared-record": "Two endpoints write the same DNS record",
    "shadowed-registry": "A linked zone hides other registries",
    "custom-dns": "The network asks its own DNS servers",
    "peering": "The networks are not peered properly",
    "route": "A route takes the traffic elsewhere",
    "network-security": "A security group drops the traffic",
    "environment-network": "The environment has no network of its own",
    "pull-credential": "The app may not sign in to the registry",
    "image-reference": "The image reference is wrong, or the image is not there",
}
HOPS: dict[HopName, str] = {
    HopName.ENVIRONMENT: "environment",
    HopName.CREDENTIAL: "credential",
    HopName.ENDPOINT: "endpoint",
    HopName.RESOLVER: "resolver",
    HopName.ZONE: "DNS zone",
    HopName.RECORD: "DNS record",
    HopName.ROUTE: "route",
    HopName.FIREWALL: "firewall",
    HopName.IMAGE: "image",
}
MARKS: dict[Verdict, str] = {Verdict.OK: "✓", Verdict.BROKEN: "✗", Verdict.UNKNOWN: "?"}
PROOFS: dict[Proof, str] = {
    Proof.MODEL: "judged on the configuration alone",
    Proof.PROBE: "seen by a probe from inside the environment",
    Proof.PULL: "seen by a pull that worked",
}
# What a yes covers beside the changes themselves; said with the question, wherever it is asked.
COVERS = (
    "A yes covers the way back: if a pull that works now has stopped working afterwards, the program takes its own "
    "changes back by itself, the last one first.",
    "Afterwards the paths are looked at again; where the desired state names a probe, its job is started for that.",
)
NOTHING_FORESEEN = Foresight()
_BY_WAY: dict[Way, str] = {
    Way.DIRECT: "",
    Way.BOTH: ", now and by pull request",
    Way.PULL_REQUEST: ", by pull request",
    Way.INTENDED: ", as the new desired state",
    Way.REPORT: ", it is only reported",
}
_MOST_NAMED = 6
_MOST_PATHS = 12
_SOURCES = {
    SignalSource.EVENT_GRID: "a change that Event Grid reported",
    SignalSource.ALERT: "an alert of Azure Monitor",
    SignalSource.MANUAL: "a request by hand",
    SignalSource.SWEEP: "the regular sweep",
}
_KINDS = {
    "microsoft.app/containerapps": "container app",
    "microsoft.app/jobs": "container apps job",
    "microsoft.containerregistry/registries": "registry",
    "microsoft.network/virtualnetworks": "network",
    "microsoft.network/privatednszones": "private DNS zone",
    "microsoft.network/privateendpoints": "private endpoint",
    "microsoft.network/networksecuritygroups": "security group",
    "microsoft.network/routetables": "route table",
    "microsoft.app/managedenvironments": "environment",
    "microsoft.operationalinsights/workspaces": "log workspace",
}


def kind_of(rid: ResourceId) -> str:
    """What a resource is, in plain words; the last part of its type for one that is not often named."""
    return _KINDS.get(rid.type.lower()) or plain(rid.type.rsplit("/", 1)[-1], 60) or "resource"


def place_of(rid: ResourceId) -> str:
    """`container app in rg-app`."""
    group = plain(rid.resource_group, 90)
    return f"{kind_of(rid)} in {group}" if group else kind_of(rid)


def levels(verification: Verification) -> str:
    """`levels heard: model, probe; not heard: pull`."""
    return f"levels {spoken(verification.spoke)}"


def path_title(path: PullPath) -> str:
    """`orders → contosoimages.azurecr.io`."""
    return f"{plain(path.consumer.name, 80)} → {plain(path.host, 120)}"


def path_verdict(path: PullPath) -> str:
    """`orders cannot pull from contosoimages.azurecr.io`."""
    verbs = {
        Verdict.OK: "can pull",
        Verdict.BROKEN: "cannot pull",
        Verdict.UNKNOWN: "may or may not be able to pull",
    }
    return f"{plain(path.consumer.name, 80)} {verbs[path.verdict]} from {plain(path.host, 120)}"


def path_sentence(path: PullPath) -> str:
    """The verdict with the reason that the deciding hop gives."""
    hop = path.deciding
    return f"{path_verdict(path)}: {plain(hop.detail)}" if hop else path_verdict(path)


def path_end(path: PullPath) -> str:
    """The verdict with the place where the way ends; the hop itself says why."""
    hop = path.deciding
    if hop is None:
        return path_verdict(path)
    label = HOPS[hop.name]
    ends = f"the way ends at the {label}" if hop.verdict is Verdict.BROKEN else f"the {label} is not known"
    return f"{path_verdict(path)}: {ends}"


def rule_title(rule: str) -> str:
    """What a rule says, in a few words."""
    return RULES.get(rule, plain(rule, 60))


def headline(diagnosis: Diagnosis | None) -> str:
    """One sentence for the top of a page: the decisive broken path, or the first finding, or that all is well."""
    if diagnosis is None:
        return "Nobody has looked yet"
    for verdict in (Verdict.BROKEN, Verdict.UNKNOWN):
        paths = [path for path in diagnosis.paths if path.verdict is verdict]
        if paths:
            more = f" ({len(paths) - 1} more like it)" if len(paths) > 1 else ""
            return path_sentence(paths[0]) + more
    if diagnosis.findings:
        return plain(diagnosis.findings[0].summary)
    return "Every pull path that is known works, and nothing differs from the desired state"


def incident_headline(incident: Incident) -> str:
    """`headline`, which for a resolved incident tells what was found and not what is."""
    found = headline(incident.diagnosis)
    return f"Resolved. What was found: {found}" if incident.status is Status.RESOLVED else found


def decisive_path(diagnosis: Diagnosis | None) -> PullPath | None:
    """The path whose picture is worth showing: the first broken one, else the first unknown one, else the first."""
    if diagnosis is None or not diagnosis.paths:
        return None
    order = (Verdict.BROKEN, Verdict.UNKNOWN, Verdict.OK)
    return min(diagnosis.paths, key=lambda path: order.index(path.verdict))


def incident_title(incident: Incident) -> str:
    """`Registry contosoimages: waiting for approval`."""
    kind = kind_of(incident.subject)
    return f"{kind[:1].upper()}{kind[1:]} {plain(incident.subject.name, 80)}: {STATUSES[incident.status]}"


def asked_by(incident: Incident) -> str:
    """What or who started the incident; a person only by the id under which the journal knows them."""
    source = _SOURCES[incident.signals[0].source] if incident.signals else "nobody that is known"
    return f"{source} (by {without_addresses(incident.requester, 80)})" if incident.requester else source


def ruling_sentence(ruling: Ruling | None) -> str:
    """The policy's answer in one sentence."""
    if ruling is None:
        return "the policy was not asked: there is nothing to change"
    reasons = "; ".join(plain(reason, 200) for reason in ruling.reasons)
    match ruling.decision:
        case Decision.AUTO:
            words = "it may be applied without asking"
        case Decision.ASK:
            people = "one person has" if ruling.approvals <= 1 else f"{ruling.approvals} people have"
            words = f"{people} to approve it"
        case Decision.FORBID:
            words = "it may not be applied"
    return f"{words}{_BY_WAY[ruling.way]}" + (f" ({reasons})" if reasons else "")


def testimony_sentence(diagnosis: Diagnosis | None) -> str:
    """What an error text is worth beside the estate, "" where there was none; a hop's own words are not repeated."""
    found = diagnosis.testimony if diagnosis else None
    if diagnosis is None or found is None:
        return ""
    words = found.why
    for hop in (path.deciding for path in diagnosis.paths):
        words = words.removesuffix(f": {hop.detail}") if hop else words
    return f"{plain(words, 600)} ({found.cause}, confidence {found.confidence})"


def foresight_lines(foresight: Foresight, width: int = 100) -> tuple[str, ...]:
    """What the plan would mend, break and leave, and whom it touches, each from a line of its own; lists are cut."""
    lines = _paths("✓ mends ", foresight.mended) + _paths("✗ breaks", foresight.broken)
    rest = "every other known path stays" if lines else "every known path stays"
    lines.append(f"= {rest} as it is ({foresight.unchanged})")
    touched = touched_words(foresight.touched)
    lines += [f"· within reach: {touched}"] if touched else []
    return tuple(
        part
        for line in lines
        for part in textwrap.wrap(line, max(40, width), subsequent_indent="  ", break_on_hyphens=False)
    )


def touched_words(touched: Touched) -> str:
    """`2 apps (catalog, orders), 1 network (vnet-spoke)`; "" where nobody is within reach of a plan."""
    jobs = [rid for rid in touched.consumers if kind_of(rid) == _KINDS["microsoft.app/jobs"]]
    apps = [rid for rid in touched.consumers if rid not in jobs]
    groups = (("app", apps), ("job", jobs), ("network", touched.networks))
    return ", ".join(f"{counted(len(ids), noun)} ({names_of(ids)})" for noun, ids in groups if ids)


def names_of(ids: Sequence[ResourceId]) -> str:
    """`catalog, orders and 34 more`."""
    names = ", ".join(plain(rid.name, 80) for rid in ids[:_MOST_NAMED])
    return names if len(ids) <= _MOST_NAMED else f"{names} and {len(ids) - _MOST_NAMED} more"


def _paths(verb: str, paths: Sequence[PullPath]) -> list[str]:
    lines = [f"{verb} {path_title(path)}" for path in paths[:_MOST_PATHS]]
    rest = len(paths) - len(lines)
    return [*lines, f"{verb} {rest} more"] if rest else lines


def undo_sentence(change: Change) -> str:
    """How the program would take one change back."""
    name = plain(change.target.name, 80)
    match change.kind:
        case ChangeKind.UPGRADE_SKU:
            return f"{name}: stays upgraded; the program never downgrades a registry"
        case ChangeKind.APPROVE_CONNECTION:
            return f"{name}: the connection is rejected"
        case ChangeKind.DELETE_ENDPOINT:
            return f"{name}: stays deleted; its connection was cut off for good"
    if change.only_synchronises:
        return f"{name}: stays synchronised; the other side's addresses are what they are"
    if change.creates:
        return f"{'zone group' if change.kind is ChangeKind.CREATE_ZONE_GROUP else name}: deleted again"
    if change.deletes:
        return f"{name}: created again as it was"
    return f"{name}: the old values are put back"


def undo_sentences(changes: Iterable[Change]) -> tuple[str, ...]:
    """The way back, in the order in which it would be gone: the last change first."""
    return tuple(undo_sentence(change) for change in reversed(tuple(changes)))

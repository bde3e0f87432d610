"""What is at the root of a broken path, and which other paths does it break?

`diagnose` asks for an incident: one zone that lost its link breaks every registry behind it, and one plan mends them
all. `flow.joining` asks whether two incidents are about the same. A root is a rule and what is wrong, as text; it is
coarser than a finding's key where one loss shows as many findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from remediator.core.cloud import private_zone_of
from remediator.core.finding import Finding, Severity
from remediator.core.resource_id import ResourceId
from remediator.core.touching import top, touched
from remediator.core.walk import Walked

Root = tuple[str, str]
PathKey = tuple[str, str]
ZONE = "Microsoft.Network/privateDnsZones"


def root_of(finding: Finding) -> Root:
    """The root: a zone whose records are gone is one, and so is a zone that is nowhere to be linked, by its name.

    Anything else is the finding's own key.
    """
    match finding.rule:
        case "dns-record":
            return (finding.rule, top(finding.target).key)
        case "dns-zone":
            hosts = (host for _, host in finding.paths)
            return (finding.rule, next((zone for host in hosts if (zone := private_zone_of(host))), finding.target.key))
        case _:
            return finding.key


def shared_paths(
    asked: Sequence[Walked], walked: Iterable[Walked], about: ResourceId, *, everything: bool
) -> frozenset[PathKey]:
    """The broken paths that share the root of what was asked about; empty where it has none, or all are asked about.

    `about` is an incident's subject. Where `everything` was asked, the roots are those of findings about the subject:
    a zone's event does not lead to what else is broken in the estate.
    """
    broken = [one.finding for one in asked if one.finding is not None and one.finding.severity is Severity.BROKEN]
    roots = {root_of(f) for f in (_concerning(broken, about) if everything else broken[:1])}
    found = frozenset(w.path.key for w in walked if w.finding is not None and root_of(w.finding) in roots)
    return found if everything or found - {one.path.key for one in asked} else frozenset()


def _concerning(findings: Iterable[Finding], subject: ResourceId) -> list[Finding]:
    zone = subject.name.lower() if subject.is_a(ZONE) else None
    return [f for f in findings if top(f.target) == subject or root_of(f)[1] == zone or subject in _touched(f)]


def _touched(finding: Finding) -> set[ResourceId]:
    """The resources of their own that a finding's ways would write to or name."""
    ways = (finding.remedy, *finding.alternatives)
    return {rid for way in ways for change in way for rid in touched(change)}


def label_of(root: Root) -> str:
    """A short text that stands for a root where many are found by it."""
    return hashlib.sha256("\n".join(root).encode("utf-8", "surrogatepass")).hexdigest()[:32]

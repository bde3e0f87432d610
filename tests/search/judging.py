"""Is a diagnosis right about one fault? The one who made the fault knows what must be said, the sandbox what pulls."""

from __future__ import annotations

from collections.abc import Iterator

from remediator.core.diagnosis import Diagnosis
from remediator.core.finding import Finding
from remediator.core.pull_path import Verdict
from remediator.sandbox.azure import Azure
from tests.search.comparing import Compared, compare
from tests.search.fault import Made
from tests.search.land import Land


def complaints(land: Land, fault: Made, diagnosis: Diagnosis, azure: Azure) -> list[str]:
    """What is wrong with the diagnosis, one sentence each; none when it is right."""
    return [*_findings(land, fault, diagnosis), *_paths(land, fault, compare(azure, diagnosis))]


def told(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.severity} {finding.rule} at {finding.target.text}: {finding.summary}"


def said(diagnosis: Diagnosis) -> tuple[object, ...]:
    """What a diagnosis comes to: the plan's digest, the findings and the verdicts."""
    verdicts = [(path.key, path.verdict) for path in diagnosis.paths]
    return diagnosis.plan.digest, [finding.key for finding in diagnosis.findings], verdicts


def _findings(land: Land, fault: Made, diagnosis: Diagnosis) -> Iterator[str]:
    blamed = {(rule, target.lower()) for rule in fault.rules for target in fault.targets}
    also = {(rule, target.lower()) for rule, target in fault.also}
    first = diagnosis.findings[0] if diagnosis.findings else None
    if fault.rules and first is None and not fault.silent:
        yield "nothing was found"
    if first is not None and first.key not in blamed:
        yield f"the first finding is {told(first)}"
    for finding in diagnosis.findings[1:]:
        if finding.key not in blamed | also and not _old_rejection(finding):
            yield f"this is healthy: {told(finding)}"


def _old_rejection(finding: Finding) -> bool:
    """The noise `old_endpoint_rejected` is worth a word once the registry's good connections are gone."""
    return finding.rule == "endpoint-connection" and finding.target.name == "pe-rejected.0"


def _paths(land: Land, fault: Made, compared: list[Compared]) -> Iterator[str]:
    hit = {pull.key for pull in fault.pulls}
    for one in compared:
        wanted = fault.verdict if one.path.key in hit else Verdict.OK
        if one.path.key in {pull.key for pull in fault.doubtful}:
            if one.path.verdict is Verdict.OK or one.attempt.ok:
                yield f"should not be ok: {one}"
        elif one.path.verdict is not wanted:
            yield f"should be {wanted}: {one}"
        elif not one.agree:
            yield f"no agreement: {one}"
    missing = {pull.key for pull in land.pulls} - {one.path.key for one in compared}
    for key in sorted(missing):
        yield f"there is no path {key}"

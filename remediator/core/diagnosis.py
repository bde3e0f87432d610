"""diagnose(desired, snapshot): one function, used to plan, to detect staleness and to verify."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.finding import Finding
from remediator.core.foresight import Foresight
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class Focus:
    """What was asked about: one registry, one consumer, or (both None) everything."""

    registry: ResourceId | None = None
    consumer: ResourceId | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer: findings (most decisive first), the pull paths, the plan, what it would do, and the ruling."""

    focus: Focus
    findings: tuple[Finding, ...]
    paths: tuple[PullPath, ...]
    plan: Plan
    foresight: Foresight
    ruling: Ruling | None

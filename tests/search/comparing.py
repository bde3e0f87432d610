"""What a diagnosis says of each pull path, set against what the sandbox's own pull gets."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from remediator.core.diagnosis import Diagnosis
from remediator.core.pull_path import HopName, PullPath, Verdict
from remediator.sandbox.azure import Azure
from remediator.sandbox.network import Network
from remediator.sandbox.pulling import PullAttempt
from tests.search.land import PathKey


@dataclass(frozen=True)
class Compared:
    """One path: the model's verdict and hop, and the sandbox's attempt."""

    path: PullPath
    attempt: PullAttempt

    @property
    def agree(self) -> bool:
        """Ok pulls, broken does not, unknown claims nothing."""
        verdict = self.path.verdict
        if verdict is Verdict.BROKEN and self.attempt.ok:
            return self.of_another_replica
        return verdict is Verdict.UNKNOWN or (verdict is Verdict.OK) == self.attempt.ok

    @property
    def of_another_replica(self) -> bool:
        """Whether only a data name is wrong that this pull never met: which replica serves is not ours to say.

        The sandbox takes the one in the environment's region; Traffic Manager may take another (azure-facts 1.4).
        """
        hop = self.path.deciding
        name = hop.detail.split()[0] if hop and hop.name is HopName.RECORD else ""
        return ".data." in name and not any(name in step for step in self.attempt.steps)

    def __str__(self) -> str:
        hop = self.path.deciding
        said = f"{self.path.verdict} at {hop.name} ({hop.rule}: {hop.detail})" if hop else "ok"
        name = f"{self.path.consumer.name} → {self.path.host}"
        return f"{name}: model {said}; sandbox {self.attempt.stage}: {'; '.join(self.attempt.steps)}"


def pull(azure: Azure, consumer: str, host: str) -> PullAttempt:
    """What a consumer's pull of its images from one host gets."""
    body = azure.resource(consumer)
    assert body is not None, consumer
    alone = copy.deepcopy(body)
    template = alone["properties"]["template"]
    for key in ("containers", "initContainers"):
        rows = template.get(key) or []
        template[key] = [row for row in rows if row["image"].partition("/")[0].lower() == host]
    azure.put(alone)
    try:
        return Network(azure).pull_app(consumer)
    finally:
        azure.put(body)


def pulls(azure: Azure, keys: list[PathKey]) -> dict[PathKey, bool]:
    """Whether each path's images arrive."""
    return {key: pull(azure, *key).ok for key in keys}


def compare(azure: Azure, diagnosis: Diagnosis) -> list[Compared]:
    """Every path of a diagnosis that names a host, beside the sandbox's pull."""
    named = [path for path in diagnosis.paths if path.host]
    return [Compared(path, pull(azure, path.consumer.text, path.host)) for path in named]


def disagreements(azure: Azure, diagnosis: Diagnosis) -> list[str]:
    """In words, where the two do not agree."""
    return [str(one) for one in compare(azure, diagnosis) if not one.agree]

"""What is in a capsule, and what counts as the same diagnosis? Rules and changes, each with its target.

Capsules are made by `cli/capsule` and opened by `bootstrap/capsules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId

SCHEMA = 1
_PARTS = ("cloud", "estate", "signals", "incident", "diagnosis")


@dataclass(frozen=True, slots=True)
class Judged:
    """What is compared: each finding's rule and target in their order, and each change's kind and target in theirs.

    Of what a plan would create the name is made up from other names, so that only its type and its place count.
    """

    findings: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str], ...]

    @classmethod
    def of_document(cls, told: Mapping[str, Any]) -> Judged:
        """What a capsule says that was found."""
        return cls(
            tuple((str(one["rule"]), ResourceId(str(one["target"])).key) for one in told["findings"]),
            tuple(
                (str(one["kind"]), _target(str(one["kind"]), ResourceId(str(one["target"])))) for one in told["plan"]
            ),
        )

    @property
    def rules(self) -> list[str]:
        """The rules, each once."""
        return list(dict.fromkeys(rule for rule, _ in self.findings))

    @property
    def plan(self) -> tuple[str, ...]:
        """The kinds of the changes, in their order."""
        return tuple(kind for kind, _ in self.changes)


def judged(found: Diagnosis) -> Judged:
    """What is compared of a diagnosis."""
    return Judged(
        tuple((one.rule, one.target.key) for one in found.findings),
        tuple((one.kind.value, _target(one.kind.value, one.target)) for one in found.plan.changes),
    )


def _target(kind: str, target: ResourceId) -> str:
    if not kind.startswith("create-"):
        return target.key
    return f"{target.subscription}/{target.resource_group}/{target.type}".lower()


def check_capsule(document: object) -> Mapping[str, Any]:
    """The document, where it is a capsule of this version; `Rejected("bad-capsule")`."""
    if not isinstance(document, Mapping) or document.get("kind") != "capsule":
        raise bad_capsule('it has no "kind": "capsule"')
    if document.get("schema") != SCHEMA:
        raise bad_capsule(f"its schema is {document.get('schema')!r:.40}, not {SCHEMA}")
    missing = [name for name in _PARTS if name not in document]
    if missing:
        raise bad_capsule(f"it lacks {', '.join(missing)}")
    return document


def bad_capsule(why: str) -> Rejected:
    """This is no capsule that can be opened."""
    return Rejected(
        "bad-capsule",
        f"opening a capsule: {why}",
        hint="a capsule is what `remediator incidents export ID` writes; one of a newer version needs that version",
    )

"""What is in a plan file? The plan as a document, with what was asked about, so that `apply` can ask again.

The digest is what counts: a plan file is a wish, and what is applied is always a fresh plan of the same digest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remediator.cli import read
from remediator.core.cloud import Cloud
from remediator.core.diagnosis import Diagnosis
from remediator.core.errors import Rejected
from remediator.core.resource_id import ResourceId, parse_resource_id
from remediator.views.document import diagnosis_document

SCHEMA = 1
KIND = "remediator-plan"


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What `apply` needs of a plan file."""

    digest: str
    registry: ResourceId | None
    app: ResourceId | None

    @property
    def subject(self) -> ResourceId:
        """What the incident will be about."""
        subject = self.registry or self.app
        if subject is None:
            raise _bad("it is about no registry and no app", "save it again with --registry or --app")
        return subject


def plan_file(found: Diagnosis, cloud: Cloud) -> dict[str, Any]:
    """The document of a plan; `plan` is null when there is nothing to change."""
    whole = diagnosis_document(found)
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "cloud": cloud.name,
        "digest": found.plan.digest if found.plan else None,
        "registry": found.focus.registry.text if found.focus.registry else None,
        "app": found.focus.consumer.text if found.focus.consumer else None,
        "plan": whole["plan"],
        "foresight": whole["foresight"],
        "ruling": whole["ruling"],
    }


def load_plan(path: Path) -> SavedPlan:
    """A plan file; `Rejected("bad-plan-file")`."""
    document = read.json_of(path, "plan file")
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or document.get("kind") != KIND:
        raise _bad(f"{path} is not a plan file of schema {SCHEMA}", "remediator plan --out FILE writes one")
    digest = document.get("digest")
    if not isinstance(digest, str) or not digest:
        raise _bad(f"{path} has nothing to apply", "diagnose again: the plan was empty")
    return SavedPlan(digest, _id(document, "registry"), _id(document, "app"))


def _id(document: dict[str, Any], key: str) -> ResourceId | None:
    value = document.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _bad(f"{key} is not a resource id", "remediator plan --out FILE writes a right one")
    return parse_resource_id(value)


def _bad(why: str, hint: str) -> Rejected:
    return Rejected("bad-plan-file", f"reading the plan: {why}", hint=hint)

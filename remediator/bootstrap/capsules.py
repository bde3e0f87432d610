"""What does an incident's diagnosis say on an estate document, without Azure and without a store? For capsules.

`cli/capsule` makes capsules with it and `cli/replay` opens them. A desired state is a plain mapping here, as YAML or
JSON has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from remediator.bootstrap.memory import collect_seldom
from remediator.codec import decode_signal
from remediator.core.capsule import Judged, bad_capsule, check_capsule
from remediator.core.desired import DesiredState
from remediator.core.diagnosis import Diagnosis, diagnose
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.incident import Incident
from remediator.core.resource_id import ResourceId
from remediator.core.walk import all_paths
from remediator.flow.diagnose import look


@dataclass(frozen=True, slots=True)
class _Declared:
    """`ports.DesiredStates` with one answer."""

    desired: DesiredState

    def load(self) -> DesiredState:
        """As `ports.DesiredStates.load`."""
        return self.desired


def declared_mapping(path: Path | None) -> dict[str, Any] | None:
    """A desired-state document as plain values, None without one; `Rejected` where it is not a mapping."""
    if path is None:
        return None
    from ruamel.yaml import YAML

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Rejected("file-unreadable", f"reading the desired state {path}: {error}") from error
    if not isinstance(found, Mapping):
        raise Rejected("bad-desired-state", f"reading the desired state {path}: it is not a mapping")
    return dict(found)


def desired_from(declared: Mapping[str, Any] | None) -> DesiredState:
    """The desired state that such a mapping declares; the defaults without one."""
    if declared is None:
        return DesiredState()
    from remediator.adapters.local.desired_yaml import parse_desired

    return parse_desired(json.dumps(declared), "the capsule")  # JSON is YAML


def diagnosed(incident: Incident, estate: Mapping[str, Any], desired: DesiredState) -> Diagnosis:
    """What the flow would find for the incident on this estate; `Rejected("bad-estate")`."""
    from remediator.adapters.estate.estate_file import EstateObserver

    collect_seldom()
    seen = look(
        incident,
        observer=EstateObserver(estate),
        desired_states=_Declared(desired),
        diagnose=diagnose,
        walk=all_paths,
    )
    return seen.diagnosis


@dataclass(frozen=True, slots=True)
class Capsule:
    """An opened capsule."""

    incident: Incident
    estate: Mapping[str, Any]
    desired: DesiredState
    told: Judged

    def diagnose(self, desired: DesiredState | None = None) -> Diagnosis:
        """What is found on the capsule's estate, with its desired state or another one."""
        return diagnosed(self.incident, self.estate, desired or self.desired)


def opened(document: object) -> Capsule:
    """A capsule from its parsed document; `Rejected("bad-capsule" | "bad-estate" | "bad-desired-state")`."""
    known = check_capsule(document)
    try:
        facts = known["incident"]
        incident = Incident(
            str(facts["id"]),
            ResourceId(str(facts["subject"])),
            datetime.fromisoformat(facts["opened_at"]),
            app=ResourceId(facts["app"]) if facts.get("app") else None,
            signals=tuple(decode_signal(json.dumps(one).encode()) for one in known["signals"]),
        )
        told = Judged.of_document(known["diagnosis"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise bad_capsule(f"{type(error).__name__}: {error}") from error
    except Misconfigured as error:
        raise bad_capsule(error.message) from error
    return Capsule(incident, known["estate"], desired_from(known.get("desired")), told)


def asked(incident: Incident) -> Incident:
    """The incident as it was when nobody had looked yet: what a capsule is diagnosed for."""
    return Incident(incident.id, incident.subject, incident.opened_at, app=incident.app, signals=incident.signals)

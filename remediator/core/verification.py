"""After the changes: is the path whole, has anything that worked stopped, and how sure are we?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Proof(StrEnum):
    """What the verdict rests on, weakest first."""

    MODEL = "model"
    PROBE = "probe"
    PULL = "pull"


class Outcome(StrEnum):
    """What to do next."""

    RESOLVED = "resolved"
    WAIT = "wait"
    UNDO = "undo"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a prober saw from inside an environment: the addresses of the name, and how the pull ended."""

    consumer: str
    host: str
    addresses: tuple[str, ...]
    private: bool
    pulled: bool
    detail: str
    proof: Proof = Proof.PROBE


@dataclass(frozen=True, slots=True)
class Verification:
    """One look after the changes."""

    at: datetime
    outcome: Outcome
    proof: Proof
    reason: str
    probes: tuple[ProbeResult, ...] = ()
    looks: int = 1

"""How is a pull request worded? The port by which `flow` asks `views` for texts of Markdown, escaped already."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from remediator.core.code_home import CodeHome
from remediator.core.code_request import Purpose
from remediator.core.incident import Incident
from remediator.core.pull_request import Draft


class Closing(StrEnum):
    """Why a request of ours is closed by ourselves."""

    DRIFT_GONE = "drift-gone"
    PLAN_MOVED = "plan-moved"
    SAID_ALREADY = "said-already"
    OTHERWISE = "otherwise"


class RequestWords(Protocol):
    """The texts of a request. The same incident and draft give the same bytes."""

    def title(self, incident: Incident, purpose: Purpose) -> str:
        """One line."""
        ...

    def body(self, incident: Incident, purpose: Purpose, draft: Draft, home: CodeHome) -> str:
        """What a reviewer reads."""
        ...

    def message(self, incident: Incident, purpose: Purpose, message: str) -> str:
        """A commit's message without what may not stand in a repository."""
        ...

    def closing(self, incident: Incident, why: Closing) -> str:
        """The comment with which it is closed."""
        ...

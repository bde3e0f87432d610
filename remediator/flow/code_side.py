"""Who makes pull requests: the hosts, who turns a plan into code, and who words it. Chosen by bootstrap.

`CodeSide` is what the steps around pull requests share; where none was made, nothing can be opened.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from remediator.core.choices import home_for
from remediator.core.code_home import CodeHome
from remediator.core.code_request import Purpose
from remediator.core.desired import DesiredState, Way
from remediator.core.errors import Misconfigured
from remediator.core.incident import Incident
from remediator.core.pull_request import CodeHost, Draft, Drafting, Instruction, Intending, Task, Tree
from remediator.core.request_words import RequestWords


@dataclass(frozen=True, slots=True)
class CodeSide:
    """`host_of` gives the host of a home, `Misconfigured` where this program may not enter it."""

    host_of: Callable[[CodeHome], CodeHost]
    draft: Drafting
    intend: Intending
    words: RequestWords

    def drafted(self, purpose: Purpose, task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
        """The plan in code, or the drift in the desired state."""
        if purpose is not Purpose.INTENDED:
            return self.draft(task, tree, home)
        document = task.desired.home
        if document is None or document.code != home:
            return Instruction("desired-state-moved", "the document names another home, or none, by now")
        return self.intend(task, tree, document)


def reachable(side: CodeSide | None) -> Callable[[CodeHome], object]:
    """What `core.choices` asks of a home: raises where there is nobody to ask."""

    def host_of(home: CodeHome) -> object:
        if side is None:
            raise Misconfigured(
                "pull-request-not-available",
                f"opening a pull request at {home.name}: this program has no code host",
                hint="set the host's token or identity, see docs/pull-requests.md",
            )
        return side.host_of(home)

    return host_of


def check_way(incident: Incident, desired: DesiredState, side: CodeSide | None) -> None:
    """Raises `Misconfigured` where the way that was named needs a pull request that cannot be opened."""
    if incident.opening is None and incident.named_way in (Way.BOTH, Way.PULL_REQUEST):
        reachable(side)(home_for(incident, desired, Purpose.INSTEAD))

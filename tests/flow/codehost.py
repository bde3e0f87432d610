"""A code host in memory, as `core.pull_request.CodeHost` promises it, and a world whose plans become pull requests.

A commit is a number; a branch is a list of files at a commit. People merge and close, as people do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from remediator.core.code_home import CodeHome, CodeHostKind, DocumentHome
from remediator.core.code_request import Purpose
from remediator.core.desired import Approvers, DesiredState, RegistryIntent, Way
from remediator.core.errors import Misconfigured, Stale, Transient
from remediator.core.incident import Incident
from remediator.core.pull_request import (
    BRANCH_PREFIX,
    CommitDraft,
    Draft,
    FileText,
    Instruction,
    Proposal,
    PullRequest,
    RequestState,
    Task,
    Tree,
)
from remediator.core.request_words import Closing
from remediator.flow.code_side import CodeSide

from .world import PEOPLE, World

HOME = CodeHome(CodeHostKind.GITHUB, "contoso/network", max_open=2)
DOCUMENT = DocumentHome(CodeHome(CodeHostKind.GITHUB, "contoso/state", folder="state"), "state/desired.yaml")


@dataclass
class Host:
    """One repository with its requests; `broken` is raised by every call while it is set."""

    files: dict[str, str] = field(default_factory=lambda: {"README.md": "ours\n"})
    head: int = 1
    owners: str | None = None
    requests: list[PullRequest] = field(default_factory=list)
    branches: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    proposals: list[Proposal] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    broken: Exception | None = None
    touched: bool = False

    def read(self, home: CodeHome) -> Tree:
        self._answer()
        return Tree(f"c{self.head}", dict(self.files), self.owners)

    def find(self, home: CodeHome, branch: str) -> PullRequest | None:
        self._answer()
        return next((one for one in reversed(self.requests) if one.branch == branch), None)

    def open_ones(self, home: CodeHome) -> tuple[PullRequest, ...]:
        self._answer()
        ours = [one for one in self.requests if one.branch.startswith(BRANCH_PREFIX)]
        return tuple(one for one in ours if one.state is RequestState.OPEN)

    def propose(self, home: CodeHome, proposal: Proposal) -> PullRequest:
        known = self.find(home, proposal.branch)
        if known is not None and known.state is RequestState.CLOSED and not known.closed_by_us:
            raise Stale("request-closed", "a person closed it")
        if self.touched:
            raise Stale("request-branch-touched", "somebody else committed to this branch")
        assert proposal.base == f"c{self.head}", "a branch stands on the newest commit when it is made"
        files = dict(self.files)
        for commit in proposal.commits:
            for file in commit.files:
                files[file.path] = file.text or ""
        self.branches[proposal.branch] = (proposal.base, files)
        if not self.proposals or self.proposals[-1] != proposal:
            self.proposals.append(proposal)
        if known is None or known.state is RequestState.MERGED:
            number = len(self.requests) + 1
            url = f"https://github.com/contoso/network/pull/{number}"
            self.requests.append(PullRequest(number, url, proposal.branch, head=proposal.base))
        elif known.state is RequestState.CLOSED:
            self._set(replace(known, state=RequestState.OPEN, closed_by_us=False))
        found = self.find(home, proposal.branch)
        assert found is not None
        return found

    def close(self, home: CodeHome, request: PullRequest, comment: str) -> PullRequest:
        known = self.find(home, request.branch)
        assert known is not None
        if known.state is not RequestState.OPEN:
            return known
        self.comments.append(comment)
        return self._set(replace(known, state=RequestState.CLOSED, closed_by_us=True))

    def merged(self, number: int = -1) -> None:
        """A person merges a request (the newest one)."""
        request = self.requests[number]
        self.files = dict(self.branches[request.branch][1])
        self.head += 1
        self._set(replace(request, state=RequestState.MERGED))

    def refused(self) -> None:
        """A person closes the newest request."""
        self._set(replace(self.requests[-1], state=RequestState.CLOSED))

    def pushed(self, path: str, text: str) -> None:
        """Somebody else's commit on the home's branch."""
        self.files[path] = text
        self.head += 1

    def _set(self, request: PullRequest) -> PullRequest:
        self.requests = [request if one.number == request.number else one for one in self.requests]
        return request

    def _answer(self) -> None:
        if self.broken is not None:
            raise self.broken


SILENT = Transient("code-host-unavailable", "reading a repository: it answered 502")
UNSET = Misconfigured("code-host-sign-in-refused", "the token is wrong", hint="a new token")


def drafted(task: Task, tree: Tree, home: CodeHome) -> Draft | Instruction:
    """A file with a line for each change; what is in the file already stays."""
    path = f"{home.folder}/main.bicep"
    there = tree.files.get(path, "")
    lines = [f"// {change.summary}\n" for change in task.plan.changes]
    text = there + "".join(line for line in lines if line not in there)
    return Draft((CommitDraft("declare it", (FileText(path, text),)),), ("a note",))


class Words:
    """Texts that name what they were asked for."""

    def title(self, incident: Incident, purpose: Purpose) -> str:
        return f"Mend {incident.subject.name}"

    def body(self, incident: Incident, purpose: Purpose, draft: Draft, home: CodeHome) -> str:
        return f"{purpose.value}: {incident.id}"

    def message(self, incident: Incident, purpose: Purpose, message: str) -> str:
        return f"{message}, in words"

    def closing(self, incident: Incident, why: Closing) -> str:
        return why.value


class CodeWorld(World):
    """A world in which the registry's code has a home; `way` is what its document says."""

    def __init__(
        self, way: Way = Way.PULL_REQUEST, draft: Callable[..., Draft | Instruction] = drafted, **azure: object
    ):
        super().__init__(**azure)
        self.host, self.draft = Host(), draft
        self.code = self._side
        entry = RegistryIntent(approvers=Approvers(notify=PEOPLE[:1]), way=way, code=HOME)
        self.desired.state = DesiredState(declared=True, registries=(entry,), home=DOCUMENT)
        self.azure.ruling = replace(self.azure.ruling, way=way)
        self.flow = self.flow_with(lambda port: port)

    def _side(self, wrap: Callable[[object], object]) -> CodeSide:
        return CodeSide(lambda home: wrap(self.host), lambda *asked: self.draft(*asked), self._intended, Words())

    def _intended(self, task: Task, tree: Tree, document: DocumentHome) -> Draft | Instruction:
        return Draft((CommitDraft("it was intended", (FileText(document.path, "declared\n"),)),))

    def approved(self, **said: object) -> str:
        """A signal, and one person's yes."""
        incident = self.start()
        self.say(**said)
        self.run()
        return incident

    def pipeline(self) -> None:
        """What was merged is written to Azure by somebody else."""
        for change in self.incident.diagnosis.plan.changes:
            self.azure.live[change.target] = change.after

    @property
    def told(self) -> list[str]:
        """The journal in words."""
        return [line.what for line in self.incident.journal]

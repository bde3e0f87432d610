"""What is a pull request of ours: what it should say (`Proposal`), what it is (`PullRequest`), and who makes one.

`Drafting` turns a plan into code and touches nothing; a `CodeHost` makes the branch and the request that a proposal
asks for, or finds that they are there already. When that happens is for `flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from remediator.core.code_home import CodeHome, DocumentHome
from remediator.core.desired import DesiredState
from remediator.core.finding import Finding
from remediator.core.plan import Plan
from remediator.core.snapshot import Snapshot

BRANCH_PREFIX = "remediator/"


class RequestState(StrEnum):
    """What became of a pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as its host knows it. `head` is the commit of its branch, `url` the page for people."""

    number: int
    url: str
    branch: str
    state: RequestState = RequestState.OPEN
    head: str = ""
    closed_by_us: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """The text files below a home's folder at one commit of its branch, by path from the repository's root.

    `owners` is the text of CODEOWNERS where there is one and it can be read. `unread` are paths that were left out
    (too large, not text): what is declared there is not known.
    """

    commit: str
    files: Mapping[str, str] = field(default_factory=dict)
    owners: str | None = None
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileText:
    """A file as a commit leaves it; None deletes it."""

    path: str
    text: str | None


@dataclass(frozen=True, slots=True)
class CommitDraft:
    """One commit: its message (a line, or a line, a blank one and more) and the files that it writes."""

    message: str
    files: tuple[FileText, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a plan is in code. `notes` are sentences that a reviewer must know (what was assumed, what is left)."""

    commits: tuple[CommitDraft, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instruction:
    """Why nothing was written into the code, and what a person would write there, as Markdown.

    `code` is permanent and kebab-case, documented in docs/errors.md (`code-not-located`, `code-not-parsed`, …).
    """

    code: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be put into code: a plan, the estate in which it was made, and the desired state that it serves.

    `findings` are what the plan mends, where that matters.
    """

    plan: Plan
    live: Snapshot
    desired: DesiredState
    findings: tuple[Finding, ...] = ()


# Turns a plan into code: pure, the same input gives the same bytes (`codebase.draft`).
Drafting = Callable[[Task, Tree, CodeHome], Draft | Instruction]
# Turns live values that were meant into the desired state (`codebase.desired_edit`); pure as well.
Intending = Callable[[Task, Tree, DocumentHome], Draft | Instruction]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A branch and a pull request as they should be.

    `base` is the commit on which the branch stands. `at` dates the commits, so that the same proposal is the same
    commits. Texts are Markdown, escaped already.
    """

    branch: str
    base: str
    title: str
    body: str
    commits: tuple[CommitDraft, ...]
    at: datetime
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


class CodeHost(Protocol):
    """A place where repositories and pull requests are kept."""

    def read(self, home: CodeHome) -> Tree:
        """The head of the home's branch with the text files below its folder."""
        ...

    def find(self, home: CodeHome, branch: str) -> PullRequest | None:
        """The newest request from this branch into the home's, whatever became of it."""
        ...

    def open_ones(self, home: CodeHome) -> tuple[PullRequest, ...]:
        """Open requests whose branch starts with `BRANCH_PREFIX`."""
        ...

    def propose(self, home: CodeHome, proposal: Proposal) -> PullRequest:
        """Make branch, commits and request what the proposal says; what is right already is not written again.

        `Stale("request-closed")` where a person has closed the request of this branch.
        """
        ...

    def close(self, home: CodeHome, request: PullRequest, comment: str) -> PullRequest:
        """Say why, close it, and delete the branch if it still is what we pushed; harmless when it is closed."""
        ...

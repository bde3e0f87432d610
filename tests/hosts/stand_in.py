"""What the stand-ins of both hosts have in common: pull requests over a git repository, and what people do to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.hosts.git_repository import PERSON, ZERO, GitRepository
from tests.hosts.web_server import WebServer

US = "remediator-of-the-tests"
KIM = "kim"


@dataclass
class Request:
    """A pull request."""

    number: int
    source: str
    target: str
    title: str
    body: str
    state: str = "open"  # open, closed, merged
    head: str = ""
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    reviewed: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    fork: str = ""  # whose fork its branch is in


class CodeHostStandIn(WebServer):
    """A host with one repository. `refused` are branches to which nobody may push, `secrets` what only the
    `Authorization` header may hold."""

    def __init__(self, folder: Path, files: Mapping[str, bytes] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder)
        self.git = GitRepository(folder / "repository.git", files)
        self.requests: list[Request] = []
        self.refused: set[str] = set()
        self.collaborators = {KIM, "sam"}
        self.violations: list[str] = []
        self.pushers: dict[str, str] = {}
        self.now = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

    @property
    def open(self) -> list[Request]:
        """The open requests."""
        return [one for one in self.requests if one.state == "open"]

    def request(self, number: int) -> Request:
        """The request of a number."""
        return self.requests[number - 1]

    def merge(self, number: int, *, delete: bool = True) -> str:
        """A person merges a request; the commit."""
        one = self.request(number)
        made = self.git.merge(one.source, one.target)
        one.state, one.head = "merged", self.git.head(one.source) or one.head
        if delete:
            self.git.set_ref(f"refs/heads/{one.source}", ZERO)
        return made

    def close_by_person(self, number: int) -> None:
        """A person closes a request and leaves its branch."""
        self.request(number).state = "closed"

    def push_by_person(self, branch: str, files: Mapping[str, bytes | None], person: str = PERSON) -> str:
        """A person commits to a branch; the commit."""
        made = self.git.push(branch, files, "A change by hand", person)
        self.moved(f"refs/heads/{branch}", made, KIM)
        return made

    def protect(self, branch: str) -> None:
        """Nobody may push to this branch; merging is another matter."""
        self.refused.add(branch)

    def moved(self, ref: str, new: str, who: str) -> None:
        """A ref has a new commit, or is gone: open requests follow."""
        self.pushers[ref] = who
        branch = ref.removeprefix("refs/heads/")
        for one in self.open:
            if one.source == branch and new != ZERO:
                one.head = new

    def commits_of(self, one: Request) -> Sequence[str]:
        """The commits of a request, oldest first."""
        base = self.git.head(one.target)
        return self.git.between(base, one.head) if base and one.head else ()

    def leaks(self, secrets: Sequence[str]) -> list[str]:
        """Where one of these stands in a request outside of the `Authorization` header."""
        found = []
        for asked in self.asked:
            rest = {name: value for name, value in asked.headers.items() if name != "authorization"}
            text = f"{asked.path}?{asked.query} {rest} {asked.body.decode(errors='replace')}"
            found += [f"{asked.method} {asked.path}" for secret in secrets if secret and secret in text]
        return found

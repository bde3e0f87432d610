"""What does an incident know of its pull request? How far it is, on what it stands, when it is looked at again.

A field of the case file and no status: "apply now and open the pull request" needs both at once. `flow` opens it,
follows it and ends it; what a request says is worded by `views`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from remediator.core.code_home import CodeHome
from remediator.core.pull_request import BRANCH_PREFIX, CommitDraft, Proposal, PullRequest, RequestState

# An open request is looked at once an hour; a webhook or a signal asks for it sooner.
BETWEEN_LOOKS = timedelta(hours=1)
# After the merge the pipeline writes: looked for after 2, 4, 8 … minutes, then once an hour, for a day.
FIRST_WRITES, PATIENCE = timedelta(minutes=2), timedelta(hours=24)
# A host that does not answer is asked again after 1, 2, 4 … minutes, then once an hour.
FIRST_PAUSE = timedelta(minutes=1)
MAX_ATTEMPTS = 48
_ID = re.compile(r"[A-Za-z0-9_-]{1,120}", re.ASCII)


class Purpose(StrEnum):
    """What a request is for: the plan goes this way alone, the code follows what was applied, or a drift was meant."""

    INSTEAD = "instead"
    BESIDE = "beside"
    INTENDED = "intended"


@dataclass(frozen=True, slots=True)
class CodeRequest:
    """A request that is wanted, open, merged or over.

    `digest` is that of the plan that it carries, `at` dates its commits. `made` is the request as it was last seen,
    None until it was opened. `base` is the commit on which it stands, `under` the digest of the files that it writes as
    they were there, `proposed` the digest of what it says: it is written again only where one of them differs.
    `attempts` counts failures in a row, `next_at` is when it is looked at next. `instruction` is what a person would
    write where nothing could be written. Once it is `over`, nobody looks at it any more.
    """

    purpose: Purpose
    branch: str
    digest: str
    at: datetime
    home: CodeHome | None = None
    made: PullRequest | None = None
    base: str = ""
    under: str = ""
    proposed: str = ""
    merged_at: datetime | None = None
    attempts: int = 0
    next_at: datetime | None = None
    trouble: tuple[str, str] | None = None
    instruction: str = ""
    over: bool = False

    @property
    def url(self) -> str:
        """The page of the request, "" while there is none."""
        return self.made.url if self.made else ""

    @property
    def state(self) -> str:
        """`wanted`, `open`, `merged`, `closed`, `failed` where it could not be opened, or `not-needed`."""
        if self.made is None:
            return "failed" if self.trouble else "not-needed" if self.over else "wanted"
        return RequestState.MERGED.value if self.merged_at else self.made.state.value

    def seen(self, made: PullRequest, next_at: datetime | None) -> CodeRequest:
        """After a look at its host that went well."""
        return replace(self, made=made, next_at=next_at, attempts=0)

    def failed(self, now: datetime, retry_after: float | None) -> CodeRequest:
        """After a host did not answer, or asked for patience."""
        wait = min(FIRST_PAUSE * (1 << min(self.attempts, 10)), BETWEEN_LOOKS)
        wait = max(wait, timedelta(seconds=retry_after or 0))
        return replace(self, attempts=self.attempts + 1, next_at=now + wait)

    def ended(self, trouble: tuple[str, str] | None = None, instruction: str = "") -> CodeRequest:
        """Nothing more is done about it, and why where it came to nothing."""
        told = trouble or self.trouble
        return replace(self, over=True, next_at=None, trouble=told, instruction=instruction or self.instruction)


def next_writes(merged_at: datetime, now: datetime) -> datetime:
    """When to look again whether the pipeline has written: at growing intervals."""
    pause = FIRST_WRITES
    at = merged_at + pause
    while at <= now:
        pause = min(pause * 2, BETWEEN_LOOKS)
        at += pause
    return at


def wanted(earlier: CodeRequest | None, purpose: Purpose, incident: str, digest: str, now: datetime) -> CodeRequest:
    """The request that an incident wants now: the one it has, with another plan, or a new one.

    One that a person has closed stays closed, and one that is merged stays merged: another one has another branch.
    """
    if earlier is not None and not _used_up(earlier):
        if earlier.purpose is purpose and earlier.digest == digest and not earlier.over:
            return earlier
        if (earlier.purpose is Purpose.INTENDED) == (purpose is Purpose.INTENDED):
            return CodeRequest(purpose, earlier.branch, digest, now, made=earlier.made)
    turn = _turn(earlier.branch) + 1 if earlier is not None else 1
    branch = f"{BRANCH_PREFIX}{incident}" + (f".{turn}" if turn > 1 else "")
    return CodeRequest(purpose, branch, digest, now)


def incident_of(branch: str) -> str | None:
    """The incident to which a branch of ours belongs, None for every other branch."""
    name = branch.removeprefix("refs/heads/")
    if not name.startswith(BRANCH_PREFIX):
        return None
    incident, dot, turn = name.removeprefix(BRANCH_PREFIX).partition(".")
    ours = _ID.fullmatch(incident) is not None and (not dot or (turn.isascii() and turn.isdigit()))
    return incident if ours else None


def files_under(commits: Sequence[CommitDraft], files: Mapping[str, str]) -> str:
    """A digest of what stands where the commits write."""
    paths = sorted({file.path for commit in commits for file in commit.files})
    return _digest([[path, files.get(path)] for path in paths])


def said(proposal: Proposal) -> str:
    """A digest of what a proposal says, wherever it stands."""
    commits = [[c.message, [[f.path, f.text] for f in c.files]] for c in proposal.commits]
    return _digest([proposal.title, proposal.body, commits, proposal.labels, proposal.reviewers])


def that_change(commits: Sequence[CommitDraft], files: Mapping[str, str]) -> tuple[CommitDraft, ...]:
    """The commits without those that leave every file as it is."""
    there, kept = dict(files), []
    for commit in commits:
        new = tuple(file for file in commit.files if there.get(file.path) != file.text)
        there.update({file.path: file.text for file in new if file.text is not None})
        for file in new:
            if file.text is None:
                there.pop(file.path, None)
        if new:
            kept.append(replace(commit, files=new))
    return tuple(kept)


def _used_up(request: CodeRequest) -> bool:
    made = request.made
    return made is not None and (made.state is RequestState.MERGED or closed_by_a_person(made))


def closed_by_a_person(made: PullRequest) -> bool:
    """Whether somebody said no to it; what we closed ourselves may be opened again."""
    return made.state is RequestState.CLOSED and not made.closed_by_us


def _turn(branch: str) -> int:
    turn = branch.rpartition(".")[2]
    return int(turn) if turn.isdigit() and "." in branch else 1


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()

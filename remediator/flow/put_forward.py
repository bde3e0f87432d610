"""Make branch and pull request what they should be now. Asked by `open_request`, `await_merge` and `code_follows`.

Everything is read afresh and compared, so that a run that was killed anywhere goes on from what is there: one branch,
one request. It stands on the head of the home's branch, and is moved to a newer one only where somebody has changed a
file that it writes: reviews outlive what does not concern them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from remediator.core.code_home import CodeHome
from remediator.core.code_request import BETWEEN_LOOKS, CodeRequest, files_under, said, that_change
from remediator.core.desired import DesiredState
from remediator.core.errors import Stale, Transient
from remediator.core.incident import Incident
from remediator.core.owners import owners_of
from remediator.core.plan import Plan
from remediator.core.pull_request import CodeHost, Draft, Instruction, Proposal, PullRequest, RequestState, Task, Tree
from remediator.core.request_words import Closing
from remediator.core.snapshot import Snapshot
from remediator.flow.code_side import CodeSide
from remediator.flow.write_guard import refuse_when_stopped
from remediator.ports import Clock, Ids, Leases, Switch

LEASE_SECONDS = 180.0
AT_LIMIT = 600.0


@dataclass(frozen=True, slots=True)
class CodeDesk:
    """What is needed to write at a code host: one process at a time at one home, and none while writes are stopped."""

    side: CodeSide
    leases: Leases
    switch: Switch
    clock: Clock
    ids: Ids

    @contextmanager
    def alone_at(self, home: CodeHome, incident: Incident) -> Iterator[CodeHost]:
        """The host, while nobody else opens or closes at this home; `Transient` when somebody does."""
        refuse_when_stopped(self.switch)
        host = self.side.host_of(home)
        lease = self.leases.take((f"code:{home.name}",), f"{incident.id}/{self.ids.new()}", LEASE_SECONDS)
        if lease is None:
            raise Transient("lease-held", f"incident {incident.id}: another run writes to {home.name}", retry_after=15)
        try:
            yield host
        finally:
            lease.release()

    def close(self, incident: Incident, request: CodeRequest, why: Closing) -> CodeRequest:
        """The request after it was closed with a comment; it is harmless when it is closed already."""
        if request.home is None or request.made is None:
            return request
        with self.alone_at(request.home, incident) as host:
            made = host.close(request.home, request.made, self.side.words.closing(incident, why))
        return replace(request, made=made)


def put_forward(
    incident: Incident,
    request: CodeRequest,
    found: PullRequest | None,
    live: Snapshot,
    desired: DesiredState,
    *,
    desk: CodeDesk,
) -> CodeRequest | Instruction:
    """The request as it stands afterwards; an `Instruction` where nothing could be written.

    `found` is what its host says of it now; where a person closes it meanwhile, it comes back closed.
    `Transient("requests-at-limit")` while too many of ours are open.
    """
    home = request.home
    if home is None:
        raise Stale("plan-missing", f"incident {incident.id}: its pull request has no home")
    tree = desk.side.host_of(home).read(home)
    is_open = found is not None and found.state is RequestState.OPEN
    now = desk.clock.now()
    if found is not None and is_open and request.base == tree.commit:
        return request.seen(found, now + BETWEEN_LOOKS)
    plan = incident.diagnosis.plan if incident.diagnosis else Plan(())
    findings = incident.diagnosis.findings if incident.diagnosis else ()
    drafted = desk.side.drafted(request.purpose, Task(plan, live, desired, findings), tree, home)
    if isinstance(drafted, Instruction):
        return drafted
    words = desk.side.words
    commits = tuple(
        replace(one, message=words.message(incident, request.purpose, one.message))
        for one in that_change(drafted.commits, tree.files)
    )
    if not commits:
        why = "the code says all of this already, and its pipeline has not written it"
        return Instruction("code-says-so-already", why)
    proposal = _proposal(incident, request, replace(drafted, commits=commits), tree, home, desk.side)
    under, says = files_under(commits, tree.files), said(proposal)
    if found is not None and is_open and (under, says) == (request.under, request.proposed):
        return replace(request.seen(found, now + BETWEEN_LOOKS), base=tree.commit)
    with desk.alone_at(home, incident) as host:
        if not is_open:
            _check_room(host, home, request.branch)
        made = _proposed(host, home, proposal)
    stands = replace(request, base=tree.commit, under=under, proposed=says)
    return stands.seen(made, desk.clock.now() + BETWEEN_LOOKS)


def _proposal(
    incident: Incident, request: CodeRequest, draft: Draft, tree: Tree, home: CodeHome, side: CodeSide
) -> Proposal:
    paths = [file.path for commit in draft.commits for file in commit.files]
    return Proposal(
        branch=request.branch,
        base=tree.commit,
        title=side.words.title(incident, request.purpose),
        body=side.words.body(incident, request.purpose, draft, home),
        commits=draft.commits,
        at=request.at,
        labels=home.labels,
        reviewers=tuple(dict.fromkeys((*_owners(tree, home, paths), *home.reviewers))),
    )


def _proposed(host: CodeHost, home: CodeHome, proposal: Proposal) -> PullRequest:
    try:
        return host.propose(home, proposal)
    except Stale as problem:
        closed = host.find(home, proposal.branch) if problem.code == "request-closed" else None
        if closed is None:
            raise
        return closed


def _owners(tree: Tree, home: CodeHome, paths: Sequence[str]) -> tuple[str, ...]:
    return owners_of(tree.owners, paths, home.host) if tree.owners else ()


def _check_room(host: CodeHost, home: CodeHome, branch: str) -> None:
    others = [one for one in host.open_ones(home) if one.branch != branch]
    if len(others) >= home.max_open:
        raise Transient(
            "requests-at-limit",
            f"{len(others)} pull requests of ours are open at {home.name}, and maxOpen allows {home.max_open}",
            retry_after=AT_LIMIT,
            hint="merge or close one of them; it goes on by itself then",
        )

"""What every code host promises (core.pull_request.CodeHost), seen in a real git repository behind a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.core.code_reading import LARGEST
from remediator.core.errors import Misconfigured, Rejected, Stale
from remediator.core.pull_request import CommitDraft, FileText, RequestState
from remediator.core.request_marks import AUTHOR, AUTHOR_MAIL
from tests.hosts.stand_in import Request

from .code_hosts import AT, BRANCH, FILES, HOSTS, Hosted


@pytest.fixture(params=sorted(HOSTS))
def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hosted]:
    """A host; whatever was sent or answered against its documentation fails the test."""
    found = HOSTS[request.param](tmp_path / "host")
    try:
        yield found
        assert found.there.violations == []
    finally:
        found.there.__exit__(None, None, None)


@pytest.fixture(scope="module", params=sorted(HOSTS))
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """A host for tests that leave nothing behind."""
    found = HOSTS[request.param](tmp_path_factory.mktemp("kept") / "host")
    yield found
    found.there.__exit__(None, None, None)


@pytest.fixture
def unchanged(kept: Hosted) -> Iterator[Hosted]:
    """A host on which nothing is written."""
    yield kept
    assert (kept.there.violations, kept.there.requests) == ([], [])
    assert list(kept.there.git.refs()) == ["refs/heads/main"]


def test_the_folder_is_read(unchanged: Hosted) -> None:
    """Texts below the folder are read byte for byte; other folders and kinds are not; CODEOWNERS is."""
    tree = unchanged.host.read(unchanged.home)
    wanted = {path for path in FILES if path.startswith("privatelink/") and path.endswith(".tf")}
    assert {path: text.encode() for path, text in tree.files.items()} == {path: FILES[path] for path in wanted}
    assert (tree.commit, tree.owners) == (unchanged.there.git.head("main"), "/privatelink/ @kim\n")
    assert tree.unread == ()


def test_the_whole_repository_is_read(unchanged: Hosted) -> None:
    """Without a folder every text of the repository is read."""
    tree = unchanged.host.read(replace(unchanged.home, folder=""))
    assert set(tree.files) == {path for path in FILES if path.endswith(".tf")} | {"README.md"}


def test_a_folder_that_is_not_there_is_empty(unchanged: Hosted) -> None:
    """A folder that nobody has made yet has no files."""
    assert unchanged.host.read(replace(unchanged.home, folder="nowhere/at/all")).files == {}


def test_what_has_not_changed_is_not_read_again(hosted: Hosted) -> None:
    """Looking again asks for the files that have changed, and for no other."""
    host = hosted.host
    before = host.read(hosted.home)
    asked = len(hosted.there.asked)
    hosted.there.git.push("main", {"privatelink/old.tf": b"# changed\n"})
    after = host.read(hosted.home)
    blobs = [one for one in hosted.there.asked[asked:] if "/blobs/" in one.path]
    assert len(blobs) == 2  # the file and CODEOWNERS
    assert dict(after.files) == {**before.files, "privatelink/old.tf": "# changed\n"}


def test_what_is_not_read_is_named(hosted: Hosted) -> None:
    """Files that are too large, or no text, are left out and named."""
    odd = {"privatelink/huge.json": b" " * (LARGEST + 1), "privatelink/latin.tf": b"# gr\xfc\xdfe"}
    hosted.there.git.push("main", odd)
    tree = hosted.host.read(hosted.home)
    assert tree.unread == tuple(sorted(odd))
    assert not set(odd) & set(tree.files)


def test_a_missing_branch_is_told_apart(unchanged: Hosted) -> None:
    """A branch that is not there, and a repository that cannot be seen, are different mistakes of an operator."""
    with pytest.raises(Misconfigured) as no_branch:
        unchanged.host.read(replace(unchanged.home, branch="release"))
    with pytest.raises(Misconfigured) as no_repository:
        unchanged.host.read(replace(unchanged.home, repository=f"{unchanged.home.repository}-gone"))
    assert (no_branch.value.code, no_repository.value.code) == ("code-branch-missing", "code-repository-missing")


def test_a_proposal_becomes_a_branch(hosted: Hosted, tmp_path: Path) -> None:
    """Git fetches the proposal's commits: files written and deleted as they are, line ends and names kept."""
    hosted.host.propose(hosted.home, hosted.proposal())
    files = hosted.fetched(tmp_path / "clone")
    wanted = {path: data for path, data in FILES.items() if path != "privatelink/old.tf"}
    wanted["README.md"] = b"# Network\n"
    wanted["privatelink/contosoacr/main.tf"] = b"# zone\r\nresource b {}\r\n"
    wanted["privatelink/neu/größe 你好 #1&2+3%.tf"] = "# ü\n".encode()
    assert files == wanted
    assert hosted.messages() == ["Link the zone", "Write the record"]


def test_commits_bear_our_name_and_the_time_of_the_proposal(hosted: Hosted) -> None:
    """Commits are written by us at the proposal's time, in an address that is nobody's."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    author = hosted.there.git.commit(made.head).author
    assert (author.name, author.email, author.date) == (AUTHOR, AUTHOR_MAIL, f"{int(AT.timestamp())} +0000")


def test_a_proposal_becomes_a_request(hosted: Hosted) -> None:
    """The request has the title and the body, leads into the home's branch, and bears the labels of both."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    (one,) = hosted.there.requests
    assert (one.source, one.target, one.title) == (BRANCH, "main", "contosoacr: link the zone")
    assert one.body == "It was missing.\n\nBody"
    assert one.labels == ["private-link", "remediator"]
    assert (made.number, made.branch, made.state) == (1, BRANCH, RequestState.OPEN)
    assert made.head == hosted.there.git.head(BRANCH)
    assert made.url.startswith(hosted.there.url)


def test_the_same_proposal_writes_nothing(hosted: Hosted) -> None:
    """A proposal that is there already is found and not written again."""
    proposal = hosted.proposal()
    made = hosted.host.propose(hosted.home, proposal)
    writes = hosted.there.writes
    assert hosted.host.propose(hosted.home, proposal) == made
    assert hosted.there.writes == writes


def test_new_words_change_the_request_and_not_the_branch(hosted: Hosted) -> None:
    """Another title and body are written to the open request; its branch is left as it is."""
    proposal = hosted.proposal()
    made = hosted.host.propose(hosted.home, proposal)
    again = hosted.host.propose(hosted.home, replace(proposal, title="Another", body="Other words"))
    (one,) = hosted.there.requests
    assert (one.title, one.body, again.head) == ("Another", "Other words", made.head)


def test_a_moved_base_moves_the_branch(hosted: Hosted) -> None:
    """A proposal on a newer base puts the branch there: the same request, only the proposal's commits."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.git.push("main", {"privatelink/contosoacr/other.tf": b"# new\n"})
    made = hosted.host.propose(hosted.home, hosted.proposal())
    assert hosted.messages() == ["Link the zone", "Write the record"]
    assert hosted.there.git.merge_base("main", BRANCH) == hosted.there.git.head("main")
    assert [one.number for one in hosted.there.open] == [1]
    assert hosted.there.request(1).head == made.head


def test_other_content_replaces_ours(hosted: Hosted, tmp_path: Path) -> None:
    """A proposal of other content on the same base replaces what we pushed before."""
    hosted.host.propose(hosted.home, hosted.proposal())
    for text in ("# only\n", "# other\n"):
        less = (CommitDraft("Only this", (FileText("privatelink/only.tf", text),)),)
        hosted.host.propose(hosted.home, hosted.proposal(commits=less))
        assert hosted.messages() == ["Only this"]
        assert hosted.fetched(tmp_path / "clone")["privatelink/only.tf"] == text.encode()


def test_a_persons_commit_is_not_overwritten(hosted: Hosted) -> None:
    """Where somebody else has committed to the branch, a proposal that would lose it is refused and nothing moves."""
    hosted.host.propose(hosted.home, hosted.proposal())
    theirs = hosted.there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"})
    hosted.there.git.push("main", {"privatelink/new.tf": b"# new\n"})
    with pytest.raises(Stale) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code == "request-branch-touched"
    assert hosted.there.git.head(BRANCH) == theirs


def test_a_persons_commit_on_top_is_left(hosted: Hosted) -> None:
    """Where a commit of somebody else stands on top of the proposal, the proposal is there already."""
    proposal = hosted.proposal()
    hosted.host.propose(hosted.home, proposal)
    theirs = hosted.there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"})
    assert hosted.host.propose(hosted.home, proposal).head == theirs
    assert hosted.there.git.head(BRANCH) == theirs


def test_a_person_who_amends_our_commit_keeps_it(hosted: Hosted) -> None:
    """A commit of ours that somebody amended, with our message, is theirs."""
    git = hosted.there.git
    made = hosted.host.propose(hosted.home, hosted.proposal())
    ours = git.commit(made.head)
    tree = git.write_tree(ours.tree, [("privatelink/x.tf", "100644", git.write_blob(b"# x\n"))])
    kim = replace(ours.author, name="Kim Lee", email="kim@contoso.example")
    amended = git.write_commit(tree, ours.parents, ours.message, ours.author, kim)
    git.set_ref(f"refs/heads/{BRANCH}", amended)
    hosted.there.moved(f"refs/heads/{BRANCH}", amended, "kim")
    git.push("main", {"privatelink/new.tf": b"# new\n"})
    with pytest.raises(Stale) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code == "request-branch-touched"
    assert git.head(BRANCH) == amended


def test_somebody_elses_branch_is_left_alone(hosted: Hosted) -> None:
    """A branch of that name that somebody else made is not touched."""
    theirs = hosted.there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"})
    with pytest.raises(Stale):
        hosted.host.propose(hosted.home, hosted.proposal())
    assert (hosted.there.git.head(BRANCH), hosted.there.requests) == (theirs, [])


def test_a_request_that_a_person_closed_stays_closed(hosted: Hosted) -> None:
    """A request that a person closed is not opened again, and no other one either."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.close_by_person(1)
    with pytest.raises(Stale) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code == "request-closed"
    found = hosted.host.find(hosted.home, BRANCH)
    assert found is not None
    assert (found.state, found.closed_by_us) == (RequestState.CLOSED, False)
    assert hosted.there.open == []


def test_a_merge_is_seen(hosted: Hosted) -> None:
    """A merged request is found as merged, and proposing the same again makes no other one."""
    proposal = hosted.proposal()
    hosted.host.propose(hosted.home, proposal)
    hosted.there.merge(1)
    found = hosted.host.find(hosted.home, BRANCH)
    assert found is not None
    assert found.state is RequestState.MERGED
    assert hosted.host.propose(hosted.home, proposal).state is RequestState.MERGED
    assert (len(hosted.there.requests), hosted.there.git.head(BRANCH)) == (1, None)


def test_after_a_merge_there_may_be_another(hosted: Hosted) -> None:
    """Another proposal of the same branch after a merge is a request of its own."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.merge(1)
    more = (CommitDraft("More", (FileText("privatelink/more.tf", "# more\n"),)),)
    assert hosted.host.propose(hosted.home, hosted.proposal(commits=more)).number == 2


def test_closing(hosted: Hosted) -> None:
    """Closing leaves a comment, closes the request as ours and deletes its branch; again it does nothing."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    closed = hosted.host.close(hosted.home, made, "The drift is gone.")
    assert (closed.state, closed.closed_by_us) == (RequestState.CLOSED, True)
    assert hosted.host.close(hosted.home, made, "The drift is gone.") == closed
    (one,) = hosted.there.requests
    assert (one.state, one.comments) == ("closed", ["The drift is gone."])
    assert hosted.there.git.head(BRANCH) is None
    assert hosted.host.find(hosted.home, BRANCH) == closed


def test_what_we_closed_may_be_proposed_again(hosted: Hosted) -> None:
    """After a request that we closed ourselves a new one may be opened; the newest is found."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    hosted.host.close(hosted.home, made, "Gone.")
    again = hosted.host.propose(hosted.home, hosted.proposal())
    assert (again.number, again.state) == (2, RequestState.OPEN)
    assert hosted.host.find(hosted.home, BRANCH) == again


def test_a_long_body_still_says_that_we_closed_it(hosted: Hosted) -> None:
    """The mark of our closing survives in a request whose body has the greatest length."""
    made = hosted.host.propose(hosted.home, hosted.proposal(body="\n\n".join("w" * 30_000)))
    assert hosted.host.close(hosted.home, made, "Gone.").closed_by_us
    found = hosted.host.find(hosted.home, BRANCH)
    assert found is not None
    assert found.closed_by_us


def test_closing_leaves_a_persons_branch(hosted: Hosted) -> None:
    """A branch with somebody else's commit stays when its request is closed."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    theirs = hosted.there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"})
    hosted.host.close(hosted.home, made, "Gone.")
    assert hosted.there.git.head(BRANCH) == theirs


def test_closing_what_a_person_closed(hosted: Hosted) -> None:
    """A request that a person closed is left with its branch and gets no comment."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.close_by_person(1)
    assert not hosted.host.close(hosted.home, made, "Gone.").closed_by_us
    assert hosted.there.request(1).comments == []
    assert hosted.there.git.head(BRANCH) == made.head


def test_open_ones(hosted: Hosted) -> None:
    """Open requests of our branches are listed, others and closed ones are not."""
    for name in ("remediator/a", "remediator/b", "feature/c"):
        hosted.host.propose(hosted.home, hosted.proposal(branch=name))
    hosted.there.close_by_person(2)
    assert [one.branch for one in hosted.host.open_ones(hosted.home)] == ["remediator/a"]


def test_requests_from_forks_are_not_ours(hosted: Hosted) -> None:
    """A request from a fork, whose branch has a name like ours, is neither listed nor found, nor taken for ours."""
    theirs = Request(1, BRANCH, "main", "Mine", "m", head="1" * 40, fork="mallory")
    hosted.there.requests.append(theirs)
    assert hosted.host.open_ones(hosted.home) == ()
    assert hosted.host.find(hosted.home, BRANCH) is None
    assert hosted.host.propose(hosted.home, hosted.proposal()).number == 2
    assert theirs.title == "Mine"


def test_many_requests_are_listed(hosted: Hosted) -> None:
    """More open requests than one answer holds are listed."""
    hosted.there.requests += [
        Request(number, f"remediator/{number}", "main", "T", "b", head="1" * 40) for number in range(1, 231)
    ]
    found = hosted.host.open_ones(hosted.home)
    assert sorted(one.number for one in found) == list(range(1, 231))


def test_nothing_is_found_where_nothing_is(unchanged: Hosted) -> None:
    """A branch that never had a request has none."""
    assert unchanged.host.find(unchanged.home, BRANCH) is None


@pytest.mark.parametrize("size", [3_000, 70_000])
def test_bodies_of_every_size(hosted: Hosted, size: int) -> None:
    """A body that is longer than the host takes loses its last paragraphs, never half a diagram, and says so."""
    diagram = "```mermaid\nflowchart LR\n\na --> b\n```"
    part = "\n\n".join(["word " * 20, diagram])
    body = "\n\n".join([*(part for _ in range(size // len(part))), "The end."])
    hosted.host.propose(hosted.home, hosted.proposal(title="t" * 600, body=body))
    kept = hosted.there.request(1).body
    assert kept.count("```") % 2 == 0
    assert kept == body or "did not fit" in kept
    assert len(hosted.there.request(1).title) in (256, 400) or hosted.there.request(1).title.endswith("…")


@pytest.mark.parametrize("path", ["../outside.tf", "/etc/x.tf", "a/.git/config", "a//b.tf", "a\\b.tf", ""])
def test_paths_that_lead_out_are_refused(unchanged: Hosted, path: str) -> None:
    """A path that is no file inside of the repository is refused before anything is written."""
    commits = (CommitDraft("Out", (FileText(path, "x"),)),)
    with pytest.raises(Rejected) as caught:
        unchanged.host.propose(unchanged.home, unchanged.proposal(commits=commits))
    assert caught.value.code == "proposal-path-unsafe"


def test_links_are_not_written_through(hosted: Hosted) -> None:
    """A path that is a link in the repository is neither read nor written."""
    git = hosted.there.git
    tree = git.write_tree(git.head("main"), [("privatelink/link.tf", "120000", git.write_blob(b"../../x"))])
    head = git.head("main")
    assert head
    git.set_ref("refs/heads/main", git.write_commit(tree, [head], "Link", git.commit(head).author))
    assert hosted.host.read(hosted.home).unread == ("privatelink/link.tf",)
    commits = (CommitDraft("Through", (FileText("privatelink/link.tf", "x"),)),)
    with pytest.raises(Rejected) as caught:
        hosted.host.propose(hosted.home, hosted.proposal(commits=commits))
    assert caught.value.code == "proposal-path-unsafe"


def test_deleting_what_is_not_there(hosted: Hosted) -> None:
    """A deletion of a file that is gone already is no mistake."""
    files = (FileText("privatelink/never.tf", None), FileText("privatelink/a.tf", "# a\n"))
    hosted.host.propose(hosted.home, hosted.proposal(commits=(CommitDraft("Both", files),)))
    assert hosted.messages() == ["Both"]


def test_a_base_that_is_gone(unchanged: Hosted) -> None:
    """A base commit that is not in the repository makes the proposal stale."""
    with pytest.raises(Stale) as caught:
        unchanged.host.propose(unchanged.home, unchanged.proposal(base="1" * 40))
    assert caught.value.code == "code-base-gone"


def test_protected_branches_are_no_bug(hosted: Hosted) -> None:
    """A rule that forbids the branch is told with the host's own words, and no request is made."""
    hosted.there.protect(BRANCH)
    hosted.there.protect(f"{BRANCH}.next")
    with pytest.raises((Rejected, Misconfigured)) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code in ("code-host-bad-request", "code-host-forbidden")
    assert "pull request" in caught.value.message
    assert hosted.there.requests == []


def test_a_branch_of_any_name(hosted: Hosted) -> None:
    """The home's branch may have a name with slashes and signs that mean something in an address."""
    hosted.there.git.push("release/2026#1+%41", {"privatelink/release.tf": b"# r\n"})
    home = replace(hosted.home, branch="release/2026#1+%41")
    tree = hosted.host.read(home)
    assert "privatelink/release.tf" in tree.files
    proposal = hosted.proposal(base=tree.commit)
    made = hosted.host.propose(home, proposal)
    assert hosted.host.propose(home, proposal) == made
    assert hosted.there.request(1).target == home.branch
    assert hosted.host.open_ones(home) == (made,)
    assert hosted.host.close(home, made, "Gone.").closed_by_us

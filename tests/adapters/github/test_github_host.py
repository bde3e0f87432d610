"""What is GitHub's own: large trees, file modes, commit ids, reviewers, requests from forks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.adapters.github import reading
from remediator.core.errors import Misconfigured, Rejected
from remediator.core.pull_request import CommitDraft, FileText
from tests.contracts.code_hosts import BRANCH, Hosted, on_github
from tests.hosts.github_stand_in import GitHubStandIn
from tests.hosts.stand_in import US


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    found = on_github(tmp_path / "host")
    try:
        yield found
        assert found.there.violations == []
    finally:
        found.there.__exit__(None, None, None)


def there_of(hosted: Hosted) -> GitHubStandIn:
    assert isinstance(hosted.there, GitHubStandIn)
    return hosted.there


def test_a_tree_that_github_cuts_short_is_read_whole(hosted: Hosted) -> None:
    """Where GitHub lists only the first part of a large tree, it is read folder by folder to the last file."""
    whole = hosted.host.read(replace(hosted.home, folder=""))
    there_of(hosted).truncate_at = 3
    assert hosted.host.read(replace(hosted.home, folder="")) == whole


def test_folders_beyond_the_bound_are_named(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders that are too many to be read one by one are unread, not empty."""
    there_of(hosted).truncate_at = 1
    monkeypatch.setattr(reading, "MOST_FOLDERS", 2)
    tree = hosted.host.read(replace(hosted.home, folder=""))
    assert tree.unread == ("other/", "privatelink/")


def test_the_same_proposal_is_the_same_commits(hosted: Hosted) -> None:
    """A proposal that is made anew, after its branch was lost, has the same commit ids."""
    proposal = hosted.proposal()
    first = hosted.host.propose(hosted.home, proposal)
    again = hosted.host.propose(hosted.home, replace(proposal, branch="remediator/another"))
    assert again.head == first.head


def test_a_file_keeps_its_mode(hosted: Hosted) -> None:
    """A file that is executable stays executable when its text changes."""
    git = hosted.there.git
    head = git.head("main")
    assert head
    tree = git.write_tree(head, [("privatelink/run.tf", "100755", git.write_blob(b"# a\n"))])
    git.set_ref("refs/heads/main", git.write_commit(tree, [head], "Run", git.commit(head).author))
    commits = (CommitDraft("Change it", (FileText("privatelink/run.tf", "# b\n"),)),)
    made = hosted.host.propose(hosted.home, hosted.proposal(commits=commits))
    (entry,) = [one for one in git.tree(git.commit(made.head).tree, True) if one.path == "privatelink/run.tf"]
    assert entry.mode == "100755"


def test_reviewers_are_people_and_teams(hosted: Hosted) -> None:
    """People and teams of CODEOWNERS and of the home are asked; who is unknown, or a mail address, is left out."""
    home = replace(hosted.home, reviewers=("sam",))
    names = ("@kim", "@contoso/network-owners", "nobody", "lee@contoso.example", US)
    hosted.host.propose(home, hosted.proposal(reviewers=names))
    assert sorted(hosted.there.request(1).reviewers) == ["kim", "network-owners", "sam"]
    assert hosted.log.lines == ["reviewers that the code host does not take are left out {'request': 1, 'people': 2}"]


def test_nobody_is_asked_twice(hosted: Hosted) -> None:
    """A reviewer who has answered, or was taken off the list, is not asked again."""
    proposal = hosted.proposal(reviewers=("@kim", "@sam"))
    hosted.host.propose(hosted.home, proposal)
    (one,) = hosted.there.requests
    one.reviewers, one.reviewed = [], ["kim"]
    hosted.host.propose(hosted.home, replace(proposal, title="Another"))
    assert one.reviewers == []


def test_reviewers_are_asked_after_a_kill(hosted: Hosted) -> None:
    """Where the request is there and nobody was asked yet, they are asked."""
    proposal = hosted.proposal(reviewers=("@kim",))
    hosted.host.propose(hosted.home, proposal)
    (one,) = hosted.there.requests
    one.reviewers = []
    hosted.host.propose(hosted.home, proposal)
    assert one.reviewers == ["kim"]


def test_a_request_that_was_led_elsewhere_comes_back(hosted: Hosted) -> None:
    """A request that somebody led to another base is led to the home's branch again, not opened a second time."""
    hosted.there.git.push("release", {"x": b""})
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.request(1).target = "release"
    hosted.host.propose(hosted.home, hosted.proposal())
    assert [one.target for one in hosted.there.requests] == ["main"]


def test_a_deleted_branch_is_a_persons_no(hosted: Hosted) -> None:
    """GitHub closes a request whose branch is deleted; the branch is not made again."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.git.set_ref(f"refs/heads/{BRANCH}", "0" * 40)
    hosted.there.moved(f"refs/heads/{BRANCH}", "0" * 40, "kim")
    found = hosted.host.find(hosted.home, BRANCH)
    assert found is not None
    assert not found.closed_by_us
    assert found.state.value == "closed"


def test_a_rule_against_moving_is_told(hosted: Hosted) -> None:
    """A rule that forbids to move the branch is told with GitHub's words, and is no lost race."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.git.push("main", {"privatelink/newer.tf": b""})
    hosted.there.protect(BRANCH)
    with pytest.raises(Rejected) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code == "code-host-bad-request"
    assert "Repository rule violations" in caught.value.message


def test_a_renamed_repository_is_told(hosted: Hosted) -> None:
    """A repository that was renamed is not written to under its old name, though GitHub would lead there: PyGithub
    loses the query on the way, and a closed request would look as if there was none."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.close_by_person(1)
    there_of(hosted).former = "old-network"
    old = replace(hosted.home, repository="contoso/old-network")
    for step in (lambda: hosted.host.read(old), lambda: hosted.host.propose(old, hosted.proposal())):
        with pytest.raises(Misconfigured) as caught:
            step()
        assert caught.value.code == "code-host-redirects"
    assert len(hosted.there.requests) == 1

"""What is Azure DevOps' own: its two ways to sign in, its sign-in page, branches beside the branch, reviewers by id."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError

from remediator.adapters.azure_devops.access import AzureDevOpsAccess, checked
from remediator.adapters.azure_devops.host import AzureDevOpsHost
from remediator.core.errors import Misconfigured, Rejected, Transient
from tests.contracts.code_hosts import BRANCH, Hosted, KeptLog, on_azure_devops
from tests.hosts.azure_devops_stand_in import ENTRA_TOKEN, REVIEWER, TOKEN
from tests.hosts.web_server import Answered, Asked, Fault


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    found = on_azure_devops(tmp_path / "host")
    try:
        yield found
        assert found.there.violations == []
    finally:
        found.there.__exit__(None, None, None)


def with_token(hosted: Hosted, token: str = TOKEN) -> AzureDevOpsHost:
    return AzureDevOpsHost(AzureDevOpsAccess(token=token, verify=str(hosted.there.ca_file)), KeptLog())


class NoIdentity:
    """A machine without an identity."""

    def get_token(self, *scopes: str, **_: Any) -> Any:
        raise ClientAuthenticationError("no identity here, secret=hunter2")


def test_a_token_is_sent_as_a_password(hosted: Hosted) -> None:
    """A personal access token is the password of an empty user."""
    with_token(hosted).read(hosted.home)
    sent = {one.headers["authorization"] for one in hosted.there.asked}
    assert sent == {"Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()}


def test_an_identity_is_sent_as_a_bearer(hosted: Hosted) -> None:
    """The managed identity's token for Azure DevOps is sent as it is."""
    hosted.host.read(hosted.home)
    assert {one.headers["authorization"] for one in hosted.there.asked} == {f"Bearer {ENTRA_TOKEN}"}


def test_the_sign_in_page_is_a_refusal(hosted: Hosted) -> None:
    """A wrong token is answered 203 with a page, which is no success."""
    with pytest.raises(Misconfigured) as caught:
        with_token(hosted, "another-token").read(hosted.home)
    assert caught.value.code == "code-host-sign-in-refused"


def test_without_an_identity(hosted: Hosted) -> None:
    """An identity that cannot be had is told as that, without what its library says, and nothing is asked."""
    access = AzureDevOpsAccess(credential=NoIdentity, verify=str(hosted.there.ca_file))  # type: ignore[arg-type]
    with pytest.raises(Misconfigured) as caught:
        AzureDevOpsHost(access, KeptLog()).read(hosted.home)
    assert caught.value.code == "code-host-sign-in-refused"
    assert "hunter2" not in str(caught.value)
    assert hosted.there.asked == []


@pytest.mark.parametrize(
    "url",
    ["https://dev.azure.com", "http://ado.contoso.example/tfs", "https://a@b/c", "https://x/y?z", "https://x:y/z"],
)
def test_addresses_that_are_none(url: str) -> None:
    """Anything but an https address of an organisation or collection is refused."""
    with pytest.raises(Misconfigured) as caught:
        checked(url)
    assert caught.value.code == "code-host-address"


@pytest.mark.parametrize(
    "url",
    ["https://dev.azure.com/contoso/", "https://contoso.visualstudio.com", "https://ado.contoso.example/tfs/Main"],
)
def test_addresses_of_organisations(url: str) -> None:
    """Organisations stand in the path, or in the older form in the name; a server has collections."""
    assert checked(url) == url.rstrip("/")


def test_what_was_left_beside_a_branch_is_cleared(hosted: Hosted) -> None:
    """Commits that an earlier run left beside the branch are replaced, whatever they are, and nothing stays there."""
    hosted.there.git.push(f"{BRANCH}.next", {"privatelink/left.tf": b""})
    made = hosted.host.propose(hosted.home, hosted.proposal())
    assert set(hosted.there.git.refs()) == {"refs/heads/main", f"refs/heads/{BRANCH}"}
    assert "privatelink/left.tf" not in hosted.there.git.files(made.head)


def test_what_is_left_beside_a_right_branch_is_cleared(hosted: Hosted) -> None:
    """Where the branch is right and only what stood beside it was not deleted, that is made up for."""
    proposal = hosted.proposal()
    made = hosted.host.propose(hosted.home, proposal)
    hosted.there.git.set_ref(f"refs/heads/{BRANCH}.next", made.head)
    assert hosted.host.propose(hosted.home, proposal) == made
    assert set(hosted.there.git.refs()) == {"refs/heads/main", f"refs/heads/{BRANCH}"}


def test_two_workers_beside_each_other(hosted: Hosted) -> None:
    """Where another worker pushes beside the branch at the same moment, both come to the same end."""
    pushed: list[str] = []

    def faster(_: int, asked: Asked) -> None:
        if asked.method == "POST" and asked.path.endswith("/pushes") and not pushed:
            pushed.append(hosted.there.git.push(f"{BRANCH}.next", {"privatelink/theirs.tf": b""}))

    hosted.there.faulty = faster
    made = hosted.host.propose(hosted.home, hosted.proposal())
    assert pushed
    assert set(hosted.there.git.refs()) == {"refs/heads/main", f"refs/heads/{BRANCH}"}
    assert "privatelink/theirs.tf" not in hosted.there.git.files(made.head)


def test_the_branch_is_never_half(hosted: Hosted) -> None:
    """While commits are being pushed the branch stays where it was, with its request and all its commits."""
    hosted.host.propose(hosted.home, hosted.proposal())
    before = hosted.there.git.head(BRANCH)
    hosted.there.git.push("main", {"privatelink/newer.tf": b""})
    seen: list[str | None] = []
    hosted.there.faulty = lambda *_: seen.append(hosted.there.git.head(BRANCH))
    made = hosted.host.propose(hosted.home, hosted.proposal())
    assert set(seen) == {before, made.head}


def test_reviewers_are_asked_by_id(hosted: Hosted) -> None:
    """Reviewers whose ids are given are asked; names, mail addresses and unknown ids are left out."""
    other = REVIEWER.replace("a", "b")
    home = replace(hosted.home, reviewers=(REVIEWER.upper(), other, "kim@contoso.example"))
    hosted.host.propose(home, hosted.proposal(reviewers=("@kim",)))
    assert hosted.there.request(1).reviewers == [REVIEWER]
    assert hosted.log.lines == ["reviewers that the code host does not take are left out {'request': 1, 'people': 3}"]


def test_a_long_description_is_compared_whole(hosted: Hosted) -> None:
    """A list cuts a description short; it is not written again for that."""
    proposal = hosted.proposal(body="word " * 700)
    hosted.host.propose(hosted.home, proposal)
    writes = len(hosted.there.writes)
    hosted.host.propose(hosted.home, proposal)
    assert len(hosted.there.writes) == writes


def test_too_much_usage_is_waited_for(hosted: Hosted) -> None:
    """A blocked request (TF400733) is waited out, whatever its status."""
    body = b'{"message": "TF400733: The request has been canceled: Request was blocked", "typeKey": "X"}'
    known = {"content-type": "application/json", "retry-after": "40"}
    hosted.there.faulty = lambda *_: Fault(Answered(400, body, known))
    with pytest.raises(Transient) as caught:
        hosted.host.read(hosted.home)
    assert (caught.value.code, caught.value.retry_after) == ("code-host-throttled", 40.0)


def test_a_policy_on_the_branch_is_told(hosted: Hosted) -> None:
    """A policy that forbids to move the branch is told, and is no lost race."""
    hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.git.push("main", {"privatelink/newer.tf": b""})
    hosted.there.protect(BRANCH)
    with pytest.raises(Rejected) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert "rejectedByPolicy" in caught.value.message

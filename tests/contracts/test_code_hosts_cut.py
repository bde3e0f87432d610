"""Code hosts when something goes wrong: a process that is killed, an answer that is lost, somebody who is faster, and
secrets that must not be seen in any of it."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.errors import Misconfigured, RemediatorError, Stale, Transient
from remediator.core.pull_request import Proposal, PullRequest, RequestState
from tests.hosts.stand_in import Request
from tests.hosts.web_server import Answered, Asked, Fault, WebServer
from tests.search.effort import EFFORT

from .code_hosts import BRANCH, HOSTS, Hosted

OBJECTS = ("/git/blobs", "/git/trees", "/git/commits")


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
    """A host on which nothing has gone wrong yet, and nothing is written."""
    kept.there.faulty = lambda *_: None
    kept.there.asked.clear()
    yield kept
    assert kept.there.violations == []
    assert list(kept.there.git.refs()) == ["refs/heads/main"]


def lost_at(there: WebServer, number: int) -> Callable[[], bool]:
    """Have the answer to the `number`-th write be lost after it was done; says whether that happened.

    Git's objects, to which nothing refers yet, count only where every call is visited (`SEARCH_EFFORT`).
    """
    seen = [0]

    def faulty(_: int, asked: Asked) -> Fault | None:
        counts = asked.writes and (EFFORT > 1 or not asked.path.endswith(OBJECTS))
        seen[0] += counts
        return Fault(done=True) if counts and seen[0] == number else None

    there.faulty = faulty
    return lambda: seen[0] >= number


def until_done(step: Callable[[], PullRequest]) -> PullRequest:
    """Make a step, and again where it was cut off, as a process does that was killed and started again."""
    for _ in range(3):
        try:
            return step()
        except Transient:
            continue
    raise AssertionError("it was cut off once and never came through")


def _right(hosted: Hosted, proposal: Proposal, made: PullRequest) -> str:
    """The tree of the branch, when everything is as the proposal says."""
    git = hosted.there.git
    (one,) = [one for one in hosted.there.requests if one.source == proposal.branch]
    assert (one.state, one.title, one.number) == ("open", proposal.title, made.number)
    assert one.labels == ["private-link", "remediator"]
    head = git.head(proposal.branch)
    assert head == made.head
    commits = git.between(proposal.base, head)
    assert [git.commit(sha).message.partition("\n")[0] for sha in commits] == ["Link the zone", "Write the record"]
    return git.commit(head).tree


def test_a_kill_after_any_write_leaves_one_branch_and_one_request(hosted: Hosted) -> None:
    """A process that is killed after any write and started again comes to the same content: proposing, moving to a
    newer base and closing leave one branch, one request, one comment."""
    git = hosted.there.git
    old = git.head("main")
    git.push("main", {"privatelink/newer.tf": b"# newer\n"})
    trees: set[tuple[str, str]] = set()
    for number in count(1):
        branch = f"remediator/{number}"
        first, second = (hosted.proposal(branch=branch, base=base or "") for base in (old, git.head("main")))
        happened = lost_at(hosted.there, number)
        made = until_done(lambda one=first: hosted.host.propose(hosted.home, one))  # type: ignore[misc]
        before = _right(hosted, first, made)
        made = until_done(lambda one=second: hosted.host.propose(hosted.home, one))  # type: ignore[misc]
        trees.add((before, _right(hosted, second, made)))
        refs = set(git.refs())
        until_done(lambda one=made: hosted.host.close(hosted.home, one, "Gone."))  # type: ignore[misc]
        (request,) = [one for one in hosted.there.requests if one.source == branch]
        assert (request.state, request.comments) == ("closed", ["Gone."])
        assert refs == {"refs/heads/main", f"refs/heads/{branch}"}
        assert set(git.refs()) == {"refs/heads/main"}
        if not happened():
            break
    assert number > 6
    assert len(trees) == 1


@pytest.mark.parametrize("moves", [False, True], ids=["new", "moved"])
def test_somebody_who_is_faster_keeps_their_commit(hosted: Hosted, moves: bool) -> None:
    """A person who pushes to the branch between our look and our write keeps what they pushed."""
    there = hosted.there
    if moves:
        hosted.host.propose(hosted.home, hosted.proposal())
        there.git.push("main", {"privatelink/newer.tf": b"# newer\n"})
    theirs: list[str] = []

    def faster(_: int, asked: Asked) -> None:
        sets = asked.path.endswith(("/git/refs", "/graphql")) or (asked.path.endswith("/refs") and asked.writes)
        if sets and not theirs:
            theirs.append(there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"}))

    there.faulty = faster
    with pytest.raises(Stale) as caught:
        hosted.host.propose(hosted.home, hosted.proposal())
    assert caught.value.code == "request-branch-touched"
    assert [there.git.head(BRANCH)] == theirs


def test_a_deletion_that_comes_too_late_deletes_nothing(hosted: Hosted) -> None:
    """A person who pushes while the request is being closed keeps the branch."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    theirs: list[str] = []

    def faster(_: int, asked: Asked) -> None:
        if (asked.path.endswith("/graphql") or asked.path.endswith("/refs")) and asked.writes and not theirs:
            theirs.append(hosted.there.push_by_person(BRANCH, {"privatelink/by-hand.tf": b"# mine\n"}))

    hosted.there.faulty = faster
    assert hosted.host.close(hosted.home, made, "Gone.").closed_by_us
    assert [hosted.there.git.head(BRANCH)] == theirs


def test_a_request_that_another_worker_opened_is_ours(hosted: Hosted) -> None:
    """Where another worker opens the request at the same moment there is one, with what we wanted it to say."""
    there = hosted.there

    def faster(_: int, asked: Asked) -> None:
        if asked.method == "POST" and asked.path.endswith(("/pulls", "/pullrequests")) and not there.requests:
            head = there.git.head(BRANCH)
            there.requests.append(Request(1, BRANCH, "main", "Before", "before", head=str(head)))

    there.faulty = faster
    made = hosted.host.propose(hosted.home, hosted.proposal())
    assert [(one.number, one.title) for one in there.requests] == [(made.number, "contosoacr: link the zone")]


SAID = {"message": "Not today.", "documentation_url": "https://docs.github.com/rest", "typeKey": "SomeException"}
REFUSALS = [
    (401, {}, Misconfigured, "code-host-sign-in-refused", None),
    (403, {}, Misconfigured, "code-host-forbidden", None),
    (404, {}, Misconfigured, "code-repository-missing", None),
    (408, {}, Transient, "code-host-throttled", None),
    (429, {"retry-after": "7"}, Transient, "code-host-throttled", 7.0),
    (500, {}, Transient, "code-host-unavailable", None),
    (502, {}, Transient, "code-host-unavailable", None),
    (503, {"retry-after": "11"}, Transient, "code-host-unavailable", 11.0),
]


@pytest.mark.parametrize(("status", "headers", "kind", "code", "wait"), REFUSALS, ids=lambda one: str(one))
def test_refusals_have_the_same_names(
    unchanged: Hosted, status: int, headers: dict[str, str], kind: type, code: str, wait: float | None
) -> None:
    """What a host answers beside success has the same name for each, with its words and the time that it asks for."""
    known = {"content-type": "application/json", **headers}
    unchanged.there.faulty = lambda *_: Fault(Answered(status, json.dumps(SAID).encode(), known))
    with pytest.raises(kind) as caught:
        unchanged.host.open_ones(unchanged.home)
    problem = caught.value
    assert (problem.code, getattr(problem, "retry_after", None)) == (code, wait)
    assert "Not today." in problem.message
    assert unchanged.home.repository in problem.message


@pytest.mark.parametrize("body", [b"", b"<html>proxy</html>", b"[1", b'"text"', b'{"value": 7}'])
def test_what_is_no_answer_is_tried_again(unchanged: Hosted, body: bytes) -> None:
    """An answer that is no JSON, or not of the documented shape, is a moment's trouble, not a list of nothing."""
    unchanged.there.faulty = lambda *_: Fault(Answered(200, body, {"content-type": "application/json"}))
    with pytest.raises(Transient) as caught:
        unchanged.host.open_ones(unchanged.home)
    assert caught.value.code == "code-host-garbled"


def test_a_host_that_is_not_there_is_tried_again(unchanged: Hosted) -> None:
    """No answer at all is a moment's trouble, and its text holds no address with what was asked."""
    unchanged.there.faulty = lambda *_: Fault()
    with pytest.raises(Transient) as caught:
        unchanged.host.read(unchanged.home)
    assert caught.value.code == "code-host-unreachable"
    assert "127.0.0.1" not in caught.value.message


def test_a_redirect_is_not_followed(unchanged: Hosted, tmp_path: Path) -> None:
    """A host that leads to another one is not followed there: no request, and no token, arrives."""
    with _Elsewhere(tmp_path / "elsewhere") as elsewhere:
        for status in (301, 302, 307, 308):
            to = {"location": f"{elsewhere.url}/gotcha", "content-type": "application/json"}
            unchanged.there.faulty = lambda *_, status=status, to=to: Fault(Answered(status, b"{}", to))  # type: ignore[misc]
            with pytest.raises(RemediatorError) as caught:
                unchanged.host.read(unchanged.home)
            to_its_sign_in = status == 302 and unchanged.home.host is CodeHostKind.AZURE_DEVOPS
            known = "code-host-sign-in-refused" if to_its_sign_in else "code-host-redirects"
            assert caught.value.code == known, status
    assert elsewhere.asked == []


def test_a_certificate_that_nobody_trusts(unchanged: Hosted, tmp_path: Path) -> None:
    """A host whose certificate is not trusted gets no request, so no token."""
    with _Elsewhere(tmp_path / "elsewhere") as elsewhere:
        url = unchanged.home.url.replace(unchanged.there.url, elsewhere.url)
        with pytest.raises(Misconfigured) as caught:
            unchanged.host.read(_at(unchanged, url))
    assert (caught.value.code, elsewhere.asked) == ("code-host-not-trusted", [])


@pytest.mark.parametrize(
    "url",
    [
        "http://github.com",
        "http://dev.azure.com/contoso",
        "https://user@host/contoso",
        "ftp://x/y",
        "",
        "x",
        "https://",
    ],
)
def test_no_token_goes_to_an_address_that_is_not_https(unchanged: Hosted, url: str) -> None:
    """An address that is no https address of a host is refused before anything is sent."""
    with pytest.raises(Misconfigured) as caught:
        unchanged.host.read(_at(unchanged, url))
    assert (caught.value.code, unchanged.there.asked) == ("code-host-address", [])


def test_secrets_stand_in_the_authorization_header_only(hosted: Hosted, caplog: pytest.LogCaptureFixture) -> None:
    """Tokens and keys are in no log line at any level, no error with its traceback, and no request but in its
    `Authorization` header, also where the host repeats them in what it says."""
    caplog.set_level(logging.DEBUG)
    echo = json.dumps({**SAID, "message": f"no: {' '.join(hosted.secrets)}"}).encode()
    texts: list[str] = []
    for status in (0, 200, 401, 403, 404, 409, 422, 429, 500):
        answered = Answered(status, echo, {"content-type": "application/json"}) if status else None
        hosted.there.faulty = lambda *_, answered=answered: Fault(answered)  # type: ignore[misc]
        for step in (
            lambda: hosted.host.read(hosted.home),
            lambda: hosted.host.propose(hosted.home, hosted.proposal()),
        ):
            try:
                step()
            except RemediatorError as problem:
                texts += ["".join(traceback.format_exception(problem)), repr(problem.context), str(problem.hint)]
    hosted.there.faulty = lambda *_: None
    made = hosted.host.propose(hosted.home, hosted.proposal())
    hosted.host.close(hosted.home, made, "Gone.")
    texts += [record.getMessage() + str(record.exc_info) for record in caplog.records] + hosted.log.lines
    assert len(texts) > 40
    assert [text for text in texts if any(secret in text for secret in hosted.secrets)] == []
    assert hosted.there.leaks(hosted.secrets) == []
    sent = [asked.headers.get("authorization", "") for asked in hosted.there.asked]
    assert any(secret in header for secret in hosted.secrets for header in sent)


def test_the_access_does_not_show_its_secrets(unchanged: Hosted) -> None:
    """The text of a host and of its access holds no secret."""
    host = unchanged.host
    shown = repr(host) + repr(vars(host))
    assert not any(secret in shown for secret in unchanged.secrets)


def test_a_request_that_ended_meanwhile_is_no_trouble(hosted: Hosted) -> None:
    """A request that is merged while it is being closed is found as merged."""
    made = hosted.host.propose(hosted.home, hosted.proposal())
    hosted.there.merge(made.number)
    assert hosted.host.close(hosted.home, made, "Gone.").state is RequestState.MERGED
    assert hosted.there.request(1).comments == []


def _at(hosted: Hosted, url: str) -> CodeHome:
    return replace(hosted.home, url=url)


class _Elsewhere(WebServer):
    """A host that nobody asked for."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder)

    def answer(self, asked: Asked) -> Answered:
        return Answered(200, b"{}")

"""Where GitHub is, as whom we come, and what must not be said on the way."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.adapters.github.access import GitHubAccess, api_address
from remediator.adapters.github.host import GitHubHost
from remediator.core.errors import Misconfigured, Transient
from tests.contracts.code_hosts import KeptLog
from tests.hosts.github_shapes import DOCUMENT
from tests.hosts.github_stand_in import APP, INSTALLATION, INSTALLATION_TOKEN, PEM, GitHubStandIn, new_key
from tests.hosts.stand_in import Request
from tests.hosts.web_server import Answered, Fault

APP_ACCESS = GitHubAccess(app_id=APP, installation_id=INSTALLATION, private_key=PEM, seconds_between_writes=0)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[GitHubStandIn]:
    if not DOCUMENT.exists():
        pytest.skip("npm's @octokit/openapi is not installed")
    with GitHubStandIn(tmp_path / "host") as found:
        yield found
    assert found.violations == []


def as_app(there: GitHubStandIn, **changes: object) -> GitHubHost:
    access = replace(APP_ACCESS, verify=str(there.ca_file), **changes)  # type: ignore[arg-type]
    return GitHubHost(access, KeptLog())


@pytest.mark.parametrize(
    ("url", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://GitHub.com/", "https://api.github.com"),
        ("https://octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://git.contoso.example", "https://git.contoso.example/api/v3"),
        ("https://git.contoso.example:8443/", "https://git.contoso.example:8443/api/v3"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3"),
        ("https://[::1]:8443", "https://[::1]:8443/api/v3"),
    ],
)
def test_where_the_api_is(url: str, api: str) -> None:
    """github.com, an enterprise with data residency and a server have their API at different places."""
    assert api_address(url) == api


@pytest.mark.parametrize(
    "url",
    ["http://git.contoso.example", "https://git.contoso.example/path", "https://a@b", "https://x?y=1", "https://x:y"],
)
def test_addresses_that_are_none(url: str) -> None:
    """Anything but an https address of a host is refused."""
    with pytest.raises(Misconfigured) as caught:
        api_address(url)
    assert caught.value.code == "code-host-address"


def test_an_app_comes_with_a_token_of_its_installation(there: GitHubStandIn) -> None:
    """The App's signed word is sent for a token of the installation, and the token for everything else; once."""
    host = as_app(there)
    host.read(there.home())
    host.open_ones(there.home())
    first, *others = there.asked
    assert first.path.endswith(f"/app/installations/{INSTALLATION}/access_tokens")
    assert first.headers["authorization"].startswith("Bearer eyJ")
    assert {one.headers["authorization"] for one in others} == {f"token {INSTALLATION_TOKEN}"}


def test_a_token_that_is_about_to_expire_is_renewed(there: GitHubStandIn) -> None:
    """An installation's token is not used up to its last moment."""
    there.token_hours = 0.001
    host = as_app(there)
    host.open_ones(there.home())
    host.open_ones(there.home())
    tokens = [one for one in there.asked if one.path.endswith("/access_tokens")]
    assert 2 * len(tokens) == len(there.asked)


def test_an_app_that_github_does_not_know(there: GitHubStandIn) -> None:
    """An installation that is not there, and a key that is not the App's, are an operator's mistakes."""
    with pytest.raises(Misconfigured) as missing:
        as_app(there, installation_id=1).read(there.home())
    with pytest.raises(Misconfigured) as refused:
        as_app(there, private_key=new_key()).read(there.home())
    assert (missing.value.code, refused.value.code) == ("code-repository-missing", "code-host-sign-in-refused")


@pytest.mark.parametrize("key", ["", "x", PEM[:200], PEM.replace("RSA", "EC"), "-----BEGIN RSA PRIVATE KEY-----\n"])
def test_a_key_that_is_none(there: GitHubStandIn, key: str) -> None:
    """A private key that cannot be used is told as that, without a part of it, and nothing is asked."""
    with pytest.raises(Misconfigured) as caught:
        as_app(there, private_key=key).read(there.home())
    assert caught.value.code == "github-key-unusable"
    assert caught.value.__cause__ is None
    assert there.asked == []


def test_the_apps_tokens_are_not_said(there: GitHubStandIn, caplog: pytest.LogCaptureFixture) -> None:
    """PyGithub's debug lines, which hold the answer with the installation's token, are not logged."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("github.Requester").setLevel(logging.DEBUG)
    as_app(there).read(there.home())
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "access_tokens" in said
    assert INSTALLATION_TOKEN not in said
    assert there.leaks((INSTALLATION_TOKEN, *PEM.splitlines()[1:-1])) == []


def test_writes_keep_their_distance(there: GitHubStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two writes GitHub gets a second, unless the access says otherwise; reads do not wait."""
    slept: list[float] = []  # git's processes are waited for as well, in thousandths of a second
    monkeypatch.setattr("github.Requester.time.sleep", lambda one: slept.append(one) if one > 0.1 else None)
    host = as_app(there, seconds_between_writes=GitHubAccess().seconds_between_writes)
    host.open_ones(there.home())
    host.open_ones(there.home())
    assert slept == []
    there.requests.append(_request(there))
    made = host.find(there.home(), "remediator/x")
    assert made is not None
    host.close(there.home(), made, "Gone.")
    assert len(slept) == len(there.writes) - 2  # between comment and closing; the token is asked for apart
    assert 0.5 < max(slept) <= 1.0


@pytest.mark.parametrize(
    ("status", "headers", "words", "wait"),
    [
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795856520"}, "API rate limit exceeded", 120.0),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795856520"}, "Too many", 120.0),
        (403, {"x-ratelimit-remaining": "0"}, "API rate limit exceeded", 60.0),
        (403, {"retry-after": "33"}, "You have exceeded a secondary rate limit.", 33.0),
        (403, {}, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", 60.0),
    ],
)
def test_limits_are_waited_for(
    there: GitHubStandIn, status: int, headers: dict[str, str], words: str, wait: float
) -> None:
    """Both of GitHub's limits are told apart from a refusal; it is said when to come again, by GitHub's own clock."""
    known = {"date": "Sat, 28 Nov 2026 09:00:00 GMT", "content-type": "application/json", **headers}
    host = as_app(there)
    host.open_ones(there.home())
    there.faulty = lambda *_: Fault(Answered(status, json.dumps({"message": words}).encode(), known))
    with pytest.raises(Transient) as caught:
        host.open_ones(there.home())
    assert (caught.value.code, caught.value.retry_after) == ("code-host-throttled", wait)


def _request(there: GitHubStandIn) -> Request:
    head = there.git.push("remediator/x", {"x.tf": b""})
    return Request(1, "remediator/x", "main", "X", "x", head=head)

"""`approve` and `reject` in mode azure: the real web app over HTTP, behind a stand-in for the platform's sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from click.testing import Result
from starlette.types import ASGIApp, Receive, Scope, Send

from remediator.adapters.remote import signing_in
from remediator.cli.serving import WebServer
from remediator.core.incident import Status
from remediator.web.app import create_app
from tests.cli.running import run
from tests.web.stage import PLATFORM, World, linked, principal, world
from tests.web.test_deciding import with_code

SCOPE = "api://11111111-2222-3333-4444-555555555555/.default"


@dataclass
class Platform:
    """What stands before a function app: it takes forged identities away, and makes one of a token that it knows."""

    app: ASGIApp
    people: dict[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if not name.startswith(b"x-ms-client-principal")]
        token = dict(headers).get(b"authorization", b"").decode().removeprefix("Bearer ")
        if token in self.people:
            headers.append((b"x-ms-client-principal", self.people[token].encode()))
        await self.app({**scope, "headers": headers}, receive, send)


class SignedIn:
    """Whoever is signed in at this machine."""

    def __init__(self, token: str) -> None:
        self.token, self.scopes = token, []

    def get_token(self, *scopes: str, **_: object) -> AccessToken:
        self.scopes += scopes
        if not self.token:
            raise ClientAuthenticationError("run az login; secret-of-the-sign-in")
        return AccessToken(self.token, 2**33)


@dataclass
class Stage:
    world: World
    url: str
    who: SignedIn

    def run(self, *arguments: str, **more: str) -> Result:
        known = {
            "REMEDIATOR_MODE": "azure",
            "REMEDIATOR_PUBLIC_URL": self.url,
            "REMEDIATOR_APPROVAL_KEY": "k" * 40,
            "REMEDIATOR_API_SCOPE": SCOPE,
        }
        return run(*arguments, env={**known, **more})

    @property
    def digest(self) -> str:
        assert self.world.incident.request is not None
        return self.world.incident.request.digest


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    found, who = world(PLATFORM), SignedIn("token-of-kim")
    found.incident = linked(found.incident)
    monkeypatch.setattr(signing_in, "credential", lambda authority: who)
    with WebServer() as server:
        found.settings = replace(PLATFORM, public_url=server.url)
        server.start(Platform(create_app(found.runtime), {"token-of-kim": principal()}))  # type: ignore[arg-type]
        yield Stage(found, server.url, who)


def test_approved_as_the_person_of_the_token(stage: Stage) -> None:
    """The yes is recorded under the object id that the platform made of the token."""
    result = stage.run("approve", "01j4incident", "--yes-digest", stage.digest)
    assert result.exit_code == 0, result.stderr
    assert "✓ recorded: incident 01j4incident is now APPROVED" in result.stdout
    assert [(a.person, a.yes) for a in stage.world.incident.approvals] == [("object-kim", True)]
    assert set(stage.who.scopes) == {SCOPE}


def test_rejected_with_the_reason(stage: Stage) -> None:
    """A no is recorded with its reason."""
    result = stage.run("reject", "01j4incident", "--reason", "not tonight")
    assert result.exit_code == 0, result.stderr
    assert stage.world.incident.status is Status.REJECTED


def test_nothing_is_approved_unread(stage: Stage) -> None:
    """Without a digest the terminal says where the plan is to be read, and approves nothing."""
    result = stage.run("approve", "01j4incident")
    assert result.exit_code == 1
    assert "error[confirmation-needed]" in result.stderr
    assert f"{stage.url}/incidents/01j4incident" in result.stderr.replace("\n", "")
    assert stage.world.incident.approvals == ()


def test_what_is_refused_there_is_told_here(stage: Stage) -> None:
    """The codes of the other side arrive as they are."""
    stage.who.token = "token-of-nobody"
    result = stage.run("approve", "01j4incident", "--yes-digest", stage.digest)
    assert (result.exit_code, "error[not-signed-in]" in result.stderr) == (1, True)
    stage.who.token = "token-of-kim"
    assert "error[incident-unknown]" in stage.run("reject", "nobody", "--reason", "x").stderr
    assert "error[plan-moved]" in stage.run("approve", "01j4incident", "--yes-digest", "d1:x").stderr


def test_nobody_is_signed_in(stage: Stage) -> None:
    """Without a sign-in the error says what to do, and nothing of what the sign-in said."""
    stage.who.token = ""
    result = stage.run("reject", "01j4incident", "--reason", "x")
    assert "error[not-signed-in-here]" in result.stderr
    assert "secret-of-the-sign-in" not in result.stderr


def test_a_scope_is_needed(stage: Stage) -> None:
    """Without a scope nobody is asked for a token."""
    result = stage.run("reject", "01j4incident", "--reason", "x", REMEDIATOR_API_SCOPE="")
    assert "error[api-scope-missing]" in result.stderr
    assert stage.who.scopes == []


def test_nobody_answers(stage: Stage) -> None:
    """An address at which nobody answers is told as such."""
    result = stage.run("reject", "01j4incident", "--reason", "x", REMEDIATOR_PUBLIC_URL="http://127.0.0.1:9")
    assert "error[remote-unreachable]" in result.stderr


def test_a_way_is_chosen_at_the_terminal(stage: Stage) -> None:
    """`--way` and `--intended` travel with the yes; what is not offered comes back as its code."""
    with_code(stage.world)
    result = stage.run("approve", "01j4incident", "--yes-digest", stage.digest, "--way", "pull-request")
    assert result.exit_code == 0, result.stderr
    assert [a.way for a in stage.world.incident.approvals] == ["pull-request"]
    stage.world.incident = replace(stage.world.incident, status=Status.AWAITING_APPROVAL, approvals=())
    refused = stage.run("approve", "01j4incident", "--yes-digest", stage.digest, "--intended")
    assert "error[way-not-offered]" in refused.stderr
    both = stage.run("approve", "01j4incident", "--yes-digest", stage.digest, "--intended", "--way", "both")
    assert both.exit_code == 2
    assert stage.world.incident.approvals == ()

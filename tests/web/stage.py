"""The web app over in-memory stand-ins, with the real steps of the flow behind it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from starlette.testclient import TestClient

from remediator.core.approval import Answer, ApprovalLink, Person
from remediator.core.choices import choices
from remediator.core.desired import DesiredState
from remediator.core.errors import Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Status
from remediator.core.overview import Overview
from remediator.core.resource_id import ResourceId
from remediator.core.signal import Signal
from remediator.flow.code_side import CodeSide, reachable
from remediator.flow.record_approval import record_approval
from remediator.ports import Held, Row, TakenIn, Write
from remediator.web.app import create_app
from remediator.web.runtime import IdentityKind, WebRuntime, WebSettings
from tests.views import samples

KEY = "function-key-of-the-tests"
CSRF_KEY = b"0123456789abcdef0123456789abcdef"
SECRET = "secret-token"
LINK = f"/approvals/01j4incident.{SECRET}"
LOCAL = WebSettings("http://127.0.0.1:8000", CSRF_KEY, IdentityKind.LOCAL, function_key=KEY)
PLATFORM = WebSettings(
    "https://remediator.example",
    CSRF_KEY,
    IdentityKind.PLATFORM,
    platform_strips_headers=True,
    function_key=KEY,
    tenant="tenant-1",
)


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = samples.NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("no door waits")


class HashTokens:
    """Tokens whose hash is SHA-256."""

    def token(self, *parts: str) -> str:
        return "-".join(parts)

    def hash(self, token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


@dataclass
class World:
    """What the app stands on; tests read it to see what has changed."""

    settings: WebSettings
    incident: Incident
    desired: DesiredState = field(default_factory=DesiredState)
    clock: HandClock = field(default_factory=HandClock)
    signals: list[Signal] = field(default_factory=list)
    kept: list[tuple[str, bytes, str]] = field(default_factory=list)
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    fails: RemediatorError | None = None
    code: CodeSide | None = None
    overview: Overview = field(default_factory=lambda: Overview(samples.NOW))

    def take_in(self, signal: Signal, *others: Signal) -> TakenIn:
        if self.fails:
            raise self.fails
        self.signals.append(signal)
        taken = TakenIn(f"incident-{len(self.signals)}", False)
        self.signals += others
        return taken

    def load(self, incident: str) -> Held:
        if incident != self.incident.id:
            raise Rejected("incident-unknown", f"there is no incident {incident}")
        return Held(self.incident, "1", "1")

    def save(self, held: Held, incident: Incident) -> Held:
        self.incident = incident
        return replace(held, incident=incident)

    def due(self, now: datetime, limit: int = 100) -> tuple[str, ...]:
        return ()

    def find(self, status: Status | None, registry: ResourceId | None, limit: int) -> Sequence[Incident]:
        return [self.incident][:limit] if status in (None, self.incident.status) else []

    def record(self, incident: str, token: str, answer: Answer, person: Person) -> Incident:
        return record_approval(
            incident,
            token,
            answer,
            person,
            incidents=self,  # type: ignore[arg-type]
            desired_states=_Loads(self.desired),
            tokens=HashTokens(),
            code=self.code,
            queue=_Wakes(self.woken),
            clock=self.clock,
        )

    def keep(self, door: str, body: bytes, reason: str) -> str:
        if self.fails:
            raise self.fails
        self.kept.append((door, body, reason))
        return f"kept-{len(self.kept)}"

    def get(self, partition: str, key: str) -> Row | None:
        return self.rows.get((partition, key))

    def write(self, partition: str, writes: Sequence[Write]) -> Mapping[str, str]:
        for one in writes:
            there = self.rows.get((partition, one.key))
            if one.version != (there.version if there else ""):
                raise Transient("lost-race", "somebody else was first")
            version = str(int(there.version) + 1) if there else "1"
            self.rows[partition, one.key] = Row(partition, one.key, one.body or b"", version=version)
        return {one.key: self.rows[partition, one.key].version for one in writes}

    def info(self, message: str, **keys: str | int | float) -> None:
        self.logged.append(f"{message} {keys}")

    error = info

    @property
    def runtime(self) -> WebRuntime:
        return WebRuntime(
            settings=self.settings,
            clock=self.clock,
            tokens=HashTokens(),
            rows=self,  # type: ignore[arg-type]
            quarantine=self,
            log=self,
            take_in=self.take_in,
            load=lambda incident: self.load(incident).incident,
            find=self.find,
            record=self.record,
            desired=lambda: self.desired,
            choices=lambda incident: choices(incident, self.desired, reachable(self.code)),
            overview=lambda: self.overview,
        )

    def client(self, **options: object) -> TestClient:
        """A browser or program in front of the app; redirects are not followed."""
        return TestClient(
            create_app(self.runtime),
            base_url=self.settings.public_url,
            follow_redirects=False,
            **options,  # type: ignore[arg-type]
        )


@dataclass
class _Loads:
    desired: DesiredState

    def load(self) -> DesiredState:
        return self.desired


@dataclass
class _Wakes:
    woken: list[str]

    def send(self, incident: str, delay: float = 0.0) -> None:
        self.woken.append(incident)


def asked(**fields: object) -> Incident:
    """The sample incident with a link whose token is `SECRET`."""
    incident = samples.incident()
    assert incident.request is not None
    links = (ApprovalLink(HashTokens().hash(SECRET), "on-call@contoso.example"),)
    return replace(incident, request=replace(incident.request, links=links), **fields)  # type: ignore[arg-type]


def linked(incident: Incident) -> Incident:
    """The same with a link whose token is derived as the program derives it, which callers without a link rely on."""
    assert incident.request is not None
    one, *_ = incident.request.links
    token = HashTokens().token(incident.id, incident.request.digest, one.recipient)
    link = ApprovalLink(HashTokens().hash(token), one.recipient)
    return replace(incident, request=replace(incident.request, links=(link,)))


def world(settings: WebSettings = LOCAL, **fields: object) -> World:
    """A world whose incident waits for approval."""
    return World(settings, asked(**fields))


def principal(oid: str = "object-kim", *extra: tuple[str, str], tenant: str = "tenant-1", name: str = "Kim") -> str:
    """The header that the platform sends for somebody."""
    schema = "http://schemas.microsoft.com/identity/claims/"
    claims = [(f"{schema}objectidentifier", oid), (f"{schema}tenantid", tenant), ("name", name), *extra]
    listed = [{"typ": typ, "val": val} for typ, val in claims if val]
    document = {"auth_typ": "aad", "name_typ": "name", "role_typ": "roles", "claims": listed}
    return base64.b64encode(json.dumps(document).encode()).decode()


def sign_in(client: TestClient, name: str = "kim") -> None:
    """Go through the local form."""
    answer = client.post("/signin", data={"user": name, "next": LINK})
    assert answer.status_code == 303


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the decision's form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))

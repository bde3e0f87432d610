"""A small Azure over TLS, a mail server, and the program in front of it: what the stories are played with.

Everything is asked and told through doors: alerts and requests over HTTP, decisions over the mailed link, status over
the API. The clock is moved by hand, so that nobody waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from remediator import bootstrap
from remediator.bootstrap import Runtime
from remediator.cli.demo.postbox import Postbox
from remediator.cli.web_app import app_of
from remediator.sandbox import Azure, Network, SandboxServer, estates

SITE = "http://127.0.0.1:8080"


class HandClock:
    """A clock that stands still until somebody waits."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=max(0.0, seconds))


@dataclass
class Town:
    """What outlives the program: Azure, the mails, the data folder, and time."""

    azure: Azure
    server: SandboxServer
    postbox: Postbox
    folder: Path
    clock: HandClock = field(default_factory=HandClock)
    desired: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    inside: bool = True  # does the program look from inside the sandbox's own network?

    @property
    def network(self) -> Network:
        return Network(self.azure)

    def app(self, name: str) -> str:
        """The id of an app."""
        ids = [one["id"] for one in self.azure.estate()["resources"] if one["type"] == "Microsoft.App/containerApps"]
        return next(rid for rid in ids if rid.endswith(f"/{name}"))

    def registry(self, name: str) -> str:
        """The id of a registry."""
        resources = self.azure.estate()["resources"]
        return next(r["id"] for r in resources if r["name"] == name and r["type"].endswith("/registries"))

    def pulls(self, name: str) -> bool:
        """Whether an app's image can be pulled now, as the network sees it."""
        return self.network.pull_app(self.app(name)).ok

    @contextmanager
    def program(self) -> Iterator[Program]:
        """The program, started on what an earlier one has left in the data folder."""
        settings = bootstrap.settings(
            {
                "REMEDIATOR_MODE": "sandbox",
                "REMEDIATOR_CLOUD": self.azure.cloud,
                "REMEDIATOR_ARM_ENDPOINT": self.server.arm_url,
                "REMEDIATOR_CA_FILE": str(self.server.ca_path),
                "REMEDIATOR_DATA_DIR": str(self.folder),
                "REMEDIATOR_PUBLIC_URL": SITE,
                "REMEDIATOR_IDENTITY_PROVIDER": "local",
                "REMEDIATOR_SMTP_HOST": "127.0.0.1",
                "REMEDIATOR_SMTP_PORT": str(self.postbox.port),
                "REMEDIATOR_SMTP_TLS": "plain",
                "REMEDIATOR_SMTP_FROM": "remediator@contoso.example",
                "REMEDIATOR_NOTIFY": "night@contoso.example",
                **({"REMEDIATOR_DESIRED_STATE": str(self.desired)} if self.desired else {}),
                **self.settings,
            }
        )
        with bootstrap.build(settings, sandbox=self.azure if self.inside else None, clock=self.clock) as runtime:
            yield Program(runtime, TestClient(app_of(runtime), base_url=SITE))


@dataclass
class Program:
    """The running program, as the outside meets it."""

    runtime: Runtime
    http: TestClient

    def alert(self, text: str) -> str:
        """Post a line of the system log to the alert door; the incident that has it."""
        answer = self.http.post("/api/alerts", content=text, headers=self._key)
        assert answer.status_code == 202, answer.text
        (incident,) = answer.json()["incidents"]
        return str(incident)

    def payload(self, body: dict[str, Any]) -> str:
        """Post an alert as an action group does; the incident that has it."""
        answer = self.http.post("/api/alerts", json=body, headers=self._key)
        assert answer.status_code == 202, answer.text
        (incident,) = answer.json()["incidents"]
        return str(incident)

    def event(self, resource: str, operation: str, claims: dict[str, str], **data: Any) -> str:
        """Post the event of a write that somebody made just now to the event door; the incident that has it."""
        about = {"resourceUri": resource, "operationName": operation, "claims": claims, **data}
        body = {
            "id": f"event-{self.runtime.ids.new()}",
            "eventType": f"Microsoft.Resources.Resource{operation.rpartition('/')[2].capitalize()}Success",
            "eventTime": self.runtime.clock.now().isoformat(),
            "subject": resource,
            "data": about,
        }
        answer = self.http.post("/api/events", json=[body], headers=self._key)
        assert answer.status_code == 202, answer.text
        (incident,) = answer.json()["incidents"]
        return str(incident)

    def request(self, registry: str) -> str:
        """Ask for a registry to be looked at; the incident."""
        answer = self.http.post("/api/remediations", json={"registry": registry}, headers=self._key)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["incident"])

    def settle(self, seconds: float = 600.0) -> None:
        """Let the program work until it waits for somebody; what is due by then is woken as the timer does."""
        self.runtime.run_until_idle(seconds)
        self.runtime.wake_due()
        self.runtime.run_until_idle(seconds)

    def incident(self, incident: str) -> dict[str, Any]:
        """The case file, as a signed-in reader gets it."""
        self._sign_in("reader")
        answer = self.http.get(f"/api/incidents/{incident}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def status(self, incident: str) -> str:
        """Its status."""
        return str(self.incident(incident)["status"])

    def decide(self, link: str, person: str, word: str, decision: str = "approve", reason: str = "") -> int:
        """Open a link, sign in, type the word and send the form; the status of the answer."""
        self.runtime.clock.sleep(60)  # people read before they decide
        self._sign_in(person)
        page = self.http.get(link)
        if page.status_code != 200:
            return page.status_code
        form = _Form()
        form.feed(page.text)
        sent = {**form.fields, "decision": decision, "confirm": word, "reason": reason}
        return self.http.post(link, data=sent, follow_redirects=True).status_code

    @property
    def _key(self) -> dict[str, str]:
        return {"x-functions-key": self.runtime.function_key}

    def _sign_in(self, person: str) -> None:
        self.http.cookies.clear()
        self.http.post("/signin", data={"user": person, "next": "/incidents"})


def links_in(postbox: Postbox) -> list[str]:
    """The approval links of all mails so far, each once, in the order in which they came."""
    found: list[str] = []
    number = 1
    while (mail := postbox.mail(number, timeout=0)) is not None:
        body = mail.get_body(("plain",))
        found += re.findall(rf"{re.escape(SITE)}/approvals/\S+", str(body.get_content()) if body else "")
        number += 1
    return list(dict.fromkeys(found))


def subjects_in(postbox: Postbox) -> list[str]:
    """The subjects of all mails so far."""
    subjects: list[str] = []
    while (mail := postbox.mail(len(subjects) + 1, timeout=0)) is not None:
        subjects.append(str(mail["Subject"]))
    return subjects


def estate(name: str) -> dict[str, Any]:
    """An estate that comes along."""
    return estates.load(name)


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("input", "textarea") and found.get("name"):
            self.fields[str(found["name"])] = found.get("value") or ""

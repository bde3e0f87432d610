"""While every write is stopped, whoever looks at the program is told so, with the reason."""

from __future__ import annotations

import logging

import pytest

from remediator.adapters.records.switch import RowSwitch
from remediator.core.incident import Incident, Notice, Status
from remediator.views import card
from remediator.views.mail import approval_mail
from tests.functions_host import payloads
from tests.functions_host.host import FUNCTION_KEY, Host
from tests.functions_host.stage import Stage
from tests.functions_host.test_people import ANNA, decide

REASON = "network freeze of the month"


@pytest.fixture
def asked(host: Host, stage: Stage) -> str:
    """An incident that waits for an approval, while every write is stopped: the link's address."""
    RowSwitch(stage.rows, stage.clock).stop(REASON, "operator-7")
    host.request("POST", "/api/alerts", payloads.log_alert(), key=FUNCTION_KEY)
    host.pump()
    return stage.link


def said(stage: Stage, template: str) -> str:
    """The text of the mail of this template."""
    notice: Notice = next(one for one in stage.told.notices if one.template == template)
    incident: Incident = stage.incident
    mail = approval_mail(incident, notice, "https://x.example", sender="a@x.example", recipient="b@x.example")
    body = mail.get_body(("plain",))
    return " ".join(str(body.get_content()).split()) if body else ""


def test_every_page_says_so(host: Host, stage: Stage, asked: str) -> None:
    """The list, an incident, an approval and a refusal have the banner; once writes go on, none has."""
    pages = ["/incidents", f"/incidents/{stage.incident.id}", asked, "/approvals/nothing", "/incidents/nobody"]
    told = [host.request("GET", page, principal=ANNA).text for page in pages]
    assert [page for page, text in zip(pages, told, strict=True) if REASON not in text] == []
    assert all("Every write to Azure is stopped" in text for text in told)
    RowSwitch(stage.rows, stage.clock).resume()
    assert not any("is stopped" in host.request("GET", page, principal=ANNA).text for page in pages)


def test_the_api_says_so(host: Host, stage: Stage, asked: str) -> None:
    """The list of incidents and each of them hold the reason, and null once writes go on."""
    addresses = ["/api/incidents", f"/api/incidents/{stage.incident.id}"]
    found = [host.request("GET", address, principal=ANNA).json["stopped"] for address in addresses]
    assert all(one is not None and one.startswith(REASON) for one in found)
    RowSwitch(stage.rows, stage.clock).resume()
    assert [host.request("GET", address, principal=ANNA).json["stopped"] for address in addresses] == [None, None]


def test_mails_and_the_journal_say_so(host: Host, stage: Stage, asked: str, caplog: pytest.LogCaptureFixture) -> None:
    """The question says it, the journal says what it waits for, each minute's log does; nothing is written, and what
    is stored of the notice does not hold the reason."""
    assert f"Every write to Azure is stopped: {REASON}" in said(stage, "approval")
    assert REASON in str(card.message(stage.told.notices[0], stage.incident, "https://x.example"))
    decide(host, asked, ANNA, confirm="contosoalbum")
    host.pump()
    assert (stage.incident.status, stage.azure.writes) == (Status.APPROVED, [])
    assert any(
        line.what.startswith(f"waiting: writes-stopped: every write is stopped: {REASON}")
        for line in stage.incident.journal
    )
    assert all("stopped" not in dict(notice.parameters) for notice in stage.incident.outbox)
    with caplog.at_level(logging.ERROR):
        host.tick("wake")
    assert "every write is stopped" in caplog.text

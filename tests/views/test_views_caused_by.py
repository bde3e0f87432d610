"""Who did it is said on pages, in mails and to programs, and names nobody by name."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from remediator.core.actor import Actor, ActorKind
from remediator.core.azure_write import AzureWrite, WriteSource
from remediator.core.incident import Notice, Status
from remediator.views import html, notice
from remediator.views.caused_by import caused_by_document, who_did_it
from remediator.views.document import incident_document
from remediator.views.mail import approval_mail
from tests.views import samples

APPLICATION = "33333333-4444-5555-6666-777777777777"
DELETED = AzureWrite(
    samples.LINK,
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
    samples.NOW - timedelta(minutes=7),
    Actor(APPLICATION, ActorKind.APPLICATION),
    "c-17",
    WriteSource.EVENT,
)
SENTENCE = (
    f"application {APPLICATION} deleted link-vnet-spoke (virtualNetworkLinks in rg-app) at 2026-08-01 02:07:07Z, "
    "the last write before it was noticed (from the event, correlation c-17)"
)


def test_the_sentence() -> None:
    """It says who, what, where, when, from where that is known, and that it is the last write and no proof."""
    assert who_did_it(DELETED) == SENTENCE
    logged = replace(DELETED, source=WriteSource.ACTIVITY_LOG, operation="x/write", correlation=None)
    assert " wrote link-vnet-spoke " in who_did_it(logged)
    assert who_did_it(logged).endswith("(from the activity log)")
    assert who_did_it(None) == ""


def test_the_document() -> None:
    """Programs get operation, resource, moment, the account with its kind, correlation and source; null for nobody."""
    found = incident_document(samples.incident(caused_by=DELETED))
    assert found["caused_by"] == {
        "operation": "Microsoft.Network/privateDnsZones/virtualNetworkLinks/delete",
        "resource": samples.LINK.text,
        "at": "2026-08-01T02:07:07Z",
        "actor": {"id": APPLICATION, "kind": "application"},
        "correlation": "c-17",
        "source": "event",
    }
    json.dumps(found)
    assert incident_document(samples.incident())["caused_by"] is None


def test_words_from_outside_stay_words() -> None:
    """Neither an address nor markup gets through in what a payload made up."""
    odd = replace(DELETED, correlation="ann@contoso.example<mark>", operation="ann@contoso.example/delete")
    assert "contoso.example" not in json.dumps(caused_by_document(odd)) + who_did_it(odd)
    assert "<mark>" not in html.incident_page(samples.incident(caused_by=odd), "lin")


@pytest.mark.parametrize("page", [html.incident_page, lambda case, _: html.approval_page(case, html.ApprovalPage())])
def test_pages_say_it(page) -> None:
    """The incident's page and the approval page have a line for it, and none where nobody is known."""
    assert f"<dt>Who did it</dt><dd>{SENTENCE}</dd>" in page(samples.incident(caused_by=DELETED), "lin")
    assert "Who did it" not in page(samples.incident(), "lin")


def test_the_mail_that_asks_says_it() -> None:
    """Whoever is asked to approve reads who it was, in the text and in the page of the mail."""
    case = samples.incident(caused_by=DELETED)
    mail = approval_mail(
        case, case.outbox[0], "https://r.example/x", sender="r@contoso.example", recipient="a@contoso.example"
    )
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert f"application {APPLICATION} deleted link-vnet-spoke" in " ".join(body.get_content().split())


@pytest.mark.parametrize(
    ("status", "said"), [(Status.NEEDS_HUMAN, True), (Status.REPORTED, True), (Status.RESOLVED, False)]
)
def test_what_is_mended_is_nobodys_fault_any_more(status: Status, said: bool) -> None:
    """Notices about what has still to be done say it; that it is mended is told without it."""
    words = notice.words(Notice("n", status.value.lower(), "mail"), samples.incident(status=status, caused_by=DELETED))
    assert any(one.startswith("Who did it: ") for one in words.paragraphs) is said

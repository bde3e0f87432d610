"""The ids by which an incident is found elsewhere are on everything that people and programs read."""

from __future__ import annotations

from remediator.core.incident import Notice
from remediator.views.document import incident_document
from remediator.views.html import incident_page
from remediator.views.mail import approval_mail, notice_mail
from tests.views import samples

ID = "44444444-4444-4444-4444-444444444444"
KNOWN = samples.incident(correlation=ID)
TOLD = Notice("n1", "needs-human", "mail", (("recipient", "on-call@contoso.example"),))
WHO = {"sender": "remediator@contoso.example", "recipient": "on-call@contoso.example"}


def test_mails_end_with_both_ids() -> None:
    """Each mail, in text and in HTML, names the incident and the sender's correlation id where there is one."""
    for mail in (approval_mail(KNOWN, KNOWN.outbox[0], "https://x.example/a", **WHO), notice_mail(KNOWN, TOLD, **WHO)):
        for kind in ("plain", "html"):
            part = mail.get_body((kind,))
            assert part is not None
            assert f"Incident 01j4incident, correlation {ID}" in part.get_content()
    text = notice_mail(samples.incident(), TOLD, **WHO).get_body(("plain",))
    assert text is not None
    assert text.get_content().rstrip().endswith("Incident 01j4incident")


def test_the_document_and_the_page_have_it() -> None:
    """The JSON of an incident and its page have the correlation id; the JSON has each journal line's hash."""
    assert incident_document(KNOWN)["correlation"] == ID
    assert incident_document(samples.incident())["correlation"] is None
    assert ID in incident_page(KNOWN, "lin")
    noted = KNOWN.note(samples.NOW, "noted")
    assert incident_document(noted)["journal"][-1]["hash"] == noted.journal[-1].hash

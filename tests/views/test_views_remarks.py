"""What the preflight could not find out is told wherever somebody decides."""

from __future__ import annotations

from dataclasses import replace

from remediator.cli.person import plan_of
from remediator.core.incident import Incident
from remediator.views import html
from remediator.views.document import incident_document
from remediator.views.notice import words

from . import samples

REMARK = "the way back is barred: the lock <b>hold</b> forbids to delete what kim@contoso.example's plan creates"


def asked(*remarks: str) -> Incident:
    incident = samples.incident()
    assert incident.request is not None
    return replace(incident, request=replace(incident.request, remarks=remarks))


def test_the_question_has_the_remarks() -> None:
    """The notice that asks, the page and the terminal have each remark; without one nobody reads of it."""
    incident = asked(REMARK, "another")
    notice = incident.outbox[0]
    told = [one for one in words(notice, incident).paragraphs if one.startswith("Before you decide")]
    assert len(told) == 2
    assert "the way back is barred" in told[0]
    assert html.approval_page(incident, html.ApprovalPage()).count("Before you decide") == 2
    assert [line for line in plan_of(incident) if line.startswith("Before you decide: another")]
    assert "Before you decide" not in html.approval_page(asked(), html.ApprovalPage())
    assert not any("Before you decide" in one for one in words(notice, asked()).paragraphs)


def test_a_remark_is_outside_text() -> None:
    """Azure's words can hold anything: they are escaped, and mail addresses in them are removed."""
    incident = asked(REMARK)
    page = html.approval_page(incident, html.ApprovalPage())
    assert "<b>hold</b>" not in page
    assert "kim@contoso.example" not in page
    assert "kim@contoso.example" not in " ".join(words(incident.outbox[0], incident).paragraphs)
    assert "kim@contoso.example" not in str(incident_document(incident)["request"])

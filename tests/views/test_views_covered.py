"""What a yes covers, how each change is taken back, and which levels were heard: said wherever people read it."""

from __future__ import annotations

import pytest

from remediator.core.change import Change, ChangeKind
from remediator.core.incident import Notice, Status
from remediator.core.resource_id import ResourceId
from remediator.core.verification import Outcome, ProbeResult, Proof, Verification
from remediator.views import html, wording
from remediator.views.card import message
from remediator.views.document import incident_document
from remediator.views.mail import approval_mail, notice_mail

from . import samples

ASK = Notice("asked-1", "approval", "mail", (("recipient", "kim@contoso.example"),))
SENT = {"sender": "r@contoso.example", "recipient": "kim@contoso.example"}
PEERING = ResourceId(f"{samples.NETWORK}/virtualNetworkPeerings/to-hub")


def text_of(mail: object) -> str:
    return " ".join(str(mail.get_body(("plain",)).get_content()).split())  # type: ignore[attr-defined]


@pytest.mark.parametrize("sentence", wording.COVERS)
def test_the_question_says_what_a_yes_covers(sentence: str) -> None:
    """Mail, card and page say beforehand that own changes are taken back, and that a probe may be started."""
    incident = samples.incident()
    page = html.ApprovalPage(form=html.DecisionForm("/approvals/x", "t", "contosoimages"))
    assert sentence in text_of(approval_mail(incident, ASK, "https://x.example", **SENT))
    assert sentence in str(message(ASK, incident, "https://x.example"))
    assert sentence in html.approval_page(incident, page)


@pytest.mark.parametrize(
    ("kind", "before", "after", "says"),
    [
        (ChangeKind.CREATE_LINK, None, {"network": "n"}, "deleted again"),
        (ChangeKind.UPDATE_REGISTRY, {"publicNetworkAccess": "a"}, {"publicNetworkAccess": "b"}, "old values"),
        (ChangeKind.DELETE_PEERING, {"remote": "r"}, None, "created again"),
        (ChangeKind.DELETE_ENDPOINT, {"registry": "r"}, None, "stays deleted"),
        (ChangeKind.UPDATE_PEERING, {"sync": "Remote"}, {"sync": "Full", "remote": "r"}, "stays synchronised"),
        (ChangeKind.UPDATE_PEERING, {"access": False}, {"access": True}, "old values"),
        (ChangeKind.UPGRADE_SKU, {"sku": "Basic"}, {"sku": "Premium"}, "stays upgraded"),
        (ChangeKind.APPROVE_CONNECTION, {"status": "Pending"}, {"status": "Approved"}, "is rejected"),
    ],
)  # fmt: skip
def test_the_way_back_is_what_the_program_does(kind: ChangeKind, before: dict, after: dict, says: str) -> None:
    """Nothing is said to be put back that has no way back: a deleted endpoint, an upgrade, a synchronisation."""
    change = Change(kind, PEERING, "change it", before, after, "peering")
    assert says in wording.undo_sentence(change)


def test_which_levels_were_heard_is_told() -> None:
    """Mail, page and JSON name the levels that spoke and what each saw, so that no proof is taken for more."""
    seen = ProbeResult(samples.APP.text, samples.HOST, ("10.20.4.5",), True, True, "as they should be", Proof.PROBE)
    checked = Verification(samples.NOW, Outcome.RESOLVED, Proof.PROBE, "seen", (seen,), 2, (Proof.MODEL, Proof.PROBE))
    incident = samples.incident(status=Status.RESOLVED, verification=checked)
    said = "levels heard: model, probe; not heard: pull"
    assert said in text_of(notice_mail(incident, Notice("r-1", "resolved", "mail"), **SENT))
    assert said in html.incident_page(incident, "kim")
    told = incident_document(incident)["verification"]
    assert (told["spoke"], told["proof"]) == (["model", "probe"], "probe")
    (one,) = told["probes"]
    assert (one["proof"], one["whole"], one["pulled"]) == ("probe", True, None)

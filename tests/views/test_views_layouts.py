"""SVG, markdown and mails: escaped, readable without colour, the same each time."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import fields, replace
from email import message_from_bytes
from email.policy import default

import pytest

from remediator.core import testimony
from remediator.core.errors import Misconfigured
from remediator.core.incident import Notice, Status
from remediator.core.plan import Plan
from remediator.core.pull_error import Cause, Confidence
from remediator.core.pull_path import Hop, HopName, PullPath, Verdict
from remediator.core.verification import Outcome, Proof, Verification
from remediator.views import html, markdown, wording
from remediator.views.links import approval_link, read_approval
from remediator.views.mail import approval_mail, notice_mail
from remediator.views.picture_svg import svg
from tests.views import samples

LINK = "https://remediator.example/approvals/01j4incident.secret-token"
ASK = samples.incident().outbox[0]


def test_the_svg_tells_its_story_in_words() -> None:
    """The picture has a title and a description, marks the broken hop with ✗, and has no script or link."""
    root = ElementTree.fromstring(svg(samples.broken_path()))
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    texts = list(root.itertext())
    assert texts[0] == wording.path_sentence(samples.broken_path())
    assert "DNS zone: broken, privatelink.azurecr.cn is not linked" in texts[1]
    assert "✗" in texts
    assert "DNS zone – broken here" in texts
    assert names == {"svg", "title", "desc", "rect", "text", "path", "circle"}
    assert not [name for element in root.iter() for name in element.attrib if name in ("style", "onload", "href")]


def _classed(path: PullPath, name: str) -> list[ElementTree.Element]:
    return [e for e in ElementTree.fromstring(svg(path)).iter() if name in e.get("class", "").split()]


def test_the_end_of_the_way_stands_out() -> None:
    """One card marks the broken hop with its rule, and a registry that was not reached has a broken line around it."""
    path = samples.broken_path()
    assert len(_classed(path, "alarm")) == 1
    assert "rule vnet-link" in list(ElementTree.fromstring(svg(path)).itertext())
    assert [box.get("stroke-dasharray") for box in _classed(path, "box")] == [None, "4 4"]
    unknown = replace(path, hops=(Hop(HopName.RESOLVER, Verdict.UNKNOWN, "who knows", "custom-dns"),))
    assert [card.get("class") for card in _classed(unknown, "alarm")] == ["alarm unknown"]
    assert "resolver – not known" in list(ElementTree.fromstring(svg(unknown)).itertext())


def test_what_is_not_asked_steps_back() -> None:
    """Of a whole path nothing alarms, the registry is reached, and hops that do not concern it are only named."""
    path = samples.whole_path()
    texts = list(ElementTree.fromstring(svg(path)).itertext())
    assert (_classed(path, "alarm"), len(_classed(path, "unasked"))) == ([], 2)
    assert [box.get("stroke-dasharray") for box in _classed(path, "box")] == [None, None]
    assert "firewall: not asked" in texts
    assert "contosoimages → 10.20.4.5" in texts
    assert texts[1].endswith("image: ok, not asked: the registry was not read")


def test_no_text_of_the_svg_leaves_it() -> None:
    """Long reasons are folded into lines that fit, in the bold card too, and cut after six."""
    words = "a reason of many words " * 30
    path = replace(samples.broken_path(), hops=(Hop(HopName.ZONE, Verdict.BROKEN, words, "vnet-link"),))
    shown = [e for e in ElementTree.fromstring(svg(path)).iter() if e.tag.endswith("}text")]
    assert max(len(e.text or "") for e in shown) <= 44
    assert max(len(e.text or "") for e in shown if e.get("font-weight") == "600") <= 38
    assert len([e for e in shown if "a reason" in (e.text or "")]) <= 6


def test_the_svg_is_well_formed_whatever_the_names() -> None:
    """Markup and control characters in names and reasons stay text."""
    attack = "</text><script>alert(1)</script>\x00\x1b&\"'"
    hop = Hop(HopName.IMAGE, Verdict.BROKEN, attack, attack)
    path = replace(samples.broken_path(), host=attack, hops=(hop,), addresses=((attack, (attack,)),))
    root = ElementTree.fromstring(svg(path))
    assert "script" not in {element.tag.rpartition("}")[2] for element in root.iter()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[x](javascript:y)", "\\[x\\]\\(javascript:y\\)"),
        ("<b>|`*_", "&lt;b&gt;\\|\\`\\*\\_"),
        ("1. one", "1\\. one"),
        ("a\nb", "a b"),
        ("@octocat", "@\u2060octocat"),
        ("https://x.example", "https:\u2060//x.example"),
    ],
)
def test_markdown_is_text(text: str, expected: str) -> None:
    """Nothing in an outside text becomes markup, a mention or a link."""
    assert markdown.escaped(text) == expected


def test_a_code_span_cannot_be_ended() -> None:
    """Backticks in a text get a longer fence."""
    assert markdown.code("a`b``c") == "```a`b``c```"


def test_a_mail_stays_small_however_long_the_plan() -> None:
    """A plan of a hundred changes is in it whole; of two thousand it has the first, and says that the page has more."""

    def text_of(changes: int) -> str:
        one = samples.link_change()
        many = Plan(tuple(replace(one, target=one.target.child("links", f"link{n}")) for n in range(changes)))
        incident = samples.incident(diagnosis=replace(samples.diagnosis(), plan=many))
        mail = approval_mail(incident, ASK, LINK, sender="r@contoso.example", recipient="kim@contoso.example")
        part = mail.get_body(("plain",))
        assert part is not None
        assert len(bytes(mail)) < 500_000
        return str(part.get_content())

    assert "/link99" in text_of(100)
    assert "more lines" not in text_of(100)
    long = text_of(2000)
    assert "/link1999" not in long
    assert "more lines, on the page" in long


def test_the_approval_mail_reads_well_as_text() -> None:
    """The text part comes first and has the sentence, the link, the picture, the plan and the way back."""
    mail = approval_mail(samples.incident(), ASK, LINK, sender="r@contoso.example", recipient="kim@contoso.example")
    parts = [part.get_content_type() for part in mail.iter_parts()]
    text = mail.get_body(("plain",)).get_content()
    assert parts == ["text/plain", "text/html"]
    assert text.startswith("orders cannot pull from contosoimages.azurecr.cn: privatelink.azurecr.cn is not linked")
    assert f"Read and decide:\n{LINK}\n" in text
    assert "Please answer until 2026-08-02 02:14:07Z." in text
    assert "✗  DNS zone     BROKEN HERE" in text
    assert "+ 1. Link privatelink.azurecr.cn to vnet-spoke" in text
    assert "link-vnet-spoke: deleted again" in text
    assert mail["Subject"] == "[remediator] Approval wanted: contosoimages"


def test_a_repeat_is_the_same_mail() -> None:
    """The same notice has the same Message-ID and link; another notice of the incident is in the same thread."""
    incident = samples.incident()
    one, two = (
        approval_mail(incident, ASK, LINK, sender="r@contoso.example", recipient="kim@contoso.example")
        for _ in range(2)
    )
    later = notice_mail(
        incident, Notice("resolved-1", "resolved", "mail"), sender="r@contoso.example", recipient="kim@contoso.example"
    )
    assert one["Message-ID"] == two["Message-ID"] != later["Message-ID"]
    assert one["References"] == later["References"] == later["In-Reply-To"]
    assert later["Subject"] == "[remediator] Resolved: contosoimages"


def test_a_mail_survives_hostile_names() -> None:
    """Markup and line breaks in names become neither headers nor elements."""
    attack = "x\r\nBcc: all@contoso.example<script>"
    incident = samples.incident(
        diagnosis=replace(samples.diagnosis(), paths=(replace(samples.broken_path(), host=attack),))
    )
    mail = approval_mail(incident, ASK, LINK, sender="r@contoso.example", recipient="kim@contoso.example")
    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert read["Bcc"] is None
    assert "<script" not in mail.get_body(("html",)).get_content()


@pytest.mark.parametrize(
    "address",
    ["", "kim", "a@x.example, b@x.example", "a@x.example\r\nBcc: b@x.example", "a@x.example b", "a@b@c", "<>"],
)
def test_a_wrong_address_gets_no_mail(address: str) -> None:
    """What is not one mail address is refused, and not repeated in the refusal."""
    with pytest.raises(Misconfigured) as refused:
        notice_mail(samples.incident(), ASK, sender="r@contoso.example", recipient=address)
    assert "x.example" not in str(refused.value)


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_words(status: Status) -> None:
    """Pages and mails can be made for an incident in every status, also without a diagnosis."""
    checked = Verification(samples.NOW, Outcome.RESOLVED, Proof.PROBE, "the name ends at 10.20.4.5")
    for incident in (
        samples.incident(status=status, verification=checked),
        samples.incident(status=status, diagnosis=None),
    ):
        notice = Notice("k", status.value.lower().replace("_", "-"), "mail")
        mail = notice_mail(incident, notice, sender="r@contoso.example", recipient="kim@contoso.example")
        assert len(mail["Subject"]) <= 78
        assert wording.STATUSES[status] in html.incident_page(incident, "kim")
        assert wording.STATUSES[status] in html.approval_page(incident, html.ApprovalPage())
        assert wording.STATUSES[status] in html.incidents_page((incident,), "kim")


def test_links_are_read_back() -> None:
    """An approval link gives its incident and token back; anything else gives nothing."""
    part = approval_link("https://x.example/", "01j4", "t_o-k").rpartition("/")[2]
    assert read_approval(part) == ("01j4", "t_o-k")
    assert [read_approval(text) for text in ("01j4", ".x", "x.", "a.b.c", "a/b.c")] == [None] * 5


def test_a_page_says_whom_a_plan_touches_and_what_the_text_is_worth() -> None:
    """Both pages name the apps and networks within reach, and the error text beside the estate, where there was one."""
    why = f"the text is wrong: {samples.BROKEN_HOP.detail}"
    text = testimony.Testimony(Cause.auth_unauthorized, Confidence.low, testimony.Stand.DISAGREES, why)
    for found, said in ((samples.diagnosis(), False), (replace(samples.diagnosis(), testimony=text), True)):
        incident = samples.incident(diagnosis=found)
        for page in (html.approval_page(incident, html.ApprovalPage()), html.incident_page(incident, "kim")):
            assert "Within reach: 1 app (orders), 1 network (vnet-spoke)." in page
            assert ("the text is wrong (auth_unauthorized, confidence low)" in page) is said


def test_the_style_is_allowed_by_its_hash() -> None:
    """The hash in the policy is that of the style on the page, so that no other style is taken."""
    page = html.signin_page("/incidents")
    assert f"<style>{html.STYLE}</style>" in page
    assert html.STYLE_SOURCE.startswith("'sha256-")
    assert [f.name for f in fields(html.DecisionForm)] == ["action", "csrf", "code", "ways"]

"""The words of a pull request: what a reviewer reads, that nothing of it is markup, and what never stands in it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from remediator.core.change import Change, ChangeKind
from remediator.core.code_home import CodeHome, CodeHostKind, Language
from remediator.core.code_request import Purpose
from remediator.core.desired import Decision, Way
from remediator.core.finding import Finding, Severity
from remediator.core.incident import Incident
from remediator.core.plan import Plan
from remediator.core.policy import Ruling
from remediator.core.pull_log import LogLine
from remediator.core.pull_request import CommitDraft, Draft, FileText
from remediator.core.request_words import Closing
from remediator.views.mermaid import mermaid
from remediator.views.request_body import RequestTexts
from remediator.views.request_redacted import redacted_text
from tests.views import samples

TEXTS = RequestTexts("https://remediator.contoso.example/")
HOME = CodeHome(CodeHostKind.GITHUB, "contoso/network")
DRAFT = Draft(
    (CommitDraft("Link the zone", (FileText("privatelink/contosoimages/main.bicep", "x"),)),), ("the name was assumed",)
)
NASTY = '"]\n```\n%%{init: {}}%% <script>alert(1)</script> [x](https://evil.example) @everyone #12 | `tick` *bold*'


def body(incident: Incident, purpose: Purpose = Purpose.INSTEAD, draft: Draft = DRAFT, home: CodeHome = HOME) -> str:
    return TEXTS.body(incident, purpose, draft, home)


def diagnosed(incident: Incident, **fields: object) -> Incident:
    assert incident.diagnosis is not None
    return replace(incident, diagnosis=replace(incident.diagnosis, **fields))


def test_a_reviewer_finds_everything() -> None:
    """What failed, the incident, the plan, the path, the effect, how to test and undo, the notes, the evidence."""
    text = body(samples.incident())
    assert text.index("What failed") < text.index("/incidents/01j4incident") < text.index("### The plan")
    parts = ("Where the pull stops", "What it does", "reviewer must know", "How to test", "How to undo", "Evidence")
    assert [part for part in parts if part not in text] == []
    assert "+ 1. Link privatelink.azurecr.cn to vnet-spoke" in text
    assert "+ resolutionPolicy: Default" in text
    assert "az bicep build --file privatelink/contosoimages/main.bicep" in text
    assert "the name was assumed" in text


def test_the_broken_hop_is_marked() -> None:
    """The diagram marks the hop where the way ends, and dashes what the pull never came to."""
    assert samples.incident().diagnosis is not None
    lines = mermaid(samples.incident().diagnosis.paths[0]).splitlines()
    assert lines[0] == "flowchart TB"
    (broken,) = [line for line in lines if "BROKEN HERE" in line]
    assert f"  class {broken.split('[')[0].strip()} broken" in lines
    assert any("-.-" in line for line in lines)


def test_the_same_incident_gives_the_same_bytes() -> None:
    """Nothing of a body depends on when it is written, or on what the case file has learned since."""
    incident = samples.incident()
    later = incident.note(incident.opened_at, "looked again")
    assert body(incident) == body(later)
    assert TEXTS.title(incident, Purpose.INSTEAD) == TEXTS.title(later, Purpose.INSTEAD)


@pytest.mark.parametrize("purpose", Purpose)
def test_outside_text_is_never_markup(purpose: Purpose) -> None:
    """Names and logs that carry Markdown, HTML, Mermaid or shell stay words: no link, no mention, no new fence."""
    incident = samples.incident()
    found = incident.diagnosis
    assert found is not None
    hops = tuple(replace(hop, detail=NASTY) for hop in found.paths[0].hops)
    finding = replace(found.findings[0], evidence=(NASTY,), summary=NASTY)
    change = replace(found.plan.changes[0], summary=NASTY, after={"network": NASTY, NASTY: "x"})
    nasty = diagnosed(incident, findings=(finding,), paths=(replace(found.paths[0], hops=hops),), plan=Plan((change,)))
    nasty = replace(nasty, evidence=(LogLine(incident.opened_at, "orders", "env", NASTY),))
    draft = Draft((CommitDraft("x", (FileText("a'; rm -rf ~.bicep", "x"),)),), (NASTY,))
    text = body(nasty, purpose, draft)
    outside = re.sub(r"(?ms)^```\w+\n.*?^```$", "", text)
    assert "```" not in outside
    assert "<script" not in outside
    assert "](https://evil" not in outside
    assert not re.search(r"(?<!\\)@everyone", outside.replace("@\u2060", ""))
    for diagram in re.findall(r"(?ms)^```mermaid\n(.*?)^```$", text):
        assert "%%{" not in diagram
        assert all(line.count('"') in (0, 2) for line in diagram.splitlines())
        assert "<script" not in diagram
    assert "\nrm -rf" not in text
    parsed = [token for block in MarkdownIt("commonmark").parse(text) for token in (block, *(block.children or ()))]
    assert {token.type for token in parsed}.isdisjoint({"html_block", "html_inline", "image"})
    links = {str(token.attrs["href"]) for token in parsed if token.type == "link_open"}
    assert links == {"https://remediator.contoso.example/incidents/01j4incident"}
    assert "'a'\\''; rm -rf ~.bicep'" in text or ".bicep" not in text
    assert "\n" not in TEXTS.title(nasty, purpose)


def test_callers_and_secrets_never_stand_in_it() -> None:
    """Mail addresses, tokens and the addresses of callers are hidden; private ones of the network stay."""
    said = (
        "denied: client with IP '198.51.100.23' and 2001:db8:0:1::7 (kim@contoso.example) "
        "Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2ln, endpoint 10.1.2.5"
    )
    incident = samples.incident()
    found = incident.diagnosis
    assert found is not None
    hops = tuple(replace(hop, detail=said) for hop in found.paths[0].hops)
    nasty = diagnosed(
        incident,
        findings=(replace(found.findings[0], evidence=(said,)),),
        paths=(replace(found.paths[0], hops=hops),),
    )
    nasty = replace(nasty, evidence=(LogLine(incident.opened_at, "orders", "env", said),))
    for purpose in Purpose:
        text = body(nasty, purpose, Draft(DRAFT.commits, (said,)))
        for hidden in ("198.51.100", "2001:db8", "kim", "eyJ"):
            assert hidden not in text, (purpose, hidden)
    assert "10.1.2.5" in body(nasty)


def _listed(before: list[str], after: list[str]) -> Incident:
    incident = samples.incident()
    registry = incident.registries[0]
    change = Change(
        ChangeKind.UPDATE_REGISTRY, registry, "Set ipRules", {"ipRules": before}, {"ipRules": after}, "ip-rules"
    )
    finding = Finding("ip-rules", registry, Severity.DRIFT, "ipRules differ", remedy=(change,))
    ruling = Ruling(Decision.ASK, Way.PULL_REQUEST, ("a person decides",))
    return diagnosed(incident, findings=(finding,), plan=Plan((change,)), ruling=ruling)


def test_an_address_stands_only_where_it_is_declared() -> None:
    """An address rule that the request declares is shown; one that somebody has added by hand is not given away."""
    incident = _listed(["198.51.100.23", "203.0.113.7"], ["203.0.113.7"])
    text = body(incident)
    assert "203.0.113.7" in text
    assert "198.51.100.23" not in text
    intended = body(incident, Purpose.INTENDED)
    assert "198.51.100.23" in intended, "what was intended is what the file will say"


def test_a_commits_message_gives_nothing_away() -> None:
    """What may not stand in a request's body is hidden in the messages of its commits too; their lines stay."""
    incident = _listed(["198.51.100.23", "203.0.113.7"], ["203.0.113.7"])
    said = "Set ipRules from 198.51.100.23, 203.0.113.7 to 203.0.113.7\n\nkim@contoso.example added it."
    assert TEXTS.message(incident, Purpose.INSTEAD, said) == (
        "Set ipRules from (address), 203.0.113.7 to 203.0.113.7\n\n(address) added it."
    )
    assert "198.51.100.23" in TEXTS.message(incident, Purpose.INTENDED, said)


def test_what_is_no_address_stays() -> None:
    """Versions, times, private and loopback addresses are no callers."""
    for word in ("1.2.3", "10.0.0.4", "192.168.1.0/24", "127.0.0.1", "02:03:04", "2026-03-01", "fd00::1"):
        assert redacted_text(word) == word
    for word in ("8.8.8.8", "8.8.8.0/24", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert redacted_text(f"from {word}.") == "from (address)."


def test_terraform_is_tested_with_terraform() -> None:
    """The commands are those of the home's language."""
    draft = Draft((CommitDraft("x", (FileText("net/one.tf", "x"),)),))
    assert "terraform -chdir=net init" in body(
        samples.incident(), draft=draft, home=replace(HOME, language=Language.TERRAFORM)
    )


def test_a_folder_is_tested_as_a_whole() -> None:
    """Modules come with their main file: only that is built, and each file once."""
    files = (FileText("p/main.bicep", "targetScope = 'subscription'\n"), FileText("p/zone.bicep", "param x string\n"))
    text = body(samples.incident(), draft=Draft((CommitDraft("x", files),)))
    assert text.count("az bicep build --file p/main.bicep") == 1
    assert "p/zone.bicep" not in text


def test_a_body_is_never_too_long() -> None:
    """A plan that is too long for a host ends with a word about the rest, and the incident's link stays."""
    incident = samples.incident()
    found = incident.diagnosis
    assert found is not None
    change = found.plan.changes[0]
    many = tuple(
        replace(change, target=change.target.child("x", str(n)), after={f"f{m}": "v" * 2000 for m in range(8)})
        for n in range(60)
    )
    text = body(diagnosed(incident, plan=Plan(many)))
    assert len(text) < 65_536
    assert "/incidents/01j4incident" in text
    assert text.rstrip().endswith("the incident's page has it.*")
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize("why", Closing)
def test_a_closing_comment_says_why(why: Closing) -> None:
    """Each reason for closing has words of its own, and the incident's link."""
    text = TEXTS.closing(samples.incident(), why)
    assert "https://remediator.contoso.example/incidents/01j4incident" in text
    assert len({TEXTS.closing(samples.incident(), one) for one in Closing}) == len(Closing)

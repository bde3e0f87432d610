"""How an incident's pull request stands, in mails, at the terminal and for programs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.code_request import CodeRequest, Purpose
from remediator.core.desired import Way
from remediator.core.incident import Incident, Notice, Status
from remediator.core.pull_request import PullRequest, RequestState
from remediator.views.card import message
from remediator.views.deciding import covers, offered
from remediator.views.mail import notice_mail
from remediator.views.request_state import document, lines, shown
from tests.views import samples

HOME = CodeHome(CodeHostKind.GITHUB, "contoso/network")
MADE = PullRequest(7, "https://github.com/contoso/network/pull/7", "remediator/01j4incident")
OPEN = CodeRequest(Purpose.INSTEAD, MADE.branch, "d1:x", samples.NOW, HOME, MADE)
FAILED = replace(OPEN, made=None).ended(
    ("code-not-located", "two modules declare it, ask kim@contoso.example"), "In `dns.bicep`:\n\n    name: 'spoke'"
)


def mail(incident: Incident, template: str, **parameters: str) -> tuple[str, str]:
    """Subject and plain text of a notice's mail."""
    known = (("recipient", "kim@contoso.example"), *parameters.items())
    made = notice_mail(
        incident,
        Notice(f"{template}-1", template, "mail", known),
        sender="remediator@contoso.example",
        recipient="kim@contoso.example",
        link="https://remediator.contoso.example/incidents/01j4incident",
    )
    body = made.get_body(("plain",))
    assert body is not None
    return str(made["Subject"]), str(body.get_content())


def with_request(request: CodeRequest, status: Status) -> Incident:
    return replace(samples.incident(), status=status, pull_request=request)


def test_the_mail_of_an_open_request() -> None:
    """It says that nothing is changed before the merge, and where the request is."""
    subject, text = mail(with_request(OPEN, Status.AWAITING_MERGE), "awaiting-merge", request=MADE.url)
    assert "Pull request opened" in subject
    assert "Nothing is changed until it is merged" in text
    assert f"The pull request is open: {MADE.url}" in text


def test_what_a_person_would_write_is_in_the_mail() -> None:
    """Where nothing could be written, the mail has the code, the reason and the text with its lines, and no address."""
    incident = with_request(FAILED, Status.NEEDS_HUMAN)
    incident = replace(incident, error=FAILED.trouble)
    _, text = mail(incident, "needs-human", reason="two modules declare it")
    assert "code-not-located" in text
    assert "What a person would write\n-------------------------\nIn `dns.bicep`:\n\n    name: 'spoke'" in text
    assert "kim@contoso" not in text


@pytest.mark.parametrize(
    ("template", "subject", "words"),
    [
        ("request-opened", "Pull request opened", "A pull request says the same in code"),
        ("request-closed", "Pull request closed", "A person closed the pull request"),
        ("request-trouble", "No pull request", "the code does not say so"),
    ],
)
def test_news_beside_the_mending(template: str, subject: str, words: str) -> None:
    """What becomes of a request beside applied changes is told as itself: the incident stays resolved."""
    told = mail(with_request(replace(OPEN, purpose=Purpose.BESIDE), Status.RESOLVED), template)
    assert subject in told[0]
    assert words in told[1]


@pytest.mark.parametrize("template", ["awaiting-merge", "request-trouble", "needs-human"])
def test_a_card_holds_links_to_the_incident_alone(template: str) -> None:
    """A card never leads into a repository, and never decides: its one action opens the incident."""
    page = "https://remediator.contoso.example/incidents/01j4incident"
    notice = Notice("n-1", template, "teams", (("recipient", "teams:ops"), ("request", MADE.url)))
    card = message(notice, with_request(OPEN, Status.AWAITING_MERGE), page)["attachments"][0]["content"]
    assert [action["url"] for action in card["actions"]] == [page]
    assert {action["type"] for action in card["actions"]} == {"Action.OpenUrl"}


@pytest.mark.parametrize(
    ("request_", "state"),
    [
        (replace(OPEN, made=None), "wanted"),
        (OPEN, "open"),
        (replace(OPEN, merged_at=samples.NOW), "merged"),
        (replace(OPEN, made=replace(MADE, state=RequestState.CLOSED)), "closed"),
        (FAILED, "failed"),
        (replace(OPEN, made=None).ended(), "not-needed"),
    ],
)
def test_each_state_has_a_word(request_: CodeRequest, state: str) -> None:
    """Programs read the word, people a sentence with it."""
    found, told = document(request_), shown(request_)
    assert found is not None
    assert told is not None
    assert found["state"] == state
    assert told.state


def test_the_terminal_names_it() -> None:
    """One line with state and address, and below it what is wrong and what to write, indented as it was."""
    assert lines(None) == []
    assert lines(OPEN) == [f"Pull request open: {MADE.url} (the plan goes by it alone)"]
    told = lines(FAILED)
    assert told[0].startswith("Pull request could not be opened: github.com/contoso/network@main")
    assert told[1] == "  ✗ code-not-located: two modules declare it, ask (address)"
    assert told[-1] == "      name: 'spoke'"


def test_buttons_and_what_a_yes_covers() -> None:
    """The first way is what a plain yes means; what a yes covers is only promised where something is applied."""
    assert [one.value for one in offered((Way.DIRECT, Way.BOTH, Way.INTENDED))] == [
        "approve",
        "approve both",
        "approve intended",
    ]
    assert any("takes its own changes back" in one for one in covers((Way.DIRECT,)))
    assert not any("takes its own changes back" in one for one in covers((Way.PULL_REQUEST, Way.INTENDED)))

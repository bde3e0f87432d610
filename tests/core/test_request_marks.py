"""By which marks a branch and a request of ours are known again, and how their texts are made to fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from remediator.core.code_home import CodeHome, CodeHostKind
from remediator.core.errors import Rejected
from remediator.core.pull_request import CommitDraft, FileText, Proposal
from remediator.core.request_marks import CLOSED, bears, closing, digest, fitted, is_ours, line, marked, mentioned, same

AT = datetime(2026, 11, 28, 9, tzinfo=UTC)
FIRST = CommitDraft("First", (FileText("a.tf", "1\n"), FileText("b.tf", None)))
PROPOSAL = Proposal("remediator/1", "1" * 40, "T", "B", (FIRST, CommitDraft("Last\n", (FileText("c.tf", "3"),))), AT)


def test_the_last_commit_names_the_proposal() -> None:
    """The last message bears the digest at its end, the others are as they were."""
    first, last = marked(PROPOSAL)
    assert first == FIRST
    assert last.message.startswith("Last\n\nRemediator-Proposal: ")
    assert bears(last.message, PROPOSAL)
    assert bears(last.message + "\n", PROPOSAL)
    assert not bears(f"{last.message} and more", PROPOSAL)
    assert not bears("Last", PROPOSAL)


@pytest.mark.parametrize(
    "other",
    [
        replace(PROPOSAL, base="2" * 40),
        replace(PROPOSAL, at=AT + timedelta(seconds=1)),
        replace(PROPOSAL, commits=PROPOSAL.commits[::-1]),
        replace(PROPOSAL, commits=(replace(FIRST, message="Other"), PROPOSAL.commits[1])),
        replace(
            PROPOSAL, commits=(replace(FIRST, files=(FileText("a.tf", "2\n"), FIRST.files[1])), PROPOSAL.commits[1])
        ),
        replace(PROPOSAL, commits=(replace(FIRST, files=(FIRST.files[0], FileText("b.tf", ""))), PROPOSAL.commits[1])),
    ],
)
def test_other_content_is_another_digest(other: Proposal) -> None:
    """Whatever changes the commits changes the digest; an emptied file is no deleted one."""
    assert digest(other) != digest(PROPOSAL)


def test_words_and_zone_do_not_change_the_digest() -> None:
    """Title, body, labels, branch, and the zone in which the time is written leave the branch as it is."""
    there = AT.astimezone(timezone(timedelta(hours=8)))
    other = replace(PROPOSAL, title="Other", body="other", labels=("x",), branch="remediator/2", at=there)
    assert digest(other) == digest(PROPOSAL)


def test_nothing_to_commit_is_refused() -> None:
    """A proposal without commits is refused."""
    with pytest.raises(Rejected) as caught:
        marked(replace(PROPOSAL, commits=()))
    assert caught.value.code == "proposal-without-commits"


def test_who_we_are() -> None:
    """A commit is ours by name and address together."""
    assert is_ours("remediator", "Remediator@noreply.invalid")
    assert not is_ours("remediator", "kim@contoso.example")
    assert not is_ours("kim", "remediator@noreply.invalid")


@pytest.mark.parametrize("most", [200, 201, 250, 400])
def test_a_text_that_is_too_long(most: int) -> None:
    """Whole paragraphs are kept in UTF-16 units, as hosts count; a fenced block is kept or left as a whole."""
    diagram = "```mermaid\nflowchart LR\n\na --> b\n```"
    text = "\n\n".join(["First 你好 \N{ROCKET}", diagram, *["more"] * 100])
    kept = fitted(text, most)
    assert len(kept.encode("utf-16-le")) // 2 <= most
    assert kept.startswith("First 你好 \N{ROCKET}\n\n```mermaid")
    assert kept.count("```") == 2
    assert kept.endswith("*The rest did not fit here; the incident's page has it.*")


def test_a_text_that_fits_is_left() -> None:
    """A text of just the greatest length is left as it is."""
    assert fitted("x" * 100, 100) == "x" * 100
    assert fitted("x" * 300, 299).startswith("x" * 200)


@pytest.mark.parametrize("size", [10, 3_950, 4_000, 9_000])
def test_the_mark_of_closing_fits(size: int) -> None:
    """A text that we close bears its mark within the greatest length, once."""
    body = closing("w\n\n" * (size // 3), 4_000)
    assert CLOSED in body
    assert len(body) <= 4_000
    assert closing(body, 4_000) == body


def test_a_title_is_one_line() -> None:
    """A title is one line of at most so many characters."""
    assert line("a\nb  c", 20) == "a b c"
    assert line("x" * 50, 20) == "x" * 19 + "…"
    assert line("\N{ROCKET}" * 50, 20) == "\N{ROCKET}" * 9 + "…"


def test_texts_that_say_the_same() -> None:
    """Line ends and blanks around a text make no difference, since hosts change them; nothing is an empty text."""
    assert same("a\r\nb\n", " a\nb")
    assert same(None, "")
    assert not same("a", "b")


def test_whom_to_ask() -> None:
    """Reviewers of the proposal and the home, each once, without the sign before the name."""
    home = CodeHome(CodeHostKind.GITHUB, "a/b", reviewers=("sam", "@contoso/net"))
    assert mentioned(("@kim", "sam", " ", "@"), home) == ("kim", "sam", "contoso/net")


def test_no_fence_stays_open() -> None:
    """Wherever a text is cut, no fenced block is left half: what follows would be drawn as code."""
    diagram = "```mermaid\nflowchart LR\n\na --> b\n\nb --> c\n```"
    text = "\n\n".join(["Words.", diagram] * 20)
    assert {fitted(text, most).count("```") % 2 for most in range(100, 500)} == {0}

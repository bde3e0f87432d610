"""How is a branch or a request of ours known again, after a crash too? By marks that travel with it.

The last commit of a proposal names its digest, our commits have an author of their own, and a request that we closed
says so in a comment of its text that no reader sees. Adapters of code hosts write and read the marks; nothing about a
request need be remembered elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC

from remediator.core.code_home import CodeHome
from remediator.core.errors import Rejected
from remediator.core.pull_request import CommitDraft, Proposal

AUTHOR = "remediator"
# RFC 2606 keeps `.invalid` from ever being somebody's: no account at a host is credited with our commits.
AUTHOR_MAIL = "remediator@noreply.invalid"
TRAILER = "Remediator-Proposal: "
CLOSED = "<!-- remediator: closed by the program -->"
_CUT = "\n\n*The rest did not fit here; the incident's page has it.*"
_SAFE = re.compile(r"[^\x00-\x1f\\\x7f]+")


def digest(proposal: Proposal) -> str:
    """What the branch of a proposal holds, as 32 hex digits: base, commits and their time, not the request's texts."""
    commits = [[one.message, [[file.path, file.text] for file in one.files]] for one in proposal.commits]
    document = [proposal.base, proposal.at.astimezone(UTC).isoformat(timespec="seconds"), commits]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()[:32]


def marked(proposal: Proposal) -> tuple[CommitDraft, ...]:
    """The proposal's commits, the last one with its digest; `Rejected` where one could not be written."""
    if not proposal.commits:
        raise Rejected("proposal-without-commits", f"proposing {proposal.branch}: it has no commits")
    for file in (file for one in proposal.commits for file in one.files):
        if not _is_safe(file.path):
            raise Rejected("proposal-path-unsafe", f"proposing {proposal.branch}: {file.path!r} is no path of a file")
    *first, last = proposal.commits
    return (*first, replace(last, message=f"{last.message.rstrip()}\n\n{TRAILER}{digest(proposal)}"))


def bears(message: str, proposal: Proposal) -> bool:
    """Whether a commit's message ends with the digest of this proposal."""
    return message.rstrip().endswith(f"\n{TRAILER}{digest(proposal)}")


def is_ours(name: str, mail: str) -> bool:
    """Whether a commit was made (committed, not only written) by us."""
    return (name, mail.lower()) == (AUTHOR, AUTHOR_MAIL)


def closing(body: str, most: int) -> str:
    """The text of a request that we close."""
    return body if CLOSED in body else f"{fitted(body, most - len(CLOSED) - 2)}\n\n{CLOSED}"


def fitted(text: str, most: int) -> str:
    """The text, or its paragraphs that fit into `most` UTF-16 units with a word about the rest; no fence stays open."""
    if _length(text) <= most:
        return text
    room = left = most - _length(_CUT)
    kept: list[str] = []
    for paragraph in _paragraphs(text):
        left -= _length(paragraph) + (2 if kept else 0)
        if left < 0:
            break
        kept.append(paragraph)
    return ("\n\n".join(kept) or _first(text, room)) + _CUT


def line(text: str, most: int) -> str:
    """The text on one line of at most so many characters."""
    flat = " ".join(text.split())
    return flat if _length(flat) <= most else _first(flat, most - 1) + "…"


def same(one: str | None, other: str | None) -> bool:
    """Whether two texts say the same; hosts may change line ends and blanks around them."""
    return (one or "").replace("\r\n", "\n").strip() == (other or "").replace("\r\n", "\n").strip()


def mentioned(reviewers: Iterable[str], home: CodeHome) -> tuple[str, ...]:
    """Whom to ask: those of the proposal and of the home, each once, without the sign before a name."""
    return tuple(dict.fromkeys(one.strip().lstrip("@") for one in (*reviewers, *home.reviewers) if one.strip(" @")))


def _paragraphs(text: str) -> list[str]:
    """The text between its blank lines, a fenced block whole."""
    found: list[str] = []
    fenced = False
    for part in text.split("\n\n"):
        if fenced:
            found[-1] += f"\n\n{part}"
        else:
            found.append(part)
        fences = sum(row.lstrip().startswith("```") for row in part.split("\n"))
        fenced ^= fences % 2 == 1
    return found


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _first(text: str, most: int) -> str:
    return text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return bool(_SAFE.fullmatch(path)) and not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)

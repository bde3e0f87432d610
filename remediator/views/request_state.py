"""How does an incident's pull request stand? For pages, the terminal, mails and programs."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.core.code_request import CodeRequest, Purpose
from remediator.views.plain import moment, plain, without_addresses

_PURPOSES = {
    Purpose.INSTEAD: "the plan goes by it alone",
    Purpose.BESIDE: "the code follows what was applied",
    Purpose.INTENDED: "the live value is proposed as the desired state",
}
_STATES = {
    "wanted": "not opened yet",
    "open": "open",
    "merged": "merged",
    "closed": "closed without a merge",
    "failed": "could not be opened",
    "not-needed": "not needed",
}
MOST_INSTRUCTION = 20_000


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request as people see it. `url` is only ever an https address; `instruction` keeps its line breaks."""

    state: str
    purpose: str
    url: str
    where: str
    trouble: str
    instruction: str
    next_look: str


def shown(request: CodeRequest | None) -> ShownRequest | None:
    """None where an incident has none."""
    if request is None:
        return None
    url = request.url if request.url.startswith(("https://", "http://127.0.0.1", "http://localhost")) else ""
    code, why = request.trouble or ("", "")
    return ShownRequest(
        state=_STATES[request.state],
        purpose=_PURPOSES[request.purpose],
        url=plain(url, 2048),
        where=plain(request.home.name, 300) if request.home else "",
        trouble=f"{plain(code, 80)}: {without_addresses(why, 400)}" if code else "",
        instruction=kept_lines(request.instruction),
        next_look="" if request.over else moment(request.next_at),
    )


def kept_lines(text: str, limit: int = MOST_INSTRUCTION) -> str:
    """A text of several lines, each plain; what is too long ends in a line that says so."""
    lines = [without_addresses_kept(line) for line in text[:limit].splitlines()]
    return "\n".join([*lines, "…"] if len(text) > limit else lines)


def without_addresses_kept(line: str) -> str:
    """A line without mail addresses and secrets that keeps its indentation."""
    bare = line.lstrip(" ")
    return " " * (len(line) - len(bare)) + without_addresses(bare, 2000)


def lines(request: CodeRequest | None) -> list[str]:
    """For the terminal: one line, and what is wrong or to be written below it."""
    one = shown(request)
    if one is None:
        return []
    told = [f"Pull request {one.state}: {one.url or one.where} ({one.purpose})"]
    told += [f"  ✗ {one.trouble}"] if one.trouble else []
    told += [f"  {line}" for line in one.instruction.splitlines()]
    return told


def document(request: CodeRequest | None) -> dict[str, object] | None:
    """For programs."""
    if request is None:
        return None
    made = request.made
    return {
        "state": request.state,
        "purpose": request.purpose.value,
        "url": request.url or None,
        "number": made.number if made else None,
        "branch": request.branch,
        "home": request.home.name if request.home else None,
        "digest": request.digest,
        "base": request.base or None,
        "merged_at": request.merged_at.isoformat().replace("+00:00", "Z") if request.merged_at else None,
        "over": request.over,
        "error": {"code": request.trouble[0], "message": without_addresses(request.trouble[1], 1000)}
        if request.trouble
        else None,
        "instruction": kept_lines(request.instruction) or None,
    }

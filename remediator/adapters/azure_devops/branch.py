"""How does the branch of a proposal come to be what it should be, without harm to what others did there?

Azure DevOps makes the commits of a push itself, so their ids are its own; a branch is known by the digest in its last
commit. The commits are pushed to a branch beside it, which then takes its place in one comparing step: nobody sees it
half, and nothing that was pushed meanwhile is lost.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from remediator.adapters.azure_devops.api import ZERO, Api
from remediator.adapters.azure_devops.reading import item, refs_of
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_refusal import raced, touched_by_others
from remediator.core.errors import Rejected, RemediatorError, Stale
from remediator.core.pull_request import CommitDraft, Proposal
from remediator.core.request_marks import AUTHOR, AUTHOR_MAIL, bears, is_ours, marked

_TRIES = 3
_LOOKED_AT = 30  # commits on a branch
BESIDE = ".next"


def put(api: Api, home: CodeHome, proposal: Proposal) -> str:
    """The commit of the proposal's branch, which holds the proposal now; `Stale("request-branch-touched")` where
    somebody else has commits there that would be lost."""
    drafts = marked(proposal)
    for _ in range(_TRIES):
        refs = refs_of(api, proposal.branch)
        there = refs.get(proposal.branch)
        beside = refs.get(proposal.branch + BESIDE)
        if there is not None and _holds(api, str(there["objectId"]), proposal):
            if beside is not None:
                _moved(api, (proposal.branch + BESIDE, str(beside["objectId"]), ZERO))
            return str(there["objectId"])
        if there is not None and not _is_ours(api, proposal.branch, there):
            raise touched_by_others(proposal.branch, home.name)
        old = ZERO if there is None else str(there["objectId"])
        made = _pushed(api, proposal, drafts, beside)
        if made and _moved(api, (proposal.branch, old, made), (proposal.branch + BESIDE, made, ZERO)):
            return made
    raise raced(f"proposing {proposal.branch} to {home.name}")


def holds(api: Api, commit: str, proposal: Proposal) -> bool:
    """Whether a commit is the last one of this proposal."""
    return bears(str(api.get(f"/commits/{commit}").get("comment") or ""), proposal)


def remove(api: Api, branch: str) -> None:
    """Delete a branch to which nobody but us has pushed, and what may stand beside it."""
    refs = refs_of(api, branch)
    there, beside = refs.get(branch), refs.get(branch + BESIDE)
    if beside is not None:
        _moved(api, (branch + BESIDE, str(beside["objectId"]), ZERO))
    if there is not None and _is_ours(api, branch, there):
        _moved(api, (branch, str(there["objectId"]), ZERO))


def _holds(api: Api, commit: str, proposal: Proposal) -> bool:
    """Whether a commit, or one before it up to the base, is the last one of this proposal."""
    for _ in range(_LOOKED_AT):
        if commit in ("", proposal.base):
            return False
        found = api.get(f"/commits/{commit}")
        if bears(str(found.get("comment") or ""), proposal) and _by_us(found):
            return True
        commit = str(next(iter(found.get("parents") or ()), ""))
    return False


def _is_ours(api: Api, branch: str, there: Mapping[str, Any]) -> bool:
    """Whether the last commit is ours, and whoever made the branch was the last to push to it."""
    if not _by_us(api.get(f"/commits/{there['objectId']}")):
        return False
    pushes = api.listed("/pushes", {"searchCriteria.refName": f"refs/heads/{branch}", "$top": 1})
    maker = (there.get("creator") or {}).get("id")
    return all((one.get("pushedBy") or {}).get("id") == maker for one in pushes)


def _by_us(commit: Mapping[str, Any]) -> bool:
    who = commit.get("author") or {}
    return is_ours(str(who.get("name")), str(who.get("email")))


def _moved(api: Api, *updates: tuple[str, str, str]) -> bool:
    """Whether every branch went from one commit to another (`ZERO`: is not there); the host compares the first.

    It answers 200 and says of each update whether it was made (learn.microsoft.com, "Refs - Update Refs").
    """
    body = [{"name": f"refs/heads/{name}", "oldObjectId": old, "newObjectId": new} for name, old, new in updates]
    made = api.send("POST", "/refs", body)["value"]
    failed = [one for one in made if not one.get("success")]
    refused = [str(one.get("updateStatus")) for one in failed if one.get("updateStatus") != "staleOldObjectId"]
    if refused:
        raise Rejected("code-host-bad-request", f"{api.what}: the branch is not moved: {refused[0]}"[:300])
    return not failed and len(made) == len(updates)


def _pushed(api: Api, proposal: Proposal, drafts: tuple[CommitDraft, ...], beside: Mapping[str, Any] | None) -> str:
    """Push the commits beside the branch; the last one's id, "" where somebody else pushed there."""
    name = proposal.branch + BESIDE
    if beside is not None and not _moved(api, (name, str(beside["objectId"]), ZERO)):
        return ""
    try:
        api.get(f"/commits/{proposal.base}")
    except RemediatorError as error:
        if status_of(error) in (400, 404):
            raise Stale("code-base-gone", f"proposing {proposal.branch}: its base commit is not there") from error
        raise
    there = _there(api, proposal)
    commits = [_commit(one, proposal, there) for one in drafts]
    body = {"refUpdates": [{"name": f"refs/heads/{name}", "oldObjectId": proposal.base}], "commits": commits}
    try:
        made = api.send("POST", "/pushes", body)
    except RemediatorError as error:
        if status_of(error) == 409:
            return ""
        raise
    return str(made["refUpdates"][0]["newObjectId"])


def _there(api: Api, proposal: Proposal) -> set[str]:
    """Which of the files are there already."""
    found = set()
    for path in sorted({file.path for one in proposal.commits for file in one.files}):
        known = item(api, path, proposal.base)
        if known is not None and (known.get("gitObjectType") != "blob" or known.get("isSymLink")):
            raise Rejected("proposal-path-unsafe", f"proposing {proposal.branch}: {path} is no ordinary file there")
        if known is not None:
            found.add(path)
    return found


def _commit(one: CommitDraft, proposal: Proposal, there: set[str]) -> dict[str, object]:
    """A commit of a push; `there` is which files there are, before and after."""
    changes: list[dict[str, object]] = []
    for file in one.files:
        place = {"path": f"/{file.path}"}
        if file.text is not None:
            content = base64.b64encode(file.text.encode()).decode()
            kind = "edit" if file.path in there else "add"
            new = {"content": content, "contentType": "base64encoded"}
            changes.append({"changeType": kind, "item": place, "newContent": new})
            there.add(file.path)
        elif file.path in there:
            changes.append({"changeType": "delete", "item": place})
            there.remove(file.path)
    who = {"name": AUTHOR, "email": AUTHOR_MAIL, "date": proposal.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {"comment": one.message, "author": who, "committer": who, "changes": changes}

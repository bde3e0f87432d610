"""How does the branch of a proposal come to be what it should be, without harm to what others did there?

Commits have a fixed author and time, so the same proposal is the same commits; a branch that has them is left alone. It
is moved only while every commit on it is ours, and only from where it was seen.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from remediator.adapters.github.api import ZERO, Api
from remediator.adapters.github.reading import Folders, head_of
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_refusal import raced, touched_by_others
from remediator.core.errors import Rejected, RemediatorError, Stale
from remediator.core.pull_request import CommitDraft, Proposal
from remediator.core.request_marks import AUTHOR, AUTHOR_MAIL, bears, is_ours, marked

_TRIES = 3
_FILE = "100644"
_FILES = ("100644", "100755")


def put(api: Api, home: CodeHome, proposal: Proposal) -> str:
    """The commit of the proposal's branch, which holds the proposal now; `Stale("request-branch-touched")` where
    somebody else has commits there that would be lost."""
    drafts, made = marked(proposal), ""
    for _ in range(_TRIES):
        there = head_of(api, proposal.branch)
        if there is not None:
            commits = ahead(api, home, there)
            if any(_bears(one, proposal) for one in commits):
                return there
            if not all(_is_ours(one) for one in commits):
                raise touched_by_others(proposal.branch, home.name)
        made = made or _commits(api, proposal, drafts)
        try:
            _set(api, proposal.branch, there, made)
        except RemediatorError as error:
            if status_of(error) not in (409, 422) or head_of(api, proposal.branch) == there:
                raise
        else:
            return made
    raise raced(f"proposing {proposal.branch} to {home.name}")


def holds(api: Api, commit: str, proposal: Proposal) -> bool:
    """Whether a commit is the last one of this proposal."""
    return bears(str(api.get(f"/git/commits/{commit}")["message"]), proposal)


def remove(api: Api, home: CodeHome, branch: str) -> None:
    """Delete a branch on which nobody but us has committed; what is gone or was touched is left as it is."""
    there = head_of(api, branch)
    if there is None or not all(_is_ours(one) for one in ahead(api, home, there)):
        return
    try:
        api.move(f"refs/heads/{branch}", there, ZERO)
    except RemediatorError as error:
        if status_of(error) not in (404, 409, 422) or head_of(api, branch) == there:
            raise


def ahead(api: Api, home: CodeHome, commit: str) -> list[dict[str, Any]]:
    """The commits that the home's branch has not; more than one answer holds (250) are not ours anyway."""
    found = api.get(f"/compare/{home.branch}...{commit}")
    commits: list[dict[str, Any]] = list(found["commits"])
    if int(found.get("total_commits") or 0) > len(commits):
        commits.append({})
    return commits


def _set(api: Api, branch: str, there: str | None, made: str) -> None:
    if there is None:
        api.send("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": made})
    else:
        api.move(f"refs/heads/{branch}", there, made)


def _commits(api: Api, proposal: Proposal, drafts: tuple[CommitDraft, ...]) -> str:
    """Write the commits and what they consist of; the last one's id."""
    try:
        tree = str(api.get(f"/git/commits/{proposal.base}")["tree"]["sha"])
    except RemediatorError as error:
        if status_of(error) in (404, 422):
            raise Stale("code-base-gone", f"proposing {proposal.branch}: its base commit is not there") from error
        raise
    parent = proposal.base
    modes = _modes(api, tree, proposal)
    for one in drafts:
        tree = _tree(api, tree, one, modes)
        parent = _commit(api, tree, parent, one.message, proposal.at)
    return parent


def _modes(api: Api, tree: str, proposal: Proposal) -> dict[str, str]:
    """The modes of the files that are there already and will be written or deleted."""
    folders = Folders(api, tree)
    found: dict[str, str] = {}
    for path in {file.path for one in proposal.commits for file in one.files}:
        line = folders.entry(path)
        if line is not None and line["mode"] not in _FILES:
            raise Rejected("proposal-path-unsafe", f"proposing {proposal.branch}: {path} is no ordinary file there")
        if line is not None:
            found[path] = str(line["mode"])
    return found


def _tree(api: Api, base: str, one: CommitDraft, modes: dict[str, str]) -> str:
    """The tree of a commit; `modes` is what is there, before and after."""
    lines: list[Mapping[str, object]] = []
    for file in one.files:
        if file.text is not None:
            content = base64.b64encode(file.text.encode()).decode()
            sha = str(api.send("POST", "/git/blobs", {"content": content, "encoding": "base64"})["sha"])
            mode = modes.setdefault(file.path, _FILE)
            lines.append({"path": file.path, "mode": mode, "type": "blob", "sha": sha})
        elif mode_there := modes.pop(file.path, ""):
            lines.append({"path": file.path, "mode": mode_there, "type": "blob", "sha": None})
    return str(api.send("POST", "/git/trees", {"base_tree": base, "tree": lines})["sha"]) if lines else base


def _commit(api: Api, tree: str, parent: str, message: str, at: datetime) -> str:
    who = {"name": AUTHOR, "email": AUTHOR_MAIL, "date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    body = {"message": message, "tree": tree, "parents": [parent], "author": who, "committer": who}
    return str(api.send("POST", "/git/commits", body)["sha"])


def _is_ours(commit: Mapping[str, Any]) -> bool:
    who = (commit.get("commit") or {}).get("committer") or {}
    return is_ours(str(who.get("name")), str(who.get("email")))


def _bears(commit: Mapping[str, Any], proposal: Proposal) -> bool:
    return _is_ours(commit) and bears(str(commit["commit"]["message"]), proposal)

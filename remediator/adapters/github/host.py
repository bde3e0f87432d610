"""Who makes pull requests on GitHub? `core.pull_request.CodeHost` on PyGithub; `bootstrap.code_hosts` builds it.

Nothing is remembered between calls but the connection and the contents of files: what is right already is seen at the
host and not written again, so a call that was cut off anywhere is simply made again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from remediator.adapters.github import branch as branches
from remediator.adapters.github.access import GitHubAccess, connect
from remediator.adapters.github.api import Api
from remediator.adapters.github.reading import read
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_reading import Contents
from remediator.core.code_refusal import closed_by_a_person
from remediator.core.errors import RemediatorError, Transient
from remediator.core.pull_request import BRANCH_PREFIX, Proposal, PullRequest, RequestState, Tree
from remediator.core.request_marks import CLOSED, closing, fitted, line, mentioned, same
from remediator.ports import Log

# docs.github.com, "Create a pull request": a title has at most 256 characters, a body 65,536.
LONGEST_TITLE, LONGEST_BODY = 256, 65_536
_LEFT_OUT = (403, 404, 422)


class GitHubHost:
    """`CodeHost` for every repository that the access reaches, on whichever host a home names."""

    def __init__(self, access: GitHubAccess, log: Log) -> None:
        self._log, self._contents = log, Contents()
        self._requester: Callable[[str], Any] = cache(lambda url: connect(access, url))

    def read(self, home: CodeHome) -> Tree:
        """See `CodeHost.read`."""
        return read(self._api(home, "reading"), home, self._contents)

    def find(self, home: CodeHome, branch: str) -> PullRequest | None:
        """See `CodeHost.find`; a request that a person led to another base is found too."""
        found = _newest(self._api(home, f"looking for the request of {branch} in"), home, branch)
        return _request(found) if found else None

    def open_ones(self, home: CodeHome) -> tuple[PullRequest, ...]:
        """See `CodeHost.open_ones`; branches of forks are not ours."""
        api = self._api(home, "listing the open requests of")
        found = api.pages("/pulls", state="open", base=home.branch)
        return tuple(
            _request(one) for one in found if str(one["head"]["ref"]).startswith(BRANCH_PREFIX) and _is_here(one, home)
        )

    def propose(self, home: CodeHome, proposal: Proposal) -> PullRequest:
        """See `CodeHost.propose`; `Stale("request-branch-touched")` where somebody else's commits would be lost."""
        api = self._api(home, f"proposing {proposal.branch} to")
        there = _newest(api, home, proposal.branch)
        if there and _state(there) is RequestState.MERGED and branches.holds(api, there["head"]["sha"], proposal):
            return _request(there)
        if there and _state(there) is RequestState.CLOSED and CLOSED not in (there.get("body") or ""):
            raise closed_by_a_person(proposal.branch, home.name)
        head = branches.put(api, home, proposal)
        wanted = {
            "title": line(proposal.title, LONGEST_TITLE),
            "body": fitted(proposal.body, LONGEST_BODY),
            "base": home.branch,
        }
        is_new = there is None or _state(there) is not RequestState.OPEN
        if is_new:
            there = _opened(api, home, proposal.branch, wanted)
        there = _edited(api, there or {}, wanted)
        self._label(api, there, (*proposal.labels, *home.labels))
        self._ask(api, there, mentioned(proposal.reviewers, home), is_new)
        return _request(there, head)

    def close(self, home: CodeHome, request: PullRequest, comment: str) -> PullRequest:
        """See `CodeHost.close`. A request that a person closed or merged is left alone, with its branch."""
        api = self._api(home, f"closing request {request.number} of")
        there = api.get(f"/pulls/{request.number}")
        if _state(there) is RequestState.OPEN:
            said = fitted(comment, LONGEST_BODY)
            if not any(same(one.get("body"), said) for one in api.pages(f"/issues/{request.number}/comments")):
                api.send("POST", f"/issues/{request.number}/comments", {"body": said})
            body = closing(there.get("body") or "", LONGEST_BODY)
            there = api.send("PATCH", f"/pulls/{request.number}", {"state": "closed", "body": body})
        found = _request(there)
        if found.closed_by_us:
            branches.remove(api, home, found.branch)
        return found

    def _api(self, home: CodeHome, doing: str) -> Api:
        return Api(self._requester(home.url), home.repository, doing)

    def _label(self, api: Api, there: Mapping[str, Any], labels: tuple[str, ...]) -> None:
        has = {str(one["name"]).lower() for one in there.get("labels") or ()}
        missing = [one for one in dict.fromkeys(labels) if one.lower() not in has]
        if missing and not _taken(api, f"/issues/{there['number']}/labels", {"labels": missing}):
            self._log.info(
                "labels that the code host refused are left out", request=there["number"], labels=len(missing)
            )

    def _ask(self, api: Api, there: Mapping[str, Any], reviewers: tuple[str, ...], is_new: bool) -> None:
        """Ask for reviews, together, or one by one where the host refuses that; once, so that nobody is asked again
        who has answered or was taken off the list."""
        author = str(there["user"]["login"]).lower()
        people = [one for one in reviewers if "@" not in one and one.lower() != author]
        if not is_new and (there.get("requested_reviewers") or there.get("requested_teams") or _reviewed(api, there)):
            return
        path = f"/pulls/{there['number']}/requested_reviewers"
        if not people or _taken(api, path, _asking(people)):
            refused = 0
        else:
            refused = sum(not _taken(api, path, _asking([one])) for one in people) if len(people) > 1 else 1
        if left := refused + sum("@" in one for one in reviewers):
            self._log.info(
                "reviewers that the code host does not take are left out", request=there["number"], people=left
            )


def _newest(api: Api, home: CodeHome, branch: str) -> dict[str, Any] | None:
    owner = home.repository.partition("/")[0]
    query = {"state": "all", "head": f"{owner}:{branch}", "sort": "created", "direction": "desc"}
    return next(api.pages("/pulls", **query), None)


def _opened(api: Api, home: CodeHome, branch: str, wanted: Mapping[str, str]) -> dict[str, Any]:
    """A new request; where somebody was faster, theirs."""
    try:
        made: dict[str, Any] = api.send("POST", "/pulls", {**wanted, "head": branch})
    except RemediatorError as error:
        there = _newest(api, home, branch) if status_of(error) == 422 else None
        if there is None or _state(there) is not RequestState.OPEN:
            raise
        return there
    return made


def _edited(api: Api, there: dict[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The request with the wanted texts and base."""
    has = {"title": there["title"], "body": there.get("body"), "base": there["base"]["ref"]}
    changed = {name: text for name, text in wanted.items() if not same(has[name], text)}
    return {**there, **api.send("PATCH", f"/pulls/{there['number']}", changed)} if changed else there


def _reviewed(api: Api, there: Mapping[str, Any]) -> bool:
    return any(True for _ in api.pages(f"/pulls/{there['number']}/reviews"))


def _taken(api: Api, path: str, body: Mapping[str, object]) -> bool:
    """Whether the host took what is not needed."""
    try:
        api.send("POST", path, body)
    except RemediatorError as error:
        if status_of(error) in _LEFT_OUT and not isinstance(error, Transient):
            return False
        raise
    return True


def _asking(names: list[str]) -> dict[str, object]:
    """People and teams (`organisation/team`) as the host wants them."""
    people = [one for one in names if "/" not in one]
    teams = [one.rpartition("/")[2] for one in names if "/" in one]
    return {name: found for name, found in (("reviewers", people), ("team_reviewers", teams)) if found}


def _is_here(one: Mapping[str, Any], home: CodeHome) -> bool:
    repository = one["head"].get("repo") or {}
    return str(repository.get("full_name") or "").lower() == home.repository.lower()


def _state(one: Mapping[str, Any]) -> RequestState:
    if one.get("merged_at"):
        return RequestState.MERGED
    return RequestState.OPEN if one["state"] == "open" else RequestState.CLOSED


def _request(one: Mapping[str, Any], head: str = "") -> PullRequest:
    state, source = _state(one), one["head"]
    by_us = state is RequestState.CLOSED and CLOSED in (one.get("body") or "")
    return PullRequest(
        int(one["number"]), str(one["html_url"]), str(source["ref"]), state, head or source["sha"], by_us
    )

"""Who makes pull requests on Azure DevOps? `core.pull_request.CodeHost` on azure-core, built by `bootstrap.code_hosts`.

Nothing is remembered between calls but the connection and the contents of files: what is right already is seen at the
host and not written again, so a call that was cut off anywhere is simply made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from remediator.adapters.azure_devops import branch as branches
from remediator.adapters.azure_devops.access import AzureDevOpsAccess, connect
from remediator.adapters.azure_devops.api import MOST, Api
from remediator.adapters.azure_devops.reading import read
from remediator.core.code_answer import status_of
from remediator.core.code_home import CodeHome
from remediator.core.code_reading import Contents
from remediator.core.code_refusal import closed_by_a_person
from remediator.core.errors import RemediatorError
from remediator.core.pull_request import BRANCH_PREFIX, Proposal, PullRequest, RequestState, Tree
from remediator.core.request_marks import CLOSED, closing, fitted, line, mentioned, same
from remediator.ports import Log

# learn.microsoft.com, "Pull Requests - Update": a description has at most 4,000 characters; a title 400.
LONGEST_TITLE, LONGEST_BODY = 400, 4_000
LONGEST_COMMENT = 100_000
HEADS = "refs/heads/"
_STATES = {"active": RequestState.OPEN, "completed": RequestState.MERGED, "abandoned": RequestState.CLOSED}
_IDENTITY = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LEFT_OUT = (400, 403, 404, 409)


class AzureDevOpsHost:
    """`CodeHost` for every repository that the access reaches, in whichever organisation a home names."""

    def __init__(self, access: AzureDevOpsAccess, log: Log) -> None:
        self._log, self._contents = log, Contents()
        self._client: Callable[[str], Any] = cache(lambda url: connect(access, url))

    def read(self, home: CodeHome) -> Tree:
        """See `CodeHost.read`."""
        return read(self._api(home, "reading"), home, self._contents)

    def find(self, home: CodeHome, branch: str) -> PullRequest | None:
        """See `CodeHost.find`; a request that a person led to another branch is found too."""
        api = self._api(home, f"looking for the request of {branch} in")
        found = _newest(api, branch)
        return _request(api, found) if found else None

    def open_ones(self, home: CodeHome) -> tuple[PullRequest, ...]:
        """See `CodeHost.open_ones`; branches of forks are not ours."""
        api = self._api(home, "listing the open requests of")
        target = {"searchCriteria.status": "active", "searchCriteria.targetRefName": f"{HEADS}{home.branch}"}
        found = api.listed("/pullrequests", {**target, "$top": MOST})
        ours = f"{HEADS}{BRANCH_PREFIX}"
        mine = (one for one in found if str(one["sourceRefName"]).startswith(ours) and not one.get("forkSource"))
        return tuple(_request(api, one) for one in mine)

    def propose(self, home: CodeHome, proposal: Proposal) -> PullRequest:
        """See `CodeHost.propose`; `Stale("request-branch-touched")` where somebody else's commits would be lost."""
        api = self._api(home, f"proposing {proposal.branch} to")
        there = _newest(api, proposal.branch)
        state = _state(there) if there else None
        if there and state is RequestState.MERGED and branches.holds(api, _head(there), proposal):
            return _request(api, there)
        if there and state is RequestState.CLOSED and CLOSED not in (there.get("description") or ""):
            raise closed_by_a_person(proposal.branch, home.name)
        head = branches.put(api, home, proposal)
        wanted = {
            "title": line(proposal.title, LONGEST_TITLE),
            "description": fitted(proposal.body, LONGEST_BODY),
            "targetRefName": f"{HEADS}{home.branch}",
        }
        is_new = there is None or state is not RequestState.OPEN
        labels = tuple(dict.fromkeys((*proposal.labels, *home.labels)))
        if is_new:
            there = _opened(api, proposal.branch, {**wanted, "labels": [{"name": one} for one in labels]})
        there = _edited(api, there or {}, wanted)
        number = int(there["pullRequestId"])
        self._label(api, number, labels)
        self._ask(api, there, mentioned(proposal.reviewers, home), is_new)
        return _request(api, there, head)

    def close(self, home: CodeHome, request: PullRequest, comment: str) -> PullRequest:
        """See `CodeHost.close`. A request that a person closed or merged is left alone, with its branch."""
        api = self._api(home, f"closing request {request.number} of")
        place = f"/pullrequests/{request.number}"
        there = api.get(place)
        if _state(there) is RequestState.OPEN:
            said = fitted(comment, LONGEST_COMMENT)
            if not any(same(text, said) for text in _comments(api.listed(f"{place}/threads"))):
                words = {"parentCommentId": 0, "content": said, "commentType": "text"}
                api.send("POST", f"{place}/threads", {"comments": [words], "status": "closed"})
            body = closing(there.get("description") or "", LONGEST_BODY)
            there = {**there, **_changed(api, request.number, {"description": body}, {"status": "abandoned"})}
        found = _request(api, there)
        if found.closed_by_us:
            branches.remove(api, found.branch)
        return found

    def _api(self, home: CodeHome, doing: str) -> Api:
        return Api(self._client(home.url), home, doing)

    def _label(self, api: Api, number: int, labels: tuple[str, ...]) -> None:
        place = f"/pullrequests/{number}/labels"
        try:
            has = {str(one["name"]).lower() for one in api.listed(place)} if labels else set()
        except RemediatorError as error:
            if not _is_refusal(error):
                raise
            has = set()
        missing = [one for one in labels if one.lower() not in has]
        if refused := sum(not _taken(api, "POST", place, {"name": one}) for one in missing):
            self._log.info("labels that the code host refused are left out", request=number, labels=refused)

    def _ask(self, api: Api, there: Mapping[str, Any], reviewers: tuple[str, ...], is_new: bool) -> None:
        """Ask those for a review whose ids are given; once, so that nobody is asked again whom a person took off."""
        known = [one for one in reviewers if _IDENTITY.fullmatch(one)]
        if not is_new and (there.get("reviewers") or not known):
            return
        place = f"/pullrequests/{there['pullRequestId']}/reviewers"
        refused = sum(not _taken(api, "PUT", f"{place}/{one.lower()}", {"vote": 0}) for one in known)
        if left := refused + len(reviewers) - len(known):
            number = int(there["pullRequestId"])
            self._log.info("reviewers that the code host does not take are left out", request=number, people=left)


def _newest(api: Api, branch: str) -> dict[str, Any] | None:
    """The newest request from a branch, with its whole text: lists cut a description after 400 characters."""
    criteria: dict[str, str | int] = {
        "searchCriteria.sourceRefName": f"{HEADS}{branch}",
        "searchCriteria.status": "all",
        "$top": 100,
    }
    found = [one for one in api.listed("/pullrequests", criteria) if not one.get("forkSource")]
    if not found:
        return None
    newest = max(int(one["pullRequestId"]) for one in found)
    whole: dict[str, Any] = api.get(f"/pullrequests/{newest}")
    return whole


def _opened(api: Api, branch: str, wanted: Mapping[str, object]) -> dict[str, Any]:
    """A new request; where somebody was faster, theirs."""
    try:
        made: dict[str, Any] = api.send("POST", "/pullrequests", {**wanted, "sourceRefName": f"{HEADS}{branch}"})
    except RemediatorError as error:
        there = _newest(api, branch) if status_of(error) == 409 else None
        if there is None or _state(there) is not RequestState.OPEN:
            raise
        return there
    return made


def _edited(api: Api, there: dict[str, Any], wanted: Mapping[str, str]) -> dict[str, Any]:
    """The request with the wanted texts and target."""
    changed = {name: text for name, text in wanted.items() if not same(there.get(name), text)}
    target = {"targetRefName": changed.pop("targetRefName")} if "targetRefName" in changed else {}
    return {**there, **_changed(api, int(there["pullRequestId"]), target, changed)}


def _changed(api: Api, number: int, *steps: Mapping[str, str]) -> dict[str, Any]:
    """The request after each of these updates; a new state or target stands alone, since the reference does not say
    that they go together with texts."""
    there: dict[str, Any] = {}
    for one in steps:
        there = api.send("PATCH", f"/pullrequests/{number}", one) if one else there
    return there


def _comments(threads: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(one.get("content") or "") for thread in threads for one in thread.get("comments") or ()]


def _taken(api: Api, verb: str, path: str, body: Mapping[str, object]) -> bool:
    """Whether the host took what is not needed."""
    try:
        api.send(verb, path, body)
    except RemediatorError as error:
        if _is_refusal(error):
            return False
        raise
    return True


def _is_refusal(error: RemediatorError) -> bool:
    """Whether the host will not do it, now or later."""
    return status_of(error) in _LEFT_OUT and error.code != "code-host-throttled"


def _state(one: Mapping[str, Any]) -> RequestState:
    return _STATES.get(str(one.get("status")), RequestState.OPEN)


def _head(one: Mapping[str, Any]) -> str:
    return str((one.get("lastMergeSourceCommit") or {}).get("commitId") or "")


def _request(api: Api, one: Mapping[str, Any], head: str = "") -> PullRequest:
    number, branch, state = int(one["pullRequestId"]), str(one["sourceRefName"]).removeprefix(HEADS), _state(one)
    by_us = state is RequestState.CLOSED and CLOSED in (one.get("description") or "")
    return PullRequest(number, f"{api.page}{number}", branch, state, head or _head(one), by_us)

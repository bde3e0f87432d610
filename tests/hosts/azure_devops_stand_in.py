"""Azure DevOps on loopback, as far as `AzureDevOpsHost` uses it, checked against the documented shapes.

Behaviour beyond the shapes, from learn.microsoft.com: lists cut a description after 400 characters; ref updates are
answered 200 and say for each whether it succeeded; a push to a new ref stands on its `oldObjectId`; whom the host does
not know gets its sign-in page (203 for a wrong token); errors carry a TF number and a `typeKey`.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from remediator.core.code_home import CodeHome, CodeHostKind
from tests.hosts.azure_devops_shapes import OPERATIONS, Violation, check_answer, check_request
from tests.hosts.git_repository import ZERO, Commit, GitRefused, Signature
from tests.hosts.stand_in import US, CodeHostStandIn, Request
from tests.hosts.web_server import Answered, Asked, pattern

ORGANISATION, PROJECT, NAME = "contoso", "Platform", "network"
TOKEN = "azdo7token7of7the7tests7azdo7token7of7the7tests77777"
ENTRA_TOKEN = "eyJ0eXAi.entra_token_of_the_tests.signature"
REVIEWER = "2f3c4d5e-0000-4000-8000-00000000000a"
_PLACE = f"/{ORGANISATION}/{PROJECT}/_apis/git/repositories/{NAME}"
_ROUTES = [(verb, template, pattern(template)) for verb, template in OPERATIONS]
_STATUS = {"open": "active", "closed": "abandoned", "merged": "completed"}


class Refused(Exception):
    """Azure DevOps' answer when it will not."""

    def __init__(self, status: int, message: str, key: str) -> None:
        super().__init__(message)
        self.status, self.message, self.key = status, message, key


class AzureDevOpsStandIn(CodeHostStandIn):
    """`violations` are requests and answers that the reference does not know: the tests fail with one."""

    def __init__(self, folder: Path, files: Mapping[str, bytes] | None = None) -> None:
        super().__init__(folder, files)
        basic = "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()
        self.known = {basic, f"Bearer {ENTRA_TOKEN}"}
        self.makers: dict[str, str] = {}
        self._pushes = 0

    def home(self, **changes: Any) -> CodeHome:
        """Where the network's code lives here."""
        known = {"host": CodeHostKind.AZURE_DEVOPS, "repository": f"{PROJECT}/{NAME}"}
        return CodeHome(**{**known, "url": f"{self.url}/{ORGANISATION}", **changes})

    def answer(self, asked: Asked) -> Answered:
        """As Azure DevOps Services, one organisation."""
        if asked.headers.get("authorization", "") not in self.known:
            return Answered(203, b"<html><title>Sign In</title></html>", {"content-type": "text/html"})
        path = asked.path.removeprefix(_PLACE)
        if not asked.path.startswith(f"{_PLACE}/"):
            return _error(
                404,
                "TF401019: The Git repository does not exist or you do not have permissions.",
                "GitRepositoryNotFoundException",
            )
        try:
            return self._answer(asked, path)
        except Exception as problem:  # a violation, or something that the stand-in did not expect
            self.violations.append(f"{asked.method} {asked.path}: {problem!r}")
            return _error(500, repr(problem), "Violation")

    def _answer(self, asked: Asked, path: str) -> Answered:
        routes = ((template, route.fullmatch(path)) for verb, template, route in _ROUTES if verb == asked.method)
        template, found = next(((one, match) for one, match in routes if match), ("", None))
        if found is None:
            raise Violation(f"{asked.method} {asked.path}: no operation that is known here")
        body = json.loads(asked.body) if asked.body else None
        check_request(asked.method, template, asked.query, body)
        query = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        try:
            status, made = self._do(asked.method, template, found.groupdict(), query, body)
        except Refused as refused:
            status, made = refused.status, {"message": refused.message, "typeKey": refused.key, "errorCode": 0}
        check_answer(asked.method, template, status, made)
        if isinstance(made, bytes):
            return Answered(status, made, {"content-type": "application/octet-stream"})
        return Answered(status, json.dumps(made).encode(), {"content-type": "application/json; charset=utf-8"})

    def _do(
        self, verb: str, template: str, parts: Mapping[str, str], query: Mapping[str, str], body: Any
    ) -> tuple[int, Any]:
        match verb, template:
            case "GET", "/refs":
                wanted = f"refs/{query.get('filter', '')}"
                refs = self.git.refs()
                return 200, _list([self._ref(name, refs[name]) for name in sorted(refs) if name.startswith(wanted)])
            case "POST", "/refs":
                return 200, _list([self._updated(one) for one in body])
            case "GET", "/items":
                return 200, self._items(query)
            case "GET", "/blobs/{blob}":
                return 200, self.git.blob(parts["blob"])
            case "GET", "/commits/{commit}":
                return 200, self._commit(parts["commit"])
            case "GET", "/pushes":
                ref = query["searchCriteria.refName"]
                who = self.pushers.get(ref)
                return 200, _list([{"pushId": 1, "pushedBy": _identity(who)}] if who else [])
            case "POST", "/pushes":
                return 201, self._pushed(body)
            case "GET", "/pullrequests":
                return 200, _list([self._shown(one, short=True) for one in self._matching(query)])
            case "POST", "/pullrequests":
                return 201, self._shown(self._new_request(body))
        return 200, self._of_a_request(verb, template, self._numbered(parts["number"]), parts, body)

    # git

    def _ref(self, name: str, sha: str) -> dict[str, Any]:
        return {"name": name, "objectId": sha, "creator": _identity(self.makers.get(name, "kim"))}

    def _updated(self, one: Mapping[str, str]) -> dict[str, Any]:
        ref, old, new = one["name"], one["oldObjectId"], one["newObjectId"]
        status = "succeeded"
        if ref.removeprefix("refs/heads/") in self.refused:
            status = "rejectedByPolicy"
        else:
            try:
                self.git.set_ref(ref, new, old)
            except GitRefused:
                status = "staleOldObjectId"
        if status == "succeeded":
            if old == ZERO:
                self.makers[ref] = US
            self.moved(ref, new, US)
        return {**one, "success": status == "succeeded", "updateStatus": status}

    def _items(self, query: Mapping[str, str]) -> Any:
        commit = query["versionDescriptor.version"]
        if query.get("versionDescriptor.versionType") != "commit" or not self.git.has(commit, "commit"):
            raise Refused(
                404,
                f"TF401175: The version descriptor <Commit: {commit} > could not be resolved",
                "GitUnresolvableToCommitException",
            )
        entries = {one.path: one for one in self.git.tree(self.git.commit(commit).tree, True)}
        path = (query.get("path") or query.get("scopePath") or "").strip("/")
        if path and path not in entries:
            raise Refused(
                404, f"TF401174: The item '/{path}' could not be found in the repository", "GitItemNotFoundException"
            )
        items = {
            one.path: {"objectId": one.sha, "gitObjectType": one.kind, "commitId": commit, "path": f"/{one.path}"}
            | ({"isFolder": True} if one.kind == "tree" else {})
            | ({"isSymLink": True} if one.mode == "120000" else {})
            for one in entries.values()
        }
        if "path" in query:
            return items[path]
        below = [item for name, item in items.items() if not path or name == path or name.startswith(f"{path}/")]
        return _list(below)

    def _commit(self, sha: str) -> dict[str, Any]:
        if not self.git.has(sha, "commit"):
            raise Refused(404, f"TF401175: The commit {sha} could not be resolved", "GitUnresolvableToCommitException")
        one = self.git.commit(sha)
        return {
            "commitId": sha,
            "comment": one.message,
            "author": _person(one.author),
            "committer": _person(one.committer),
            "parents": list(one.parents),
            "treeId": one.tree,
        }

    def _pushed(self, body: Any) -> dict[str, Any]:
        ref, old = body["refUpdates"][0]["name"], body["refUpdates"][0]["oldObjectId"]
        branch = ref.removeprefix("refs/heads/")
        if branch in self.refused:
            raise Refused(
                403,
                "TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.",
                "GitRefUpdateRejectedByPolicyException",
            )
        there = self.git.head(branch)
        if there not in (None, old):
            raise Refused(
                409,
                f"TF401028: The reference '{ref}' has already been updated by another client",
                "GitReferenceStaleException",
            )
        parent, made = self.git.commit(old), []
        for one in body["commits"]:
            parent = self._committed(one, parent)
            made.append({"commitId": parent.sha})
        self.git.set_ref(ref, parent.sha, there or ZERO)
        if there is None:
            self.makers[ref] = US
        self.moved(ref, parent.sha, US)
        self._pushes += 1
        update = {"name": ref, "oldObjectId": old, "newObjectId": parent.sha}
        return {"pushId": self._pushes, "commits": made, "refUpdates": [update], "pushedBy": _identity(US)}

    def _committed(self, one: Any, parent: Commit) -> Commit:
        there = {entry.path: entry.mode for entry in self.git.tree(parent.tree, True)}
        entries: list[tuple[str, str, str | None]] = []
        for change in one["changes"]:
            path, kind = change["item"]["path"].strip("/"), change["changeType"]
            if (kind == "add") == (path in there):
                raise Refused(
                    400,
                    f"TF401024: The path '/{path}' cannot be the target of a change of type {kind}",
                    "GitItemChangeException",
                )
            if kind == "delete":
                entries.append((path, there[path], None))
                continue
            content = change["newContent"]
            data = content["content"].encode()
            if content["contentType"] == "base64encoded":
                data = base64.b64decode(data)
            entries.append((path, there.get(path, "100644"), self.git.write_blob(data)))
        tree = self.git.write_tree(parent.tree, entries)
        author = _signature(one["author"])
        # the committer and the time of a push are the server's
        self._pushes += 1
        committer = Signature(author.name, author.email, f"{int(self.now.timestamp()) + self._pushes} +0000")
        return self.git.commit(self.git.write_commit(tree, [parent.sha], one["comment"], author, committer))

    # requests

    def _matching(self, query: Mapping[str, str]) -> list[Request]:
        status = query.get("searchCriteria.status", "active")
        source, target = query.get("searchCriteria.sourceRefName"), query.get("searchCriteria.targetRefName")
        return [
            one
            for one in reversed(self.requests)
            if status in ("all", _STATUS[one.state])
            and source in (None, f"refs/heads/{one.source}")
            and target in (None, f"refs/heads/{one.target}")
        ]

    def _new_request(self, body: Any) -> Request:
        source, target = (body[name].removeprefix("refs/heads/") for name in ("sourceRefName", "targetRefName"))
        head = self.git.head(source)
        if head is None or self.git.head(target) is None:
            raise Refused(
                400,
                "TF401398: The pull request cannot be activated: a branch no longer exists",
                "GitPullRequestCannotBeActivated",
            )
        if any((one.source, one.target, one.fork) == (source, target, "") for one in self.open):
            raise Refused(
                409,
                "TF401179: An active pull request for the source and target branch already exists.",
                "GitPullRequestExistsException",
            )
        _short_enough(body)
        one = Request(len(self.requests) + 1, source, target, body["title"], body.get("description", ""), head=head)
        one.labels += [label["name"] for label in body.get("labels", ())]
        self.requests.append(one)
        return one

    def _of_a_request(self, verb: str, template: str, one: Request, parts: Mapping[str, str], body: Any) -> Any:
        match verb, template.partition("{number}")[2]:
            case "GET", "":
                return self._shown(one)
            case "PATCH", "":
                return self._shown(self._edited(one, body))
            case "GET", "/labels":
                return _list([_label(name) for name in one.labels])
            case "POST", "/labels":
                one.labels += [body["name"]] if body["name"] not in one.labels else []
                return _label(body["name"])
            case "GET", "/threads":
                return _list([_thread(number, text) for number, text in enumerate(one.comments, 1)])
            case "POST", "/threads":
                one.comments.append(body["comments"][0]["content"])
                return _thread(len(one.comments), one.comments[-1])
            case "PUT", _:
                who = parts["reviewer"]
                if who != REVIEWER:
                    raise Refused(
                        400, "TF401186: The identity is not valid for a reviewer", "GitPullRequestReviewerException"
                    )
                one.reviewers += [who] if who not in one.reviewers else []
                return {"id": who, "vote": 0}
        raise Violation(f"{verb} {template}: nothing answers it")

    def _edited(self, one: Request, body: Any) -> Request:
        _short_enough(body)
        if one.state != "open" and body.get("status") != "active":
            raise Refused(
                400,
                "TF401181: The pull request cannot be edited due to its state.",
                "GitPullRequestNotEditableException",
            )
        one.title, one.body = body.get("title", one.title), body.get("description", one.body)
        one.target = body.get("targetRefName", f"refs/heads/{one.target}").removeprefix("refs/heads/")
        if "status" in body:
            one.state = {"active": "open", "abandoned": "closed"}[body["status"]]
        return one

    def _numbered(self, number: str) -> Request:
        if not number.isdigit() or not 1 <= int(number) <= len(self.requests):
            raise Refused(
                404, f"TF401180: The requested pull request {number} was not found.", "GitPullRequestNotFoundException"
            )
        return self.request(int(number))

    def _shown(self, one: Request, short: bool = False) -> dict[str, Any]:
        return (
            {
                "pullRequestId": one.number,
                "status": _STATUS[one.state],
                "sourceRefName": f"refs/heads/{one.source}",
                "targetRefName": f"refs/heads/{one.target}",
                "title": one.title,
                "createdBy": _identity(US),
                "lastMergeSourceCommit": {"commitId": one.head},
                "reviewers": [{"id": who, "vote": 0} for who in one.reviewers],
            }
            | ({"description": one.body[: 400 if short else None]} if one.body else {})
            | ({"forkSource": {"name": f"refs/heads/{one.source}"}} if one.fork else {})
        )


def _list(found: list[Any]) -> dict[str, Any]:
    return {"count": len(found), "value": found}


def _identity(who: str | None) -> dict[str, str]:
    return {"id": f"id-of-{who}", "displayName": str(who)}


def _label(name: str) -> dict[str, Any]:
    return {"id": f"label-{name}", "name": name, "active": True}


def _thread(number: int, text: str) -> dict[str, Any]:
    words = {"id": 1, "content": text, "commentType": "text", "parentCommentId": 0}
    return {"id": number, "comments": [words], "status": "closed"}


def _short_enough(body: Any) -> None:
    long = [name for name, most in (("title", 400), ("description", 4000)) if len(body.get(name) or "") > most]
    if long:
        raise Refused(400, f"TF401027: A maximum length is exceeded: {long[0]}", "InvalidArgumentValueException")


def _person(one: Signature) -> dict[str, str]:
    date = datetime.fromtimestamp(int(one.date.split()[0]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": one.name, "email": one.email, "date": date}


def _signature(body: Any) -> Signature:
    at = datetime.fromisoformat(re.sub("Z$", "+00:00", body["date"]))
    return Signature(body["name"], body["email"], f"{int(at.timestamp())} +0000")


def _error(status: int, message: str, key: str) -> Answered:
    body = {"$id": "1", "message": message, "typeKey": key, "errorCode": 0}
    return Answered(status, json.dumps(body).encode(), {"content-type": "application/json; charset=utf-8"})

"""GitHub on loopback, as far as `GitHubHost` uses it: REST checked against GitHub's own document, and one mutation.

Behaviour beyond the document, from docs.github.com: a branch that loses its commits or its ref closes its request; a
tree cannot lose a path that it has not (422); reviewers who are no collaborators, or the author, are refused together
(422); `updateRefs` is all or nothing and compares `beforeOid` (GraphQL reference, category Git).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from remediator.core.code_home import CodeHome, CodeHostKind
from tests.hosts.git_repository import ZERO, GitRefused, Signature
from tests.hosts.github_shapes import OPERATIONS, Violation, shapes
from tests.hosts.stand_in import US, CodeHostStandIn, Request
from tests.hosts.web_server import Answered, Asked, pattern

OWNER, NAME = "contoso", "network"
TOKEN = "github_pat_11ABCDEF0_token_of_the_tests"
INSTALLATION_TOKEN = "ghs_installation_token_of_the_tests"
APP, INSTALLATION = "4711", 1234567
PREFIX = "/api/v3"
_ROUTES = [(verb, template, pattern(template)) for verb, template in OPERATIONS]


def new_key() -> str:
    """A private key as GitHub gives it out."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


PEM = new_key()
_KEY = serialization.load_pem_private_key(PEM.encode(), None).public_key()


class Refused(Exception):
    """GitHub's answer when it will not."""

    def __init__(self, status: int, message: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors


class GitHubStandIn(CodeHostStandIn):
    """`violations` are requests and answers that GitHub's document does not know: the tests fail with one."""

    def __init__(self, folder: Path, files: Mapping[str, bytes] | None = None, *, truncate_at: int = 100_000) -> None:
        super().__init__(folder, files)
        self.shapes = shapes()
        self.truncate_at = truncate_at
        self.tokens = {TOKEN, INSTALLATION_TOKEN}
        self.token_hours = 1.0
        self.former = ""  # the name that the repository had before it was renamed

    def home(self, **changes: Any) -> CodeHome:
        """Where the network's code lives here."""
        return CodeHome(**{"host": CodeHostKind.GITHUB, "repository": f"{OWNER}/{NAME}", "url": self.url, **changes})

    def answer(self, asked: Asked) -> Answered:
        """As GitHub Enterprise Server: REST below /api/v3, GraphQL at /api/graphql."""
        try:
            body = json.loads(asked.body) if asked.body else None
            if asked.path == "/api/graphql":
                return self._graphql(asked, body)
            return self._rest(asked, body)
        except Exception as problem:  # a violation, or something that the stand-in did not expect
            self.violations.append(f"{asked.method} {asked.path}: {problem!r}")
            return _answered(500, {"message": repr(problem)})

    def _rest(self, asked: Asked, body: Any) -> Answered:
        path = asked.path.removeprefix(PREFIX)
        routes = ((template, route.fullmatch(path)) for verb, template, route in _ROUTES if verb == asked.method)
        template, found = next(((one, match) for one, match in routes if match), ("", None))
        if found is None:
            raise Violation(f"{asked.method} {asked.path}: no operation that is known here")
        verb = asked.method
        self.shapes.check_request(verb, template, asked.query, body)
        if self.former and path.startswith(f"/repos/{OWNER}/{self.former}"):
            new = path.replace(f"/{self.former}", f"/{NAME}", 1)
            moved = {"message": "Moved Permanently", "url": f"{self.url}{PREFIX}{new}"}
            return _answered(301, moved, {"location": f"{self.url}{PREFIX}{new}?{asked.query}"})
        parts = {name: unquote(value) for name, value in found.groupdict().items()}
        query = {name: values[-1] for name, values in parse_qs(asked.query).items()}
        try:
            self._allowed(asked, template, parts)
            status, made, headers = self._do(f"{verb} {template}", parts, query, body)
            made = self.shapes.complete(verb, template, status, made)
        except Refused as refused:
            status, headers = refused.status, {}
            made = {
                "message": refused.message,
                "documentation_url": "https://docs.github.com/rest",
                "status": str(status),
            }
            if refused.errors is not None:
                made["errors"] = refused.errors
        self.shapes.check_answer(verb, template, status, made)
        return _answered(status, made, headers)

    def _allowed(self, asked: Asked, template: str, parts: Mapping[str, str]) -> None:
        """401 for whom GitHub does not know; what one may not see is not there (404)."""
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if template.startswith("/app/"):
            try:
                claims = jwt.decode(token, _KEY, algorithms=["RS256"], options={"verify_iat": False})
            except jwt.PyJWTError as error:
                raise Refused(401, "A JSON web token could not be decoded") from error
            if str(claims["iss"]) != APP or parts["installation_id"] != str(INSTALLATION):
                raise Refused(404, "Not Found")
        elif scheme.lower() not in ("token", "bearer") or token not in self.tokens:
            raise Refused(401, "Bad credentials")
        elif (parts["owner"], parts["repo"]) != (OWNER, NAME):
            raise Refused(404, "Not Found")

    def _do(
        self, operation: str, parts: Mapping[str, str], query: Mapping[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        verb, *words = operation.replace(" ", "").split("/")
        match [verb, *(word.strip("{}") for word in words if word not in ("repos", "{owner}", "{repo}"))]:
            case ["POST", "app", *_]:
                expires = datetime.now(UTC) + timedelta(hours=self.token_hours)
                return 201, {"token": INSTALLATION_TOKEN, "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ")}, {}
            case ["GET"]:
                return 200, {"node_id": "R_1", "name": NAME, "full_name": f"{OWNER}/{NAME}"}, {}
            case ["GET", "git", "ref", _]:
                return 200, self._ref(parts["ref"]), {}
            case ["GET", "git", "trees", _]:
                return 200, self._tree(parts["tree_sha"], bool(query.get("recursive"))), {}
            case ["GET", "git", "blobs", _]:
                return 200, self._blob(parts["file_sha"]), {}
            case ["GET", "git", "commits", _]:
                return 200, self._commit(parts["commit_sha"]), {}
            case ["POST", "git", "blobs"]:
                data = (
                    base64.b64decode(body["content"]) if body.get("encoding") == "base64" else body["content"].encode()
                )
                return 201, {"sha": self.git.write_blob(data), "url": "https://api.github.com/"}, {}
            case ["POST", "git", "trees"]:
                return 201, self._new_tree(body), {}
            case ["POST", "git", "commits"]:
                return 201, self._new_commit(body), {}
            case ["POST", "git", "refs"]:
                return 201, self._new_ref(body), {}
            case ["GET", "compare", _]:
                return 200, self._compare(parts["basehead"]), {}
            case [_, "pulls", *rest]:
                return self._pulls(verb, rest, parts, query, body)
            case [_, "issues", _, what]:
                return self._issues(verb, what, self._numbered(parts["issue_number"]), query, body)
        raise Violation(f"{operation}: nothing answers it")

    # git

    def _ref(self, name: str) -> dict[str, Any]:
        sha = self.git.head(name.removeprefix("heads/"))
        if sha is None:
            raise Refused(404, "Not Found")
        return {"ref": f"refs/{name}", "object": {"type": "commit", "sha": sha}}

    def _tree(self, sha: str, recursive: bool) -> dict[str, Any]:
        if not self.git.has(sha, "tree"):
            if not self.git.has(sha, "commit"):
                raise Refused(404, "Not Found")
            sha = self.git.commit(sha).tree
        entries = self.git.tree(sha, recursive)
        lines = [
            {"path": one.path, "mode": one.mode, "type": one.kind, "sha": one.sha}
            | ({} if one.size is None else {"size": one.size})
            for one in entries[: self.truncate_at if recursive else None]
        ]
        return {"sha": sha, "tree": lines, "truncated": recursive and len(entries) > self.truncate_at}

    def _blob(self, sha: str) -> dict[str, Any]:
        if not self.git.has(sha, "blob"):
            raise Refused(404, "Not Found")
        data = self.git.blob(sha)
        return {"sha": sha, "encoding": "base64", "size": len(data), "content": base64.encodebytes(data).decode()}

    def _commit(self, sha: str) -> dict[str, Any]:
        if not self.git.has(sha, "commit"):
            raise Refused(404, "Not Found")
        one = self.git.commit(sha)
        return {
            "sha": sha,
            "message": one.message,
            "tree": {"sha": one.tree, "url": "https://api.github.com/"},
            "parents": [{"sha": parent} for parent in one.parents],
            "author": _person(one.author),
            "committer": _person(one.committer),
        }

    def _new_tree(self, body: Any) -> dict[str, Any]:
        base = body.get("base_tree")
        if base is not None and not self.git.has(base, "tree"):
            raise Refused(404, "Not Found")
        there = {one.path for one in self.git.tree(base, True)} if base else set()
        entries = []
        for one in body["tree"]:
            if one.get("sha", "") is None and one["path"] not in there:
                raise Refused(422, "GitRPC::BadObjectState")
            sha = self.git.write_blob(one["content"].encode()) if "content" in one else one["sha"]
            entries.append((one["path"], one["mode"], sha))
        try:
            sha = self.git.write_tree(base, entries)
        except GitRefused as refused:
            raise Refused(422, str(refused)) from refused
        return self._tree(sha, False)

    def _new_commit(self, body: Any) -> dict[str, Any]:
        author = _signature(body["author"])
        committer = _signature(body.get("committer") or body["author"])
        if not self.git.has(body["tree"], "tree") or not all(self.git.has(one, "commit") for one in body["parents"]):
            raise Refused(422, "Tree SHA does not exist")
        return self._commit(self.git.write_commit(body["tree"], body["parents"], body["message"], author, committer))

    def _new_ref(self, body: Any) -> dict[str, Any]:
        if not self.git.has(body["sha"], "commit"):
            raise Refused(422, "Object does not exist")
        self._may_push(body["ref"])
        try:
            self.git.set_ref(body["ref"], body["sha"], ZERO)
        except GitRefused as refused:
            raise Refused(422, "Reference already exists") from refused
        self.moved(body["ref"], body["sha"], US)
        return self._ref(body["ref"].removeprefix("refs/"))

    def _may_push(self, ref: str) -> None:
        if ref.removeprefix("refs/heads/") in self.refused:
            raise Refused(422, "Repository rule violations found\n\nChanges must be made through a pull request.")

    def _compare(self, basehead: str) -> dict[str, Any]:
        base, _, head = basehead.partition("...")
        ends = [self.git.head(one) or (one if self.git.has(one, "commit") else None) for one in (base, head)]
        if not all(ends):
            raise Refused(404, "Not Found")
        start, end = str(ends[0]), str(ends[1])
        commits = self.git.between(start, end)
        behind = self.git.between(end, start)
        listed = [{"sha": sha, "commit": self._said(sha), "parents": []} for sha in commits[:250]]
        status = "identical" if start == end else "diverged" if commits and behind else "ahead" if commits else "behind"
        return {
            "status": status,
            "ahead_by": len(commits),
            "behind_by": len(behind),
            "total_commits": len(commits),
            "commits": listed,
            "merge_base_commit": {"sha": self.git.merge_base(start, end)},
        }

    def _said(self, sha: str) -> dict[str, Any]:
        one = self.git.commit(sha)
        return {"message": one.message, "author": _person(one.author), "committer": _person(one.committer)}

    def _graphql(self, asked: Asked, body: Any) -> Answered:
        """`updateRefs`: GraphQL reference, input `UpdateRefsInput` with `repositoryId` and `refUpdates`."""
        if asked.headers.get("authorization", "").partition(" ")[2] not in self.tokens:
            return _answered(
                401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/graphql"}
            )
        given = body["variables"]["input"]
        if "updateRefs(input: $input)" not in body["query"] or set(given) - {"repositoryId", "refUpdates"}:
            raise Violation("a GraphQL request that is not known here")
        lines = []
        for one in given["refUpdates"]:
            if set(one) != {"name", "beforeOid", "afterOid", "force"} or given["repositoryId"] != "R_1":
                raise Violation(f"updateRefs: {sorted(one)}")
            lines.append(f"update {one['name']}\0{one['afterOid']}\0{one['beforeOid']}\0")
        try:
            for one in given["refUpdates"]:
                self._may_push(one["name"])
            self.git.git("update-ref", "--stdin", "-z", data="".join(lines).encode())
        except (GitRefused, Refused) as refused:
            problem = {"type": "UNPROCESSABLE", "path": ["updateRefs"], "message": str(refused)}
            return _answered(200, {"data": {"updateRefs": None}, "errors": [problem]})
        for one in given["refUpdates"]:
            self.moved(one["name"], one["afterOid"], US)
        return _answered(200, {"data": {"updateRefs": {"clientMutationId": None}}})

    def moved(self, ref: str, new: str, who: str) -> None:
        """As for both hosts; and a request whose branch is gone, or has nothing that its target lacks, is closed."""
        super().moved(ref, new, who)
        for one in self.open:
            if f"refs/heads/{one.source}" == ref and (new == ZERO or not self.commits_of(one)):
                one.state = "closed"

    # requests

    def _pulls(
        self, verb: str, rest: list[str], parts: Mapping[str, str], query: Mapping[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        match [verb, *rest]:
            case ["GET"]:
                return self._listed(query)
            case ["POST"]:
                return 201, self._shown(self._new_request(body)), {}
        one = self._numbered(parts["pull_number"])
        match [verb, *rest[1:]]:
            case ["GET"]:
                return 200, self._shown(one), {}
            case ["GET", "reviews"]:
                return 200, [{"user": {"login": who}, "state": "COMMENTED"} for who in one.reviewed], {}
            case ["PATCH"]:
                return 200, self._shown(self._edited(one, body)), {}
            case ["POST", "requested_reviewers"]:
                return 201, self._shown(self._asked_to_review(one, body)), {}
        raise Violation(f"{verb} pulls/{rest}: nothing answers it")

    def _listed(self, query: Mapping[str, str]) -> tuple[int, Any, dict[str, str]]:
        state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
        found = [
            one
            for one in self.requests
            if (state == "all" or (one.state == "open") == (state == "open"))
            and head in (None, f"{one.fork or OWNER}:{one.source}")
            and base in (None, one.target)
        ]
        if query.get("direction", "desc") == "desc":
            found.reverse()
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        headers = {}
        if len(found) > size * page:
            rest = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
            headers["link"] = f'<{self.url}{PREFIX}/repos/{OWNER}/{NAME}/pulls?{rest}&page={page + 1}>; rel="next"'
        return 200, [self._shown(one) for one in found[size * (page - 1) : size * page]], headers

    def _new_request(self, body: Any) -> Request:
        source, target = body["head"].removeprefix(f"{OWNER}:"), body["base"]
        head, base = self.git.head(source), self.git.head(target)
        field = "head" if head is None else "base" if base is None else ""
        if head is None or base is None:
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": field, "code": "invalid"}])
        said = ""
        if any((one.source, one.target, one.fork) == (source, target, "") for one in self.open):
            said = f"A pull request already exists for {OWNER}:{source}."
        elif not self.git.between(base, head):
            said = f"No commits between {target} and {source}"
        if said:
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "code": "custom", "message": said}])
        _short_enough(body)
        one = Request(len(self.requests) + 1, source, target, body["title"], body.get("body") or "", head=head)
        self.requests.append(one)
        return one

    def _edited(self, one: Request, body: Any) -> Request:
        _short_enough(body)
        one.title, one.body = body.get("title", one.title), body.get("body", one.body)
        one.target = body.get("base", one.target)
        state = body.get("state", "")
        if state == "open" and one.state != "open" and self.git.head(one.source) is None:
            raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": "state", "code": "invalid"}])
        if state and one.state != "merged":
            one.state = state
        return one

    def _asked_to_review(self, one: Request, body: Any) -> Request:
        people, teams = body.get("reviewers", []), body.get("team_reviewers", [])
        if US in people:
            raise Refused(422, "Review cannot be requested from pull request author.")
        if set(people) - self.collaborators or set(teams) - {"network-owners"}:
            raise Refused(
                422,
                "Reviews may only be requested from collaborators. One or more of the users or teams you specified is "
                f"not a collaborator of the {OWNER}/{NAME} repository.",
            )
        one.reviewers += [who for who in (*people, *teams) if who not in one.reviewers]
        return one

    def _issues(
        self, verb: str, what: str, one: Request, query: Mapping[str, str], body: Any
    ) -> tuple[int, Any, dict[str, str]]:
        match verb, what:
            case "POST", "labels":
                one.labels += [name for name in body["labels"] if name not in one.labels]
                return 200, [{"name": name} for name in one.labels], {}
            case "GET", "comments":
                size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
                return 200, [{"body": text} for text in one.comments[size * (page - 1) : size * page]], {}
            case "POST", "comments":
                one.comments.append(body["body"])
                return 201, {"body": body["body"]}, {}
        raise Violation(f"{verb} {what}: nothing answers it")

    def _numbered(self, number: str) -> Request:
        if not number.isdigit() or not 1 <= int(number) <= len(self.requests):
            raise Refused(404, "Not Found")
        return self.request(int(number))

    def _shown(self, one: Request) -> dict[str, Any]:
        whose = one.fork or OWNER
        head = {"ref": one.source, "sha": one.head, "label": f"{whose}:{one.source}", "repo": _repository(whose)}
        teams = [{"slug": who, "name": who} for who in one.reviewers if who == "network-owners"]
        return {
            "number": one.number,
            "html_url": f"{self.url}/{OWNER}/{NAME}/pull/{one.number}",
            "url": f"{self.url}{PREFIX}/repos/{OWNER}/{NAME}/pulls/{one.number}",
            "issue_url": f"{self.url}{PREFIX}/repos/{OWNER}/{NAME}/issues/{one.number}",
            "state": "open" if one.state == "open" else "closed",
            "title": one.title,
            "body": one.body or None,
            "merged": one.state == "merged",
            "merged_at": "2026-11-28T09:00:00Z" if one.state == "merged" else None,
            "user": {"login": US},
            "labels": [{"name": name} for name in one.labels],
            "requested_reviewers": [{"login": who} for who in one.reviewers if who != "network-owners"],
            "requested_teams": teams,
            "head": head,
            "base": {**head, "repo": _repository(OWNER), "ref": one.target, "sha": self.git.head(one.target) or ZERO},
        }


def _repository(owner: str) -> dict[str, Any]:
    return {"name": NAME, "full_name": f"{owner}/{NAME}", "owner": {"login": owner}}


def _short_enough(body: Any) -> None:
    """docs.github.com: a title has at most 256 characters, a body 65,536."""
    long = [name for name, most in (("title", 256), ("body", 65_536)) if len(body.get(name) or "") > most]
    if long:
        raise Refused(422, "Validation Failed", [{"resource": "PullRequest", "field": long[0], "code": "too_long"}])


def _person(one: Signature) -> dict[str, str]:
    seconds = int(one.date.split()[0])
    date = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"name": one.name, "email": one.email, "date": date}


def _signature(body: Any) -> Signature:
    at = datetime.fromisoformat(body["date"].replace("Z", "+00:00"))
    return Signature(body["name"], body["email"], f"{int(at.timestamp())} +0000")


def _answered(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Answered:
    known = {"content-type": "application/json; charset=utf-8", "x-ratelimit-limit": "5000", **(headers or {})}
    return Answered(status, json.dumps(body).encode(), {**known, "x-ratelimit-remaining": "4990"})

"""How is GitHub asked? Requests to one repository over PyGithub, with its refusals as errors of ours.

`host`, `reading` and `branch` ask. An error's context has the `status`, which tells an expected refusal from others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import requests

from remediator.core.code_answer import Shaped
from remediator.core.code_refusal import garbled, not_trusted, redirected, refusal, unreachable
from remediator.core.errors import RemediatorError

ZERO = "0" * 40
_PAGE = 100
_MOST_PAGES = 20
_BUSY_WORDS = ("rate limit", "abuse detection", "retry your request", "wait a few minutes")
_MOVE = "mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"


class Api:
    """One repository of one host; `doing` is an -ing phrase that ends where its name follows.

    Before all else it is asked whether the repository still has its name: PyGithub follows GitHub from an old name to
    the new one and loses the query on the way, so that a list of all requests would be one of the open ones.
    """

    def __init__(self, requester: Any, repository: str, doing: str) -> None:
        self._requester, self.repository = requester, repository
        self.what = f"{doing} {repository}"
        self._base = f"/repos/{quote(repository)}"
        self._node = ""

    def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """The object at a path below the repository; what it lacks is `Transient("code-host-garbled")`."""
        return self._object(self._here("GET", path, query, None))

    def send(self, verb: str, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        """What the host answers to a write, where that is an object, else an empty one."""
        found = self._here(verb, path, {}, body)
        return {} if isinstance(found, list) else self._object(found)

    def pages(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """The entries of a list, page after page."""
        for page in range(1, _MOST_PAGES + 1):
            found = self._here("GET", path, {**query, "per_page": _PAGE, "page": page}, None)
            if not isinstance(found, list):
                raise garbled(self.what)
            yield from (self._object(one) for one in found)
            if len(found) < _PAGE:
                return

    def move(self, ref: str, before: str, after: str) -> None:
        """Move a ref, or delete it (`ZERO`), only if it still is at `before`.

        GraphQL's `updateRefs` compares and sets, which REST's update of a ref does not (docs.github.com, GraphQL
        reference, category Git). A refusal has the status 409; whether it is a lost race shows where the ref is now.
        """
        self.check_name()
        update = {"name": ref, "beforeOid": before, "afterOid": after, "force": True}
        given = {"input": {"repositoryId": self._node, "refUpdates": [update]}}
        asked = {"query": _MOVE, "variables": given}
        found = self._object(self._asked("POST", self._requester.graphql_url, {}, asked))
        if problems := found.get("errors"):
            said = _words({"errors": problems})
            problem = refusal(self.what, 422, said)
            problem.context["status"] = "409"
            raise problem

    def _here(self, verb: str, path: str, query: Mapping[str, str | int], body: Mapping[str, object] | None) -> Any:
        self.check_name()
        return self._asked(verb, self._base + quote(path), query, body)

    def check_name(self) -> None:
        """`Misconfigured("code-host-redirects")` where the repository has another name by now."""
        if self._node:
            return
        found = self._object(self._asked("GET", self._base, {}, None))
        if str(found["full_name"]).lower() != self.repository.lower():
            raise redirected(self.what)
        self._node = str(found["node_id"])

    def _object(self, found: object) -> dict[str, Any]:
        if not isinstance(found, dict):
            raise garbled(self.what)
        return Shaped(self.what, found)

    def _asked(self, verb: str, url: str, query: Mapping[str, str | int], body: Mapping[str, object] | None) -> Any:
        """The answer. An error is not chained to PyGithub's or requests', which hold the request with its headers."""
        import jwt
        from github import GithubException

        parameters = {name: str(value) for name, value in query.items()}
        try:
            status, headers, text = self._requester.requestJson(verb, url, parameters, input=body)
        except GithubException as error:  # of the request for an installation's token
            problem = _refused(self.what, error.status, error.headers or {}, error.data)
        except requests.exceptions.SSLError:
            problem = not_trusted(self.what)
        except requests.exceptions.RequestException as error:
            problem = unreachable(self.what, type(error).__name__)
        except RuntimeError:  # PyGithub's word for a redirect to another host
            problem = redirected(self.what)
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, jwt.PyJWTError):
            problem = garbled(self.what)
        else:
            if 200 <= status < 300:
                return self._parsed(text)
            problem = _refused(self.what, status, headers, _read(text))
        raise problem

    def _parsed(self, text: str) -> Any:
        found = _read(text)
        if found is None and text:
            raise garbled(self.what)
        return {} if found is None else found


def _read(text: str) -> Any:
    """The document, None where there is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _refused(what: str, status: int, headers: Mapping[str, object], data: object) -> RemediatorError:
    known = {str(name).lower(): str(value) for name, value in headers.items()}
    if 300 <= status < 400:
        return redirected(what)
    said, wait = _words(data), _seconds(known)
    limited = known.get("x-ratelimit-remaining") == "0" or "retry-after" in known
    busy = status in (403, 429) and (limited or any(word in said.lower() for word in _BUSY_WORDS))
    # docs.github.com, "Rate limits for the REST API": wait for at least a minute where no time is named
    return refusal(what, status, said, wait=wait or (60.0 if busy else None), busy=busy)


def _words(data: object) -> str:
    """What GitHub says: its message, and those of single errors."""
    if not isinstance(data, Mapping):
        return ""
    errors = data.get("errors")
    listed = [one for one in (errors if isinstance(errors, list) else ()) if isinstance(one, Mapping)]
    further = [str(one.get("message") or f"{one.get('field', '')} {one.get('code', '')}".strip()) for one in listed]
    return "; ".join(text for text in (str(data.get("message") or ""), *further) if text)


def _seconds(headers: Mapping[str, str]) -> float | None:
    """How long to wait: Retry-After, else until the limit is lifted by the host's own clock."""
    after = headers.get("retry-after", "")
    if after.isascii() and after.isdigit() and len(after) < 6:
        return float(after)
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") != "0" or not (reset.isascii() and reset.isdigit()):
        return None
    try:
        now = parsedate_to_datetime(headers.get("date", ""))
        return max(1.0, (datetime.fromtimestamp(int(reset), UTC) - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None

"""How is GitHub asked? Requests to one repository, with its refusals as errors of ours.

`host`, `reading` and `branch` ask. An error's context has the `status`, which tells an expected refusal from others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from remediator.core.code_refusal import garbled, not_trusted, redirected, refusal, unreachable
from remediator.core.errors import RemediatorError, Transient

T = TypeVar("T")
ZERO = "0" * 40
_PAGE = 100
_MOST_PAGES = 20
_BUSY_WORDS = ("rate limit", "abuse detection", "retry your request", "wait a few minutes")


class Api:
    """One repository of one host; `doing` is an -ing phrase that ends where its name follows."""

    def __init__(self, requester: Any, repository: str, doing: str) -> None:
        self._requester, self.repository, self._doing = requester, repository, doing
        self._base = f"/repos/{quote(repository)}"
        self._node = ""

    def get(self, path: str, **query: str | int) -> Any:
        """The body at a path below the repository."""
        return self._body("GET", self._base + path, query, None)

    def send(self, verb: str, path: str, body: Mapping[str, object]) -> Any:
        """What the host answers to a write."""
        return self._body(verb, self._base + path, {}, body)

    def pages(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """The entries of a list, page after page."""
        for page in range(1, _MOST_PAGES + 1):
            found = self.get(path, **query, per_page=_PAGE, page=page)
            if not isinstance(found, list):
                raise garbled(self._what)
            yield from found
            if len(found) < _PAGE:
                return

    def move(self, ref: str, before: str, after: str) -> None:
        """Move a ref, or delete it (`ZERO`), only if it still is at `before`.

        GraphQL's `updateRefs` compares and sets, which REST's update of a ref does not (docs.github.com, GraphQL
        reference, category Git). Whether a refusal is a lost race shows where the ref is now.
        """
        self._node = self._node or str(self.get("").get("node_id") or "")
        update = {"name": ref, "beforeOid": before, "afterOid": after, "force": True}
        given = {"repositoryId": self._node, "refUpdates": [update]}
        self._asked(lambda: self._requester.graphql_named_mutation("updateRefs", given, "clientMutationId"))

    @property
    def _what(self) -> str:
        return f"{self._doing} {self.repository}"

    def _body(self, verb: str, url: str, query: Mapping[str, str | int], body: Mapping[str, object] | None) -> Any:
        parameters = {name: str(value) for name, value in query.items()}
        return self._asked(lambda: self._requester.requestJsonAndCheck(verb, url, parameters, input=body))[1]

    def _asked(self, call: Callable[[], T]) -> T:
        """The answer; the raised error is not chained to PyGithub's, which holds the request with its headers."""
        import jwt
        from github import GithubException

        try:
            answer = call()
        except GithubException as error:
            problem = _refused(self._what, error)
        except requests.exceptions.SSLError:
            problem = not_trusted(self._what)
        except requests.exceptions.RequestException as error:
            problem = unreachable(self._what, type(error).__name__)
        except RuntimeError:  # PyGithub's word for a redirect to another host
            problem = redirected(self._what)
        except (ValueError, KeyError, TypeError, AttributeError, AssertionError, jwt.PyJWTError):
            problem = garbled(self._what)
        else:
            return answer
        raise problem


def status_of(error: RemediatorError) -> int:
    """The status of the refusal that an error stands for, 0 where it stands for none."""
    return int(error.context.get("status") or 0)


def _refused(doing: str, error: Any) -> RemediatorError:
    headers = {str(name).lower(): str(value) for name, value in (error.headers or {}).items()}
    said = _words(error.data)
    wait = _seconds(headers)
    limited = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    busy = error.status in (403, 429) and (limited or any(word in said.lower() for word in _BUSY_WORDS))
    if error.status == 200 or not error.status:  # an error in an answer of GraphQL has the status of success
        return Transient("code-host-raced", f"{doing}: {said or 'no reason was given'}", context={"status": "409"})
    return refusal(doing, error.status, said, wait=wait or (60.0 if busy else None), busy=busy)


def _words(data: object) -> str:
    """What GitHub says: its message, and those of single errors."""
    if not isinstance(data, Mapping):
        return str(data or "")
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

"""How is Azure DevOps asked? Requests to one repository, with its refusals as errors of ours.

`host`, `reading` and `branch` ask. An error's context has the `status`, which tells an expected refusal from others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from azure.core import exceptions as azure
from azure.core.rest import HttpRequest

from remediator.adapters.azure_devops.access import SCOPE
from remediator.core.code_answer import Shaped
from remediator.core.code_home import CodeHome
from remediator.core.code_refusal import garbled, not_trusted, refusal, unreachable
from remediator.core.errors import RemediatorError

# The newest version that Azure DevOps Server 2022 has too (learn.microsoft.com, "REST API versioning").
VERSION = "7.0"
ZERO = "0" * 40
Query = Mapping[str, str | int]
_NOTHING: Query = {}
MOST = 1000  # entries of a list
_SIGN_IN = "the managed identity must be a member of the organisation, or set REMEDIATOR_AZURE_DEVOPS_TOKEN"


class Api:
    """One repository of one host; `doing` is an -ing phrase that ends where its name follows."""

    def __init__(self, client: Any, home: CodeHome, doing: str) -> None:
        project, _, name = home.repository.partition("/")
        place = "/".join(quote(part, safe="") for part in (project, "_apis", "git", "repositories", name or project))
        self._client, self.repository, self._doing = client, home.repository, doing
        self._base = f"{home.url.rstrip('/')}/{place}"
        self.page = f"{home.url.rstrip('/')}/{quote(project)}/_git/{quote(name or project)}/pullrequest/"

    def get(self, path: str, query: Query = _NOTHING) -> dict[str, Any]:
        """The object at a path below the repository; what it lacks is `Transient("code-host-garbled")`."""
        return self._json("GET", path, query, None)

    def listed(self, path: str, query: Query = _NOTHING) -> list[dict[str, Any]]:
        """The entries of a list."""
        found = self.get(path, query)["value"]
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise garbled(self.what)
        return found

    def send(self, verb: str, path: str, body: object) -> dict[str, Any]:
        """What the host answers to a write."""
        return self._json(verb, path, _NOTHING, body)

    def content(self, blob: str, most: int) -> bytes | None:
        """The bytes of a blob as they are; None where there are more."""
        response = self._asked("GET", f"/blobs/{blob}", {"$format": "octetStream"}, None)
        try:
            announced = str(response.headers.get("content-length") or "")
            if announced.isdigit() and int(announced) > most:
                return None
            data = response.read()
        except azure.AzureError as error:
            raise self._failed(error) from None
        finally:
            response.close()
        return data if len(data) <= most else None

    @property
    def what(self) -> str:
        """What is being done, to which repository."""
        return f"{self._doing} {self.repository}"

    def _json(self, verb: str, path: str, query: Query, body: object) -> dict[str, Any]:
        response = self._asked(verb, path, query, body)
        try:
            response.read()
            found = response.json() if response.content else None
        except (ValueError, RecursionError):
            found = None
        except azure.AzureError as error:
            raise self._failed(error) from None
        finally:
            response.close()
        if not isinstance(found, dict):
            raise garbled(self.what)
        return Shaped(self.what, found)

    def _asked(self, verb: str, path: str, query: Query, body: object) -> Any:
        """The answer, not read yet. The raised error is not chained: its cause holds the request with its headers."""
        # azure-core joins them as they are
        parameters = {name: quote(str(value), safe="/") for name, value in query.items()} | {"api-version": VERSION}
        given: dict[str, Any] = {} if body is None else {"json": body}
        request = HttpRequest(verb, self._base + path, params=parameters, **given)
        try:
            response = self._client.send_request(request, stream=True)
            # 203 is the sign-in page, with the status of success
            if 200 <= response.status_code < 300 and response.status_code != 203:
                return response
            problem = self._refused(response)
        except azure.AzureError as error:
            problem = self._failed(error)
        raise problem

    def _refused(self, response: Any) -> RemediatorError:
        said = ""
        try:
            response.read()
            body = response.json()
            said = str(body.get("message") or "") if isinstance(body, Mapping) else ""
        except (ValueError, azure.AzureError):
            said = ""
        finally:
            response.close()
        after = str(response.headers.get("retry-after") or "")
        wait = float(after) if after.isascii() and after.isdigit() and len(after) < 6 else None
        # TF400733: blocked for too much usage (learn.microsoft.com, "Rate and usage limits")
        return refusal(self.what, response.status_code, said, wait=wait, busy="TF400733" in said)

    def _failed(self, error: azure.AzureError) -> RemediatorError:
        if isinstance(error, azure.ClientAuthenticationError):
            problem = refusal(f"{self.what}: asking for a token for {SCOPE.partition('/')[0]}", 401)
            problem.hint = _SIGN_IN
            return problem
        inner = getattr(error, "inner_exception", None)
        if "SSLError" in {kind.__name__ for kind in type(inner).__mro__} or "certificate verify failed" in str(error):
            return not_trusted(self.what)
        return unreachable(self.what, type(error).__name__)

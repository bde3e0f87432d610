"""The sandbox as an azure-core transport: the real clients talk to it without a socket."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from azure.core.credentials import AccessToken, AccessTokenInfo
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest
from azure.core.rest._http_response_impl import HttpResponseImpl
from azure.core.utils import case_insensitive_dict

from remediator.sandbox import identity
from remediator.sandbox.azure import Azure
from remediator.sandbox.exchange import Recorder


class _Stored(HttpResponseImpl):
    """An answer that is already here in full."""

    def __init__(self, request: Any, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(
            request=request,
            internal_response=None,
            status_code=status,
            reason="",
            content_type=headers.get("Content-Type", ""),
            headers=case_insensitive_dict(headers),
            stream_download_generator=lambda *_, **__: iter([body]),
            block_size=max(1, len(body)),
        )
        self._content = body
        self._is_closed = True
        self._is_stream_consumed = True

    def body(self) -> bytes:
        """The bytes, in the older interface's spelling."""
        return self._content or b""


class SandboxTransport(HttpTransport[Any, Any]):
    """An in-process transport; sleeping takes no time. Give `record` to keep the exchanges as JSON lines."""

    def __init__(self, azure: Azure, record: Path | None = None) -> None:
        self._azure = azure
        self._recorder = Recorder(record) if record else None

    def send(self, request: Any, **kwargs: Any) -> Any:
        """Answer one request of either azure-core generation."""
        body = _bytes_of(request)
        response = self._azure.handle(request.method, request.url, request.headers, body)
        if self._recorder is not None:
            self._recorder.keep(request.method, request.url, dict(request.headers), body, response)
        return _Stored(request, response.status, response.headers, response.body)

    def sleep(self, duration: float) -> None:
        """Waiting is free in here."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        return None


def _bytes_of(request: Any) -> bytes:
    content = getattr(request, "content", None) if isinstance(request, HttpRequest) else request.data
    if content is None:
        return b""
    return content.encode() if isinstance(content, str) else bytes(content)


class SandboxCredential:
    """A credential that gives out a token which only the sandbox takes: of a client, where `client_id` names one."""

    def __init__(self, client_id: str = "", principal_id: str = "") -> None:
        self._token = identity.token("sandbox", time.time(), client_id, principal_id) if client_id else "sandbox"

    def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:
        """A bearer token that is good for an hour."""
        return AccessToken(self._token, int(time.time()) + 3600)

    def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        """The same in azure-core's newer form."""
        return AccessTokenInfo(self._token, int(time.time()) + 3600)

    def close(self) -> None:
        """Nothing to close."""

"""An answer over HTTP that is already here, as azure-core hands it to whoever catches its errors."""

from __future__ import annotations

from azure.core.rest import HttpRequest
from azure.core.rest._http_response_impl import HttpResponseImpl
from requests.structures import CaseInsensitiveDict


class Answered(HttpResponseImpl):
    """Read to its end, with nothing behind it."""

    def __init__(self, status: int, text: str = "", **headers: str) -> None:
        super().__init__(
            request=HttpRequest("GET", "https://service.example/x"),
            internal_response=None,
            status_code=status,
            reason="",
            content_type="application/json",
            headers=CaseInsensitiveDict(headers),
            stream_download_generator=None,
        )
        self._content, self._is_closed, self._is_stream_consumed = text.encode(), True, True

"""How many requests does Resource Manager get, and how long do they take? One policy in every pipeline to it.

It stands inside the retries, so that each try is a request of its own. What is told is the kind of resource and the
answer's status: no address with its query, which may hold a signature, and no header.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import HTTPPolicy
from azure.core.rest import HttpRequest, HttpResponse

from remediator.core.measures import ARM, ARM_CALLS, RETRIES
from remediator.core.resource_id import ResourceId
from remediator.ports import Telemetry

_TRIES = "remediator-tries"


class ArmCalls(HTTPPolicy[HttpRequest, HttpResponse]):
    """Tells of each request that is sent."""

    def __init__(self, telemetry: Telemetry) -> None:
        super().__init__()
        self._telemetry = telemetry

    def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, HttpResponse]:
        """Pass the request on, with a span around it; status 0 says that there was no answer."""
        place = urlsplit(request.http_request.url)
        known = {"method": request.http_request.method, "type": ResourceId(place.path).type or "other"}
        tries = request.context[_TRIES] = request.context.get(_TRIES, 0) + 1
        if tries > 1:
            self._telemetry.add(RETRIES, what="arm")
        status = 0
        try:
            with self._telemetry.span(ARM, **known, host=place.hostname or "") as facts:
                response = self.next.send(request)
                facts["status_code"] = status = response.http_response.status_code
                return response
        finally:
            self._telemetry.add(ARM_CALLS, **known, status_code=status)

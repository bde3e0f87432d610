"""Refusals in ARM's own shapes: `{"error": {"code", "message"}}` and, for record sets, the bare pair."""

from __future__ import annotations

from remediator.sandbox.wire import Body, Response, reply


class ArmError(Exception):
    """A refusal; `bare` leaves out the `error` wrapper, as private DNS record sets do on 412."""

    def __init__(
        self, status: int, code: str, message: str, *, headers: dict[str, str] | None = None, bare: bool = False
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.headers, self.bare = status, code, message, headers or {}, bare

    def response(self) -> Response:
        """The refusal as an HTTP answer, with the header that tells gateway and service failures apart."""
        document: Body = {"code": self.code, "message": self.message}
        cause = "gateway" if self.status in (401, 403, 404, 429) else "service"
        headers = {"x-ms-failure-cause": cause, **self.headers}
        return reply(self.status, document if self.bare else {"error": document}, headers)


def bad_request(code: str, message: str) -> ArmError:
    """400 with the resource provider's own code."""
    return ArmError(400, code, message)


def odd_resource(resource_id: str, why: str) -> ArmError:
    """500 for what needs a resource whose body is odd. Waiting does not mend it: clients are told to wait 1 ms."""
    return ArmError(
        500,
        "InternalServerError",
        f"The resource {resource_id} cannot be understood: {why}.",
        headers={"x-ms-retry-after-ms": "1"},
    )


def resource_not_found(kind: str, names: str, group: str) -> ArmError:
    """404 for a resource under a resource group that exists; wording as recorded."""
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{kind}/{names}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def parent_not_found(name: str) -> ArmError:
    """404 for a child whose parent is not there; wording as recorded."""
    return ArmError(
        404,
        "ParentResourceNotFound",
        f"Can not perform requested operation on nested resource. Parent resource '{name}' not found.",
    )


def group_not_found(name: str) -> ArmError:
    """404 for a resource group that holds nothing and was never put."""
    return ArmError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def subscription_not_found(name: str) -> ArmError:
    """404 for a subscription in which nothing lives."""
    return ArmError(404, "SubscriptionNotFound", f"The subscription '{name}' could not be found.")


def not_implemented(method: str, path: str) -> ArmError:
    """501: the sandbox has no such route. Never a silent success."""
    return ArmError(501, "NotImplementedInSandbox", f"The sandbox has no route for {method} {path}.")


def invalid_reference(resource: str, referenced: str) -> ArmError:
    """400 when a resource names another one that is absent or in another region."""
    return bad_request(
        "InvalidResourceReference",
        f"Resource {referenced} referenced by resource {resource} was not found. Please make sure that the "
        "referenced resource exists, and that both resources are in the same region.",
    )


def authorization_failed(code: str, status: int, action: str, scope: str) -> ArmError:
    """403 in the words of Azure's role-based access control."""
    return ArmError(
        status,
        code,
        "The client 'sandbox' with object id '00000000-0000-0000-0000-0000000000c1' does not have authorization to "
        f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
        "please refresh your credentials.",
    )


def unavailable() -> ArmError:
    """503 while nothing is served."""
    return ArmError(503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again later.")


def throttled(subscription: str, seconds: int) -> ArmError:
    """429 with Retry-After."""
    return ArmError(
        429,
        "SubscriptionRequestsThrottled",
        f"Number of requests for subscription '{subscription}' exceeded the limit. "
        f"Please try again after '{seconds}' seconds.",
        headers={"Retry-After": str(seconds)} if seconds else {},
    )


def missing_token(login: str, tenant: str) -> ArmError:
    """401 with the challenge that azure-core's ARM policy reads."""
    return ArmError(
        401,
        "AuthenticationFailed",
        "Authentication failed. The 'Authorization' header is missing.",
        headers={
            "WWW-Authenticate": f'Bearer authorization_uri="{login}/{tenant}", error="invalid_token", '
            "error_description=\"The authentication failed because of missing 'Authorization' header.\""
        },
    )

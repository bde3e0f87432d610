"""Is this long-running operation over?

Called by `applier`. The address is asked exactly as Azure gave it. A failed operation is an HTTP 200 with status
Failed; a poll may also answer with the whole resource, or 404 once Azure has forgotten the operation (corpus, ARM).
"""

from __future__ import annotations

import json
from typing import Any

from azure.core.rest import HttpResponse

from remediator.adapters.azure.arm import Arm
from remediator.adapters.azure.error_body import answer_of
from remediator.adapters.azure.errors import refused, retry_after
from remediator.core.errors import HIDDEN, RemediatorError, Transient

USUAL_WAIT = 2.0  # seconds, where Azure names none
BAD_ENDS = frozenset(("failed", "canceled", "cancelled"))
DOING = "following operation"


def wait_before_next(arm: Arm, operation: str) -> float | None:
    """Seconds to wait before asking again, None when it has ended well; raises what it failed with.

    `Transient("operation-failed")` when the operation is over and the same write may succeed another time; any other
    `Transient` says that it could not be asked for and may still be under way. So does an error with `HIDDEN` in its
    context: Azure will not tell us, and only the resource itself can.
    """
    response = arm.ask(operation, DOING)
    where = operation.partition("?")[0]
    status = response.status_code
    wait = retry_after(response.headers)
    if status in (204, 404, 410):
        return None
    body = _json_of(response)
    if status >= 400:
        problem = refused(answer_of(status, body), DOING, where, wait)
        problem.context |= HIDDEN
        raise problem
    if status == 202:
        return wait or USUAL_WAIT
    state = _state(body)
    if state in BAD_ENDS:
        raise _over(refused(answer_of(status, body), DOING, where))
    return None if state in ("", "succeeded") else wait or USUAL_WAIT


def _over(problem: RemediatorError) -> RemediatorError:
    """What an operation failed with; where that may pass, the operation has ended nonetheless."""
    if not isinstance(problem, Transient):
        return problem
    return Transient("operation-failed", problem.message, retry_after=problem.retry_after, context=problem.context)


def _state(body: Any) -> str:
    """The operation's status, or the provisioning state where the answer is the resource itself; "" is the end."""
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("status"), str):
        return str(body["status"]).lower()
    held = body.get("properties")
    state = held.get("provisioningState") if isinstance(held, dict) else None
    return state.lower() if isinstance(state, str) else ""


def _json_of(response: HttpResponse) -> Any:
    text = response.text()
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text

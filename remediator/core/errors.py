"""What can go wrong, as one small tree that every door and `flow/advance` understands.

    RemediatorError
    ├── Rejected        the input or the caller is wrong        never retried
    ├── Misconfigured   an operator must act                    the incident needs a human
    ├── Forbidden       policy says no                          recorded, never retried
    ├── Stale           the world or the plan moved             diagnose again
    └── Transient       429, 5xx, timeout, lost race            back on the queue, later

Adapters translate at the edge; each code is permanent and has a paragraph in docs/errors.md.
"""

from __future__ import annotations

from collections.abc import Mapping

# In the context of an error: an operation could not be asked for, and whether it goes on is not known.
HIDDEN = {"operation": "hidden"}


class RemediatorError(Exception):
    """A known failure.

    `code` is permanent and kebab-case; `message` says what was being done, to what, and what the other side
    answered; `context` holds the variables of the message; `hint` says what to try.
    """

    def __init__(
        self, code: str, message: str, *, context: Mapping[str, str] | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.context: dict[str, str] = dict(context or {})
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class Rejected(RemediatorError):
    """The input or the caller is wrong; asking again with the same words gives the same answer."""


class Misconfigured(RemediatorError):
    """An operator must act: a missing right, a lock, an Azure Policy, a wrong setting."""


class Forbidden(RemediatorError):
    """Our own policy says no."""


class Stale(RemediatorError):
    """The world or the plan has moved since it was read; the answer is to diagnose again."""


class Transient(RemediatorError):
    """It may work later; `retry_after` is in seconds, None when the other side named no time."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        retry_after: float | None = None,
        context: Mapping[str, str] | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(code, message, context=context, hint=hint)
        self.retry_after = retry_after

"""Trouble on demand: refusals, throttling, operations that fail or hang, and a hook after each write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from remediator.sandbox import errors
from remediator.sandbox.arm_id import Target, key
from remediator.sandbox.errors import ArmError

VERBS = {"GET": "read", "HEAD": "read", "DELETE": "delete", "POST": "action"}


@dataclass(frozen=True)
class _Refusal:
    scope: str
    code: str
    status: int
    methods: tuple[str, ...]

    def covers(self, method: str, path: str, kind: str) -> bool:
        if self.methods and method not in self.methods:
            return False
        if not self.scope.startswith("/"):
            return kind == self.scope or kind.startswith(self.scope + "/")
        return path == self.scope or path.startswith(self.scope + "/")


@dataclass(frozen=True)
class Policy:
    """An Azure Policy that denies a type of resource in the scope of its assignment."""

    kind: str
    scope: str
    assignment: str
    definition: str

    def covers(self, kind: str, path: str) -> bool:
        """Does it deny this type at this path (lower case)?"""
        return kind == self.kind and (path == self.scope or path.startswith(self.scope + "/"))


@dataclass
class Faults:
    """What goes wrong next. Everything is off until asked for; `clear` turns it all off again."""

    on_write: Callable[[str, str], None] | None = None
    policies: list[Policy] = field(default_factory=list)
    _refusals: list[_Refusal] = field(default_factory=list)
    _throttled: list[int] = field(default_factory=list)
    _failures: list[tuple[str, str]] = field(default_factory=list)
    _stall: int | None = None
    _every: tuple[int, int] | None = None
    _outages: tuple[int, int] | None = None
    _counted: int = 0
    _served: int = 0

    def refuse(
        self, prefix_or_type: str, code: str = "AuthorizationFailed", status: int = 403, methods: tuple[str, ...] = ()
    ) -> None:
        """Refuse an id with all below it, or a resource type; `methods` narrows it to those verbs."""
        scope = key(prefix_or_type) if prefix_or_type.startswith("/") else prefix_or_type.strip("/").lower()
        self._refusals.append(_Refusal(scope, code, status, tuple(method.upper() for method in methods)))

    def deny_by_policy(self, kind: str, scope: str, name: str = "deny") -> None:
        """Let an Azure Policy, assigned under that name at the scope, deny writes of a resource type there."""
        root = "/" + scope.strip("/")
        assignment = f"{root}/providers/Microsoft.Authorization/policyAssignments/{name}"
        definition = f"/providers/Microsoft.Authorization/policyDefinitions/{name}"
        self.policies.append(Policy(kind.strip("/").lower(), root.lower(), assignment, definition))

    def throttle(self, times: int, retry_after: int = 1) -> None:
        """Answer the next `times` requests with 429."""
        self._throttled.extend([retry_after] * times)

    def throttle_every(self, nth: int, retry_after: int = 1) -> None:
        """Answer every nth request with 429."""
        self._every = (nth, retry_after)

    def break_down(self, length: int, after: int) -> None:
        """Answer so many requests in a row with 503, again and again after so many others."""
        self._outages = (length, after)

    def fail_operation(
        self, times: int = 1, code: str = "InternalServerError", message: str = "An error occurred."
    ) -> None:
        """Let the next `times` long-running operations end as Failed, without their effect."""
        self._failures.extend([(code, message)] * times)

    def stall_operations(self, polls: int) -> None:
        """Let operations that start from now on answer InProgress `polls` times."""
        self._stall = polls

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.on_write, self._stall, self._every, self._outages = None, None, None, None
        self._refusals.clear()
        self.policies.clear()
        self._throttled.clear()
        self._failures.clear()

    def refusal(self, method: str, target: Target) -> ArmError | None:
        """The refusal that covers a request, if any."""
        for rule in self._refusals:
            if rule.covers(method, key(target.path), target.type):
                verb = VERBS.get(method, "write")
                action = f"{target.namespace or 'Microsoft.Resources'}/{'/'.join(target.types)}/{verb}"
                scope = target.path if target.kind == "item" else target.parent
                return errors.authorization_failed(rule.code, rule.status, action, scope)
        return None

    @property
    def hiding(self) -> bool:
        """Whether anything is refused at all."""
        return bool(self._refusals)

    def hides(self, path: str, kind: str) -> bool:
        """Would a listing leave this resource out for lack of rights?"""
        return any(rule.covers("GET", key(path), kind) for rule in self._refusals)

    def next_throttle(self) -> int | None:
        """Seconds to wait, when the next request is to be throttled."""
        if self._every is not None:
            self._counted += 1
            if self._counted % self._every[0] == 0:
                return self._every[1]
        return self._throttled.pop(0) if self._throttled else None

    def next_is_lost(self) -> bool:
        """Whether the next request falls into a time in which nothing is served."""
        if self._outages is None:
            return False
        length, after = self._outages
        self._served += 1
        return (self._served - 1) % (length + after) >= after

    def next_failure(self) -> tuple[str, str] | None:
        """Code and message, when the next operation is to fail."""
        return self._failures.pop(0) if self._failures else None

    def polls(self, usual: int) -> int:
        """How often an operation that starts now answers InProgress."""
        return usual if self._stall is None else self._stall

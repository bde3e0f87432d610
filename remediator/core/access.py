"""Who may pull from a registry: role assignments at its scope and above."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """One assignment; `scope` and ids in lower case, `role` is the role definition's GUID.

    `covers_pull` says of a custom role whether its own actions include pulling, None when it was not read.
    `conditional` says that a condition narrows it to some repositories.
    """

    scope: str
    principal: str
    role: str
    principal_type: str = ""
    conditional: bool = False
    covers_pull: bool | None = None

"""A refusal's message begins with what is to blame: the missing action, the locked scope, the policy."""

from __future__ import annotations

import pytest

from remediator.adapters.azure.error_body import Answer
from remediator.adapters.azure.errors import refused
from remediator.core.words import MAX_TEXT

SCOPE = f"/subscriptions/{'0' * 36}/resourceGroups/{'g' * 60}/providers/Microsoft.Network/privateEndpoints/{'p' * 60}"
CLIENT = f"The client '{'c' * 36}' with object id '{'d' * 36}'"
ACTION = "Microsoft.Network/virtualNetworks/subnets/join/action"
ASSIGNMENT = "/subscriptions/0a/providers/Microsoft.Authorization/policyAssignments/no-endpoints"


@pytest.mark.parametrize(
    ("code", "words", "named"),
    [
        (
            "AuthorizationFailed",
            f"{CLIENT} does not have authorization to perform action '{ACTION}' over scope '{SCOPE}' or the scope is "
            "invalid.",
            (ACTION, SCOPE),
        ),
        (
            "LinkedAuthorizationFailed",
            f"{CLIENT} has permission to perform action 'Microsoft.Network/privateEndpoints/write' on scope '/e'; "
            f"however, it does not have permission to perform action(s) '{ACTION}' on the linked scope(s) '{SCOPE}' "
            "(respectively) or the linked scope(s) are invalid.",
            (ACTION, SCOPE),
        ),
        (
            "ScopeLocked",
            f"The scope '{SCOPE}' cannot perform write operation because following scope(s) are "
            f"locked: '{SCOPE[:60]}'. Please remove the lock and try again.",
            (SCOPE[:60],),
        ),
        (
            "RequestDisallowedByPolicy",
            'Resource \'pe\' was disallowed by policy. Policy identifiers: \'[{"policyAssignment": {"name": "n", '
            f'"id": "{ASSIGNMENT}"}}, "policyDefinition": {{"name": "d", "id": "/d"}}}}]\'.',
            (ASSIGNMENT,),
        ),
    ],
)
def test_what_is_to_blame_comes_first(code: str, words: str, named: tuple[str, ...]) -> None:
    """However long the ids are, a journal's line has the action, lock or policy and its scope in full."""
    problem = refused(Answer(403, code, words), "creating private endpoint", SCOPE)
    assert all(one in problem.message[: MAX_TEXT - 40] for one in named)
    assert problem.context["said"] == words


@pytest.mark.parametrize("words", ["", "the scope is locked", "perform action 'x'", "policyAssignment"])
def test_other_words_stand_as_they_are(words: str) -> None:
    """A refusal that names nothing begins with what was being done."""
    assert refused(Answer(409, "Conflict", words), "writing link", "/l").message.startswith("writing link /l")

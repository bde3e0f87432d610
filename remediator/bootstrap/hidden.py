"""What stands in for the secrets of an app's settings at somebody's terminal? The app alone reads its vault.

For `doctor --as-me` and `selftest`: they are given the app's settings, in which a secret is a Key Vault reference, and
need none of the secrets themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.setting_list import VARIABLES, Variable

REFERENCE = "@Microsoft.KeyVault("
# Values that some kind of secret accepts and nothing ever uses.
STAND_INS = (
    "hidden-" * 6,
    "hidden=https://hidden.invalid/",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
)


def hidden_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The names of our variables whose value is a reference that nobody has resolved."""
    return tuple(one.full_name for one in VARIABLES if environ.get(one.full_name, "").strip().startswith(REFERENCE))


def with_stand_ins(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with something else for each hidden value; without the variable where nothing is accepted."""
    found = dict(environ)
    hidden = set(hidden_in(environ))
    for one in VARIABLES:
        if one.full_name in hidden:
            stand_in = next((text for text in STAND_INS if _accepts(one, text)), None)
            del found[one.full_name]
            if stand_in is not None:
                found[one.full_name] = stand_in
    return found


def _accepts(variable: Variable, text: str) -> bool:
    try:
        variable.parse(text)
    except ValueError:
        return False
    return True

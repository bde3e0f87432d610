"""Is a token given, and for whom? For `remediator doctor`, which looks at the claims and drops the token.

The claims are read without a check of the signature: Resource Manager checks it, and nothing is decided by them here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping

from azure.core import exceptions as azure
from azure.core.credentials import TokenCredential

from remediator.adapters.azure.errors import translate
from remediator.core.doctor import Identity
from remediator.core.errors import Misconfigured, RemediatorError

DOING = "getting a token for"


def token_holder(made: Callable[[], TokenCredential], scope: str) -> Identity | RemediatorError:
    """Who a fresh token for `scope` is for, or why none is given."""
    try:
        return _identity(made().get_token(scope).token)
    except azure.AzureError as error:
        return translate(error, DOING, scope)
    except RemediatorError as error:
        return error
    except ValueError:  # of msal, where what stands at the identity endpoint is none
        return Misconfigured("azure-no-credential", f"{DOING} {scope}: the identity endpoint gave no token")


def _identity(token: str) -> Identity:
    claims = _claims(token)
    names = ("appid", "oid", "tid")
    return Identity(*(str(claims[name]) if isinstance(claims.get(name), str) else "" for name in names))


def _claims(token: str) -> Mapping[str, object]:
    """The middle part of a JWT; nothing where it is none."""
    parts = token.split(".")
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}

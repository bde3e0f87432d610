"""A token for another remediator, of whoever is signed in at this machine."""

from __future__ import annotations

from azure.core import exceptions as azure
from azure.core.credentials import TokenCredential

from remediator.core.errors import Misconfigured


def credential(authority: str) -> TokenCredential:
    """Whoever is signed in with the az CLI, else whatever azure-identity finds; nobody is asked yet."""
    from azure.identity import AzureCliCredential, ChainedTokenCredential, DefaultAzureCredential

    return ChainedTokenCredential(AzureCliCredential(), DefaultAzureCredential(authority=authority))


def token_of(credential: TokenCredential, scope: str, what: str) -> str:
    """The token; `Misconfigured("not-signed-in-here")` where there is none, without the words of the sign-in."""
    try:
        return credential.get_token(scope).token
    except azure.ClientAuthenticationError as error:
        raise Misconfigured(
            "not-signed-in-here",
            f"{what}: nobody is signed in at this terminal who gets a token for {scope}",
            hint="az login, and REMEDIATOR_API_SCOPE as the application is registered",
        ) from error

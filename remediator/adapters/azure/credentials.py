"""As whom do we talk to Azure?

`bootstrap` asks once and hands the credential to `arm.ArmAccess`. azure-identity is imported only here and only when
asked, because it is the slowest import of a cold start.
"""

from __future__ import annotations

from typing import Any

from azure.core.credentials import TokenCredential

from remediator.core.cloud import CLOUDS, Cloud


def credential(cloud: Cloud, *, client_id: str = "", instance_discovery: bool = True) -> TokenCredential:
    """A managed identity when `client_id` names one, else whatever azure-identity finds (its default chain).

    `instance_discovery` off keeps azure-identity from asking the public cloud whether the authority is genuine; it is
    off anyway for an authority that is not one of Azure's own.
    """
    from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

    options: dict[str, Any] = {"authority": cloud.authority}
    if not instance_discovery or cloud.authority not in {known.authority for known in CLOUDS}:
        options["disable_instance_discovery"] = True
    if client_id:
        return ManagedIdentityCredential(client_id=client_id, **options)
    return DefaultAzureCredential(**options)

"""Ids of Azure's built-in roles, the same in every tenant and cloud (role-based-access-control/built-in-roles).

Written out for the tests alone, so that neither core nor sandbox is compared with itself.
"""

from __future__ import annotations

PULLING = {
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "AcrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
    "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Container Registry Repository Reader": "b93aa761-3e63-49ed-ac28-beffa264f7ac",
    "Container Registry Repository Writer": "2a1e307c-b015-4ebd-883e-5b7698a07328",
    "Container Registry Repository Contributor": "2efddaa5-3f1f-4df3-97df-af3f13818f4c",
}
ACR_PULL = PULLING["AcrPull"]
KEY_VAULT_READER = "21090545-7ca7-4776-b22c-e363652d74d2"

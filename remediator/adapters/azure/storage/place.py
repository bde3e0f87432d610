"""Where is a storage account, and how do we prove who we are?

Pure: bootstrap makes a `Place` from the settings, `account` opens it. A connection string is taken apart here, so that
tables and queues are opened in one way whichever form the operator chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from remediator.core.errors import Misconfigured

# The emulator's account and its ports; both are public (learn.microsoft.com "Use the Azurite emulator").
EMULATOR = {
    "AccountName": "devstoreaccount1",
    "AccountKey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "TableEndpoint": "http://127.0.0.1:10002/devstoreaccount1",
    "QueueEndpoint": "http://127.0.0.1:10001/devstoreaccount1",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The addresses of an account's two services; with neither `key` nor `signature` an identity is used.

    `account` is empty where only addresses are known; `client_id` chooses among several identities.
    """

    tables: str
    queues: str
    account: str = ""
    key: str = field(default="", repr=False)
    signature: str = field(default="", repr=False)
    client_id: str = ""

    @property
    def by_identity(self) -> bool:
        """Whether an identity proves who we are."""
        return not self.key and not self.signature


def place_of_account(account: str, suffix: str, client_id: str = "") -> Place:
    """An account by its name; `suffix` is the cloud's, e.g. `core.chinacloudapi.cn`."""
    return Place(f"https://{account}.table.{suffix}", f"https://{account}.queue.{suffix}", account, client_id=client_id)


def place_of_addresses(tables: str, queues: str, client_id: str = "") -> Place:
    """An account by the addresses of its services; where one is missing, the other one tells.

    `Misconfigured("bad-storage-address")` unless both are https: an identity is not shown to anybody else.
    """
    tables = tables or queues.replace(".queue.", ".table.", 1)
    queues = queues or tables.replace(".table.", ".queue.", 1)
    for address in (tables, queues):
        parts = urlsplit(address)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.username is not None:
            raise _bad("an identity is shown to https addresses only", "the portal lists them under Endpoints")
    return Place(tables.rstrip("/"), queues.rstrip("/"), client_id=client_id)


def place_of_connection(text: str, suffix: str) -> Place:
    """An account by its connection string; `suffix` counts where the string names no endpoints.

    `UseDevelopmentStorage=true` is Azurite on its own ports. `Misconfigured("bad-storage-address")` never repeats it.
    """
    parts = _parts(text)
    if parts.get("usedevelopmentstorage", "").lower() == "true":
        parts = {name.lower(): value for name, value in EMULATOR.items()}
    account, key = parts.get("accountname", ""), parts.get("accountkey", "")
    signature = parts.get("sharedaccesssignature", "").lstrip("?")
    tables, queues = (_endpoint(parts, service, account, suffix) for service in ("table", "queue"))
    if not tables or not queues or not (signature or (account and key)):
        raise _bad(
            "a connection string names an account with a key, or endpoints with a signature",
            "az storage account show-connection-string prints it; a Key Vault reference must have been resolved",
        )
    return Place(tables, queues, account, key=key, signature="" if key else signature)


def _endpoint(parts: Mapping[str, str], service: str, account: str, suffix: str) -> str:
    if named := parts.get(f"{service}endpoint"):
        return named.rstrip("/")
    protocol = parts.get("defaultendpointsprotocol", "https")
    return f"{protocol}://{account}.{service}.{parts.get('endpointsuffix', suffix)}" if account else ""


def _parts(text: str) -> dict[str, str]:
    pairs = (item.partition("=") for item in text.split(";") if item.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _bad(why: str, hint: str) -> Misconfigured:
    return Misconfigured("bad-storage-address", f"finding the storage account: {why}", hint=hint)

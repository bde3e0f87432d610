"""Where do case files lie, and where do wake-ups wait? From the settings to `ports.Rows` and `runtime.Work`.

In Azure Storage where the settings name an account, be it ours or the Functions host's; otherwise in a SQLite file and
in the memory of this process. The queue is always in the host's account where there is one: its trigger listens there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from remediator.core.cloud import Cloud, cloud_named
from remediator.core.queue_names import POISON, WORK
from remediator.ports import Clock, Log, Rows
from remediator.settings import Mode, Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from remediator.adapters.azure.storage.account import StorageAccount
    from remediator.adapters.azure.storage.place import Place
    from remediator.adapters.azure.storage.queue import StorageQueue
    from remediator.bootstrap.runtime import Work

STORE_FILE = "remediator.sqlite"
# A process that shares its queue remembers what it has sent itself, so that a command can work through it.
REMEMBERED = 256


def kept(
    settings: Settings, clock: Clock, log: Log, poisoned: Callable[[str], None], ends: ExitStack
) -> tuple[Rows, Work]:
    """The rows and the wake-ups; `ends` closes what was opened. Nothing in Azure is asked yet.

    `Misconfigured("bad-storage-address")` where the settings name an account in a way that leads nowhere.
    """
    from remediator.adapters.local.work_inline import InlineWork

    ours, host = _ours(settings), _host(settings)
    if ours is None and host is None:
        from remediator.adapters.local.rows_sqlite import RowsSqlite

        if settings.mode is Mode.AZURE:
            log.info("no storage account is set: rows are kept in SQLite, wake-ups in memory", mode="azure")
        return ends.enter_context(RowsSqlite(settings.data_dir / STORE_FILE)), InlineWork(clock, log, poisoned)

    from remediator.adapters.azure.storage.queue import StorageQueue
    from remediator.adapters.azure.storage.rows_tables import RowsTables
    from remediator.adapters.records.together import Together
    from remediator.bootstrap.shared_work import SharedWork

    accounts = [_opened(settings, place, ends) for place in dict.fromkeys((ours, host)) if place is not None]
    rows, queues = accounts[0], accounts[-1]
    work, poison = StorageQueue(queues, WORK), StorageQueue(queues, POISON)
    here = InlineWork(clock, log, poisoned, most=REMEMBERED)

    def send(ids: Sequence[str]) -> list[None]:
        work.send(ids[0])
        return [None] * len(ids)

    return RowsTables(rows, clock), SharedWork(work, poison, here, poisoned, log, Together(send))


def queue_named(settings: Settings, name: str, ends: ExitStack) -> StorageQueue | None:
    """Another queue of the account in which wake-ups wait; None where they wait in memory."""
    place = _host(settings) or _ours(settings)
    if place is None:
        return None
    from remediator.adapters.azure.storage.queue import StorageQueue

    return StorageQueue(_opened(settings, place, ends), name)


def is_elsewhere(settings: Settings) -> bool:
    """Whether case files lie in a storage account, and not in a file of this machine."""
    return _ours(settings) is not None or _host(settings) is not None


def addresses_of(settings: Settings) -> tuple[tuple[str, str], ...]:
    """The addresses of the table and queue services of each account that the settings name."""
    places = dict.fromkeys(place for place in (_ours(settings), _host(settings)) if place is not None)
    return tuple((place.tables, place.queues) for place in places)


def _opened(settings: Settings, place: Place, ends: ExitStack) -> StorageAccount:
    from remediator.adapters.azure.storage.account import StorageAccount

    def credential() -> TokenCredential:
        from remediator.adapters.azure.credentials import credential

        return credential(cloud_named(settings.cloud), client_id=place.client_id)

    account = StorageAccount(place, credential)
    ends.callback(account.close)
    return account


def _ours(settings: Settings) -> Place | None:
    """The account that REMEDIATOR_STORAGE_ACCOUNT or REMEDIATOR_STORAGE_CONNECTION names."""
    return _place(
        cloud_named(settings.cloud), settings.storage_connection, settings.storage_account, settings.storage_client_id
    )


def _host(settings: Settings) -> Place | None:
    """The account that AzureWebJobsStorage names, in one of the host's ways."""
    from remediator.adapters.azure.storage.place import place_of_addresses

    host = settings.host_storage
    client_id = settings.storage_client_id or host.client_id
    if (host.tables or host.queues) and not host.connection:
        return place_of_addresses(host.tables, host.queues, client_id)
    return _place(cloud_named(settings.cloud), host.connection, host.account, client_id)


def _place(cloud: Cloud, connection: str, account: str, client_id: str) -> Place | None:
    from remediator.adapters.azure.storage.place import place_of_account, place_of_connection

    if connection:
        return place_of_connection(connection, cloud.storage_suffix)
    return place_of_account(account, cloud.storage_suffix, client_id) if account else None

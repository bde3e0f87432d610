"""One table: its entities by key, by range, and in batches; it is made when it is first needed and missing.

Used by `rows_tables` and `label_index`. Errors leave as ours; a lost race names the key that was not as it was read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError

from remediator.adapters.azure.storage.account import StorageAccount
from remediator.adapters.azure.storage.entity import Entity
from remediator.adapters.azure.storage.errors import TABLE_ROLE, code_of, is_missing, storage_error, translated

if TYPE_CHECKING:
    from azure.data.tables import TableClient

T = TypeVar("T")
Operation = tuple[str, Mapping[str, Any], Mapping[str, Any]]  # what, the entity, and on which condition
PAGE = 1000  # learn "Query timeout and pagination": at most this many in one answer


class Table:
    """A table by its name; `made` is called after this program has made it."""

    def __init__(self, account: StorageAccount, name: str, made: Callable[[], None] = lambda: None) -> None:
        self._account, self.name, self._made = account, name, made

    def get(self, partition: str, key: str) -> Entity | None:
        """One entity, None when it is not there."""

        def asked(client: TableClient) -> Entity | None:
            try:
                return client.get_entity(partition, key)
            except HttpResponseError as error:
                if error.status_code == 404 and not is_missing(error):
                    return None
                raise

        return self._ask("reading", key, asked)

    def select(self, question: str, most: int | None = None, **parameters: str) -> list[Entity]:
        """The entities that an OData filter lets through, in the order of their keys; `@name` stands for a parameter.

        Only a filter on PartitionKey and a range of RowKey reads no other entities.
        """
        page = PAGE if most is None else max(1, min(most, PAGE))

        def asked(client: TableClient) -> list[Entity]:
            found = client.query_entities(question, parameters=parameters, results_per_page=page)
            return list(islice(found, most))

        return self._ask("reading", self.name, asked)

    def all(self) -> Iterator[Entity]:
        """Every entity, a page at a time; none where the table is not there."""
        with translated("reading", self.name, TABLE_ROLE):
            try:
                yield from self._account.tables().get_table_client(self.name).list_entities(results_per_page=PAGE)
            except HttpResponseError as error:
                if not is_missing(error):
                    raise

    def batch(self, operations: Sequence[Operation]) -> list[str]:
        """All operations, which are of one partition, or none; the new ETags, "" for what was deleted.

        `Transient("lost-race")` with the `key` whose condition did not hold in its context.
        """
        keys = [str(entity["RowKey"]) for _, entity, _ in operations]

        def asked(client: TableClient) -> list[str]:
            try:
                return [str(each.get("etag") or "") for each in client.submit_transaction(list(operations))]
            except HttpResponseError as error:
                if is_missing(error):
                    raise
                key = keys[getattr(error, "index", None) or 0]
                ours = storage_error(error, "storing", f"{key} in {self.name}", TABLE_ROLE)
                ours.context["key"] = key
                raise ours from error

        return self._ask("storing", keys[0], asked)

    def remove(self, partition: str, keys: Iterable[str]) -> None:
        """Delete entities, whether they are still there or not."""
        for key in keys:
            self._ask("deleting", key, lambda client, key=key: client.delete_entity(partition, key))  # type: ignore[misc]

    def _ask(self, doing: str, target: str, call: Callable[[TableClient], T]) -> T:
        with translated(doing, target, TABLE_ROLE):
            return self._or_made(call)

    def _or_made(self, call: Callable[[TableClient], T]) -> T:
        client = self._account.tables().get_table_client(self.name)
        try:
            return call(client)
        except HttpResponseError as error:
            if not is_missing(error):
                raise
        self._make()
        return call(client)

    def _make(self) -> None:
        with translated("making", f"the table {self.name}", TABLE_ROLE):
            try:
                self._account.tables().create_table(self.name)
            except ResourceExistsError as error:
                if code_of(error).lower() != "tablealreadyexists":  # it is just being deleted
                    raise
                return
        self._made()

"""What does a query in KQL give, as far as this sandbox understands KQL?

`union [isfuzzy=true]` of tables and queries in brackets, `where`, `project`, `extend`, `order by`, `take`, with the
expressions of `kql_conditions`; all else is refused with 400 as a query that cannot be parsed. A table that is not
there is refused too, except by a fuzzy union that finds another one (azure-facts 2.5). Called by `providers.log_query`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from remediator.sandbox.kql_conditions import Bind, Reader
from remediator.sandbox.kql_words import KqlError, semantic, words

EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Table:
    """Columns with their types (`string`, `datetime`, `real`, `bool`), and rows; a missing value is None."""

    columns: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...]


Tables = Callable[[str], Table | None]
Step = Callable[[Tables], Table]


def run(query: str, tables: Tables) -> Table:
    """The result of a query; `tables` gives a table by its name, None where there is none. Raises `KqlError`."""
    reader = Reader(query, words(query))
    step = _pipeline(reader)
    if reader.next.kind != "end":
        raise reader.wrong()
    return step(tables)


def _pipeline(reader: Reader) -> Step:
    step = _source(reader)
    while reader.take("|"):
        step = _after(step, _operator(reader))
    return step


def _after(step: Step, work: Callable[[Table], Table]) -> Step:
    return lambda tables: work(step(tables))


def _source(reader: Reader) -> Step:
    if not reader.take("union"):
        return _operand(reader)
    fuzzy = False
    if reader.take("isfuzzy"):
        reader.need("=")
        fuzzy = reader.of_kind("name") == "true"
    parts = [_operand(reader)]
    while reader.take(","):
        parts.append(_operand(reader))
    return lambda tables: _union(parts, fuzzy, tables)


def _operand(reader: Reader) -> Step:
    if reader.take("("):
        inner = _pipeline(reader)
        reader.need(")")
        return inner
    name = reader.of_kind("name")
    return lambda tables: _table(name, tables)


def _table(name: str, tables: Tables) -> Table:
    found = tables(name)
    if found is None:
        raise semantic(f"'where' operator: Failed to resolve table or column expression named '{name}'")
    return found


def _union(parts: list[Step], fuzzy: bool, tables: Tables) -> Table:
    found: list[Table] = []
    missing: KqlError | None = None
    for part in parts:
        try:
            found.append(part(tables))
        except KqlError as error:
            if not fuzzy or "resolve table" not in error.message:
                raise
            missing = error
    if not found and missing is not None:
        raise missing
    columns = {name: kind for table in found for name, kind in table.columns.items()}
    rows = tuple({name: row.get(name) for name in columns} for table in found for row in table.rows)
    return Table(columns, rows)


def _operator(reader: Reader) -> Callable[[Table], Table]:
    if reader.take("where", "filter"):
        condition = reader.condition()
        return lambda table: _where(table, condition)
    if reader.take("project"):
        named = _named(reader)
        return lambda table: _project(table, named, keep=False)
    if reader.take("extend"):
        named = _named(reader)
        return lambda table: _project(table, named, keep=True)
    if reader.take("order", "sort"):
        reader.need("by")
        name = reader.of_kind("name")
        ascending = not reader.take("desc") and reader.take("asc")
        return lambda table: _sorted(table, name, ascending)
    if reader.take("take", "limit"):
        most = int(float(reader.of_kind("number")))
        return lambda table: Table(table.columns, table.rows[:most])
    raise reader.wrong()


def _named(reader: Reader) -> list[tuple[str, Bind]]:
    """`a, b = expression, …`; a bare column keeps its name."""
    found: list[tuple[str, Bind]] = []
    while True:
        name = reader.of_kind("name")
        found.append((name, reader.term() if reader.take("=") else _bare(name)))
        if not reader.take(","):
            return found


def _bare(name: str) -> Bind:
    return Reader(name, words(name)).term()


def _where(table: Table, condition: Bind) -> Table:
    judge = condition(table.columns)
    return Table(table.columns, tuple(row for row in table.rows if judge(row)))


def _project(table: Table, named: list[tuple[str, Bind]], *, keep: bool) -> Table:
    bound = {name: bind(table.columns) for name, bind in named}
    kinds = {name: table.columns.get(name, "string") for name in bound}
    columns = {**table.columns, **kinds} if keep else kinds
    rows = tuple({**(row if keep else {}), **{name: judge(row) for name, judge in bound.items()}} for row in table.rows)
    return Table(columns, rows)


def _sorted(table: Table, name: str, ascending: bool) -> Table:
    if name not in table.columns:
        raise semantic(f"'order' operator: Failed to resolve column named '{name}'")
    empty: Any = EARLIEST if table.columns[name] == "datetime" else ""

    def place(row: Mapping[str, Any]) -> Any:
        return empty if row.get(name) is None else row[name]

    return Table(table.columns, tuple(sorted(table.rows, key=place, reverse=not ascending)))

"""Which columns does a query name? A reader of the small part of KQL that infra/ uses.

What it does not know counts as a column, so that a slip is seen.
"""

from __future__ import annotations

import re

_LANGUAGE = """
union isfuzzy true false where extend project summarize by or and in contains has startswith order desc asc let not
datatable datetime string
tostring tolower extract column_ifexists sum max min count countif sumif bin round dcount take_any make_set
"""
_WORDS = frozenset(_LANGUAGE.split())
_TEXTS = re.compile(r"@?'[^'\n]*'|//[^\n]*|\b\d+[dhm]\b")
_NAME = re.compile(r"[A-Za-z_]\w*")
_NEW = re.compile(r"([A-Za-z_]\w*)\s*=(?!=|~)")
_TABLE = re.compile(r"^(?:union isfuzzy=true\s+)?([A-Z]\w+)", re.MULTILINE)
_EXISTS = re.compile(r"column_ifexists\('(\w+)'")


def table_of(query: str) -> str:
    """The table that a query is about."""
    plain = "\n".join(line for line in query.splitlines() if not line.startswith("//")).strip()
    found = _TABLE.match(plain)
    assert found, query
    return found[1]


def columns_of(query: str) -> set[str]:
    """The names in a query that are neither words of the language nor made by the query itself."""
    plain = _TEXTS.sub("", query)
    made = set(_NEW.findall(plain))
    named = set(_NAME.findall(plain)) - _WORDS - made - {table_of(query)}
    return named | set(_EXISTS.findall(query))

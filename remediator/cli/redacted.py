"""What of a raw ARM body may leave the house? Everything that a diagnosis needs, and nothing that opens a door.

Ids, names and network settings stay; tag values, values of secrets and variables, keys, who wrote it and mail addresses
go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GONE = "redacted"
_SECRET = re.compile(
    r"(?i)(password|clientSecret|sharedKey|accessKey|primaryKey|secondaryKey|apiKey|key|token|sasToken|connectionString"
    r"|.*ConnectionString|.*InstrumentationKey|customDomainVerificationId|secretValue|certificatePassword)"
)
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LEFT_OUT = frozenset(("systemdata", "createdby", "lastmodifiedby"))
_VALUES = frozenset(("env", "secrets", "parameters"))


def redacted(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what must not leave."""
    kept = {key: _clean(key, value) for key, value in body.items() if key.lower() not in _LEFT_OUT}
    if isinstance(body.get("tags"), Mapping):
        kept["tags"] = dict.fromkeys(body["tags"], GONE)
    return kept


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return redacted(value)
    if isinstance(value, list):
        if name.lower() in _VALUES:
            return [_without_value(item) for item in value]
        return [_clean(name, item) for item in value]
    if isinstance(value, str):
        return GONE if value and _SECRET.fullmatch(name) else _ADDRESS.sub(GONE, value)
    return value


def _without_value(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {key: GONE if key.lower() == "value" else _clean(key, value) for key, value in item.items()}

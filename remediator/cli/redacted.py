"""What of a raw ARM body may leave the house? Everything that a diagnosis needs, and nothing that opens a door.

Ids, names and network settings stay; tag values, values of secrets and variables, keys, who wrote it and mail addresses
go. Principals and public addresses go under pseudonyms, because a diagnosis compares them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.cli.pseudonyms import Pseudonyms

GONE = "redacted"
_SECRET = re.compile(
    r"(?i)(password|clientSecret|sharedKey|accessKey|primaryKey|secondaryKey|apiKey|key|token|sasToken|connectionString"
    r"|.*ConnectionString|.*InstrumentationKey|customDomainVerificationId|secretValue|certificatePassword)"
)
_MAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LEFT_OUT = frozenset(("systemdata", "createdby", "lastmodifiedby", "updatedby"))
_VALUES = frozenset(("env", "secrets", "parameters"))
_PRINCIPALS = frozenset(("principalid", "clientid", "objectid", "tenantid"))
_WORDS = frozenset(("description", "condition"))  # of a role assignment: free text about people and repositories


@dataclass(frozen=True, slots=True)
class Redaction:
    """One export's way to redact; the same body gives the same result."""

    pseudonyms: Pseudonyms

    def body(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body without what must not leave."""
        assigned = any(key.lower() == "principalid" for key in body)
        kept = {
            key: GONE if assigned and value and key.lower() in _WORDS else self._clean(key, value)
            for key, value in body.items()
            if key.lower() not in _LEFT_OUT
        }
        if isinstance(body.get("tags"), Mapping):
            kept["tags"] = dict.fromkeys(body["tags"], GONE)
        return kept

    def words(self, text: str) -> str:
        """A sentence of Azure's without mail addresses, people and addresses."""
        return _MAIL.sub(GONE, self.pseudonyms.prose(text))

    def _clean(self, name: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.body(value)
        if isinstance(value, list):
            if name.lower() in _VALUES:
                return [self._without_value(item) for item in value]
            return [self._clean(name, item) for item in value]
        return self._text(name, value) if isinstance(value, str) else value

    def _text(self, name: str, value: str) -> str:
        if value and _SECRET.fullmatch(name):
            return GONE
        if name.lower() in _PRINCIPALS:
            return self.pseudonyms.principal(value)
        if name.lower() == "message":
            return self.words(value)
        return _MAIL.sub(GONE, self.pseudonyms.address(value))

    def _without_value(self, item: Any) -> Any:
        if not isinstance(item, Mapping):
            return item
        return {key: GONE if key.lower() == "value" else self._clean(key, value) for key, value in item.items()}

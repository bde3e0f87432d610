"""What of an outside text may stand in a repository? No secret, no mail address, and no address of a caller.

Private addresses stay: they are the network that the request is about. A public one stays only where the request itself
declares it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from remediator.core.plan import Plan
from remediator.views.plain import without_addresses

HIDDEN = "(address)"
_V4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?![\w.]*\d)")
_V6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*[0-9A-Fa-f:](?:%\w+)?(?:/\d{1,3})?")
_PRIVATE = tuple(
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8")
)


def redacted_text(text: object, declared: Collection[str] = (), limit: int = 400) -> str:
    """One line without secrets, mail addresses and public addresses that are not `declared`."""

    def shown(found: re.Match[str]) -> str:
        return found[0] if _may_stand(found[0], declared) else HIDDEN

    words = without_addresses(text, limit)
    return _V4.sub(shown, _V6.sub(shown, words))


def addresses_in(plan: Plan, *, before: bool = False) -> frozenset[str]:
    """The addresses that a plan declares; with those that are there `before`, where these are what is declared."""
    values = [change.after for change in plan.changes] + [change.before for change in plan.changes if before]
    return frozenset(text for value in values for text in _texts(value) if _is_address(text))


def _may_stand(text: str, declared: Collection[str]) -> bool:
    try:
        network = ipaddress.ip_network(text.partition("%")[0], strict=False)
    except ValueError:
        return True  # a version, a time: no address
    if text in declared or network.is_loopback or network.is_unspecified:
        return True
    return any(network.version == one.version and network.subnet_of(one) for one in _PRIVATE)  # type: ignore[arg-type]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)

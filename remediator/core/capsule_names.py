"""How does an estate leave the house so that nobody can tell whose it is, and is still diagnosed the same?

Every name gets a pseudonym, the same wherever it stands: in ids, host names, images, error texts and the journal. Names
of one kind are numbered in their own order, so that what was sorted by name stays sorted; Azure's own words (types,
locations, well-known zones and subnets, values of switches) stay. Called when an incident is exported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HOSTS = """defaultdomain fqdn fqdns latestrevisionfqdn loginserver dnssuffix customdnssuffix server domainname
    dataendpointhostnames privatednszonename registry_host"""
_NAMED_LISTS = "containers initcontainers secrets env ipconfigurations privatelinkserviceconnections"
_HOST_KEYS, _LISTS = frozenset(_HOSTS.split()), frozenset(_NAMED_LISTS.split())
_SHORTEST_INSIDE = 5  # a name within another word is replaced from this length on
_PLAIN_TAG = re.compile(r"(latest|v?\d[\d.]*)", re.IGNORECASE)
# Azure's own words that may also be somebody's name: whoever is called so is not told apart by it.
_AZURE = """a aaaa any all allow alwayson apps approved auto azurebastionsubnet azurecloud azurechinacloud azurecr
    azurecontainerapps azurefirewallmanagementsubnet azurefirewallsubnet azureservices azureusgovernment basic
    blob by-hand by-code cloudapp cn cname com consumption core data default deny direct disabled disconnected
    dynamic enabled env external failed gatewaysubnet group hub image images in-place internal internet io ip
    ipv4 ipv6 job jobs link local main manual microsoft net network nic none nxdomainredirect org pending
    premium privatelink public pull pull-request registry rejected remediator report rg routeserversubnet
    running scheduled single spoke standard static subnet succeeded system systemassigned tcp test traffic udp
    us userassigned virtualappliance virtualnetwork virtualnetworkgateway vnet vnetlocal windows workload zone
    zone-group zones"""
_WORDS = frozenset(_AZURE.split())


@dataclass(frozen=True, slots=True)
class Names:
    """The pseudonyms by name in lower case, and the words that stay although they may look like names."""

    pseudonyms: Mapping[str, str]
    stay: frozenset[str]


def names_of(
    bodies: Iterable[Mapping[str, Any]], others: Iterable[tuple[str, str]] = (), kept: Iterable[str] = ()
) -> Names:
    """The names in these bodies with their pseudonyms.

    `others` are names from elsewhere with their kinds, such as persons; `kept` are further words that stay, such as ids
    of well-known roles.
    """
    known = list(bodies)
    stay = _WORDS | {word.lower() for word in kept} | frozenset(_own_words(known))
    by_kind: dict[str, set[str]] = defaultdict(set)
    seen: set[str] = set(stay)
    for kind, name in sorted((*_names(known), *others), key=lambda pair: (_RANK.get(pair[0], 9), pair)):
        for label in _TOKEN.findall(name.lower()):
            if label not in seen and len(label) > 1 and not label.isdigit():
                seen.add(label)
                by_kind["id" if _GUID.fullmatch(label) and kind != "subscription" else kind].add(label)
    pseudonyms = {
        name: _pseudonym(kind, number)
        for kind, names in by_kind.items()
        for number, name in enumerate(sorted(names), 1)
    }
    return Names(pseudonyms, frozenset(stay))


class Renamed:
    """Exchanges names in texts; ids of the form of a GUID that nobody has listed get one as well."""

    def __init__(self, names: Names, *, guids: bool = True) -> None:
        self._names, self._stay, self._guids = dict(names.pseudonyms), names.stay, guids
        inside = sorted((name for name in self._names if len(name) >= _SHORTEST_INSIDE), key=len, reverse=True)
        self._inside = re.compile("|".join(map(re.escape, inside)), re.IGNORECASE) if inside else None

    def value(self, value: Any) -> Any:
        """The same value with every text in it exchanged; keys stay, but those that are ids."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.text(key) if key.startswith("/") else key: self.value(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(one) for one in value]
        return value

    def text(self, text: str) -> str:
        """The text with every name exchanged."""
        return _TOKEN.sub(lambda found: self._word(found[0]), text)

    def _word(self, word: str) -> str:
        lower = word.lower()
        if lower in self._names:
            return self._names[lower]
        if lower in self._stay:
            return word
        if self._guids and _GUID.fullmatch(lower):
            self._names[lower] = _pseudonym("id", 90_000 + len(self._names))
            return self._names[lower]
        return self._inside.sub(lambda found: self._names[found[0].lower()], word) if self._inside else word


_RANK = {"subscription": 0, "registry": 1, "group": 2}


def _pseudonym(kind: str, number: int) -> str:
    if kind in ("subscription", "id"):
        return f"{0 if kind == 'subscription' else 1:08d}-0000-4000-8000-{number:012d}"
    return f"{kind}{number:05d}"


def _names(bodies: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each name with its kind."""
    for body in bodies:
        for key, text in _pairs("", body):
            yield from _in_ids(text)
            if key in _HOST_KEYS:
                yield from (("host", label) for label in text.split(".") if not label.startswith("http"))
            elif key == "image":
                yield from _in_image(text)
            elif key in ("name:listed", "app", "environment"):
                yield ("name", text)


def _in_ids(text: str) -> Iterator[tuple[str, str]]:
    at = text.lower().find("/subscriptions/")
    if at < 0:
        return
    parts = text[at:].split("/")[1:]
    yield ("subscription", parts[1]) if len(parts) > 1 else ("subscription", "")
    if len(parts) > 3 and parts[2].lower() == "resourcegroups":
        yield ("group", parts[3])
    while "providers" in [part.lower() for part in parts]:
        start = [part.lower() for part in parts].index("providers")
        parts = parts[start + 2 :]
        for kind, name in zip(parts[::2], parts[1::2], strict=False):
            if kind.lower() == "providers":
                break
            if kind.lower() not in ("roledefinitions", "locations"):
                yield (_kind(kind), name)


def _in_image(text: str) -> Iterator[tuple[str, str]]:
    path, _, tag = text.partition("@")[0].partition("/")[2].partition(":")
    yield from (("repository", part) for part in path.split("/"))
    if tag and not _PLAIN_TAG.fullmatch(tag):
        yield ("tag", tag)


def _pairs(key: str, value: object, within: str = "") -> Iterator[tuple[str, str]]:
    """Each text with its key in lower case; a `name` in one of certain lists is `name:listed`."""
    if isinstance(value, str):
        yield ("name:listed" if key == "name" and within in _LISTS else key, value)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if str(name).startswith("/"):  # identities are keyed by their ids
                yield "", str(name)
            yield from _pairs(str(name).lower(), one, within)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _pairs(key, one, key)


def _own_words(bodies: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The words of these bodies that are Azure's: parts of types, keys, and places."""
    for body in bodies:
        yield from (part.lower() for part in re.split(r"[./]", str(body.get("type", ""))))
        yield from _keys(body)
        for key, text in _pairs("", body):
            yield from _types_in(text)
            if key in ("location", "locations", "region", "regionname", "locationname"):
                yield text.lower().replace(" ", "")


def _types_in(text: str) -> Iterator[str]:
    """`microsoft`, `network`, `virtualnetworks` of an id."""
    parts = text.lower().split("/") if text.lower().startswith("/subscriptions/") else []
    for at, part in enumerate(parts):
        if part == "providers":
            yield from (
                label for one in (parts[at + 1 :][:1], parts[at + 2 :: 2]) for word in one for label in word.split(".")
            )


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not str(key).startswith("/"):
                yield str(key).lower()
            yield from _keys(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _keys(one)


def _kind(type_name: str) -> str:
    """`registries` → `registry`, `virtualNetworks` → `virtualnetwork`; letters only, as registries' names have none
    but those and digits."""
    lower = re.sub(r"[^a-z]", "", type_name.lower())
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    if lower.endswith("addresses"):
        return lower.removesuffix("es")
    return lower.removesuffix("s") or "name"

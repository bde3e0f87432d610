"""What does a probe look at, how far is it, and what do its words say of a pull path?

A probe is a manual Container Apps job of the people who run the environment, named in the desired state; what it is
started with and prints is in docs/desired-state.md. `flow/probing` begins and follows it, `adapters/azure/prober` talks
to Azure; neither decides what its words mean.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from remediator.core.pull_path import PullPath
from remediator.core.resource_id import ResourceId
from remediator.core.snapshot import Snapshot
from remediator.core.unknown import Unknown
from remediator.core.verification import PathKey, ProbeResult, Proof

# More names than this are not asked of one execution: they are arguments, and each may take seconds.
MOST_NAMES = 40
# An execution that has not ended by then says nothing; the job's own timeout ends it.
LONGEST_RUN = timedelta(minutes=6)
# Lines reach the workspace minutes late (azure-facts 6.1): after this long an ended execution counts without them.
LONGEST_INGESTION = timedelta(minutes=4)
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")


class Layer(StrEnum):
    """The checks of one name, in their order; the first that fails is the last that is made."""

    NAME = "name"
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class AskedName:
    """A name to look at: the addresses that it must get (() for any), and whether it is a login server."""

    host: str
    addresses: tuple[str, ...] = ()
    login: bool = True

    @property
    def last(self) -> Layer:
        """The last check of a name that works: a login server answers 401, a data endpoint is only connected to."""
        return Layer.HTTP if self.login else Layer.TLS


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the probe: what one check of a name gave."""

    host: str
    layer: Layer
    ok: bool
    detail: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProbeRun:
    """One execution of a probe's job, from the intent to the answer.

    `mark` is ours and stands among the execution's arguments, so that it is found again when its name was not saved;
    `sent` says that Azure has taken the start, `execution` is the name that Azure gave it. `passed` says how it ended,
    None while that is not known; `unknown` is why it says nothing at all.
    """

    environment: ResourceId
    job: ResourceId
    names: tuple[AskedName, ...]
    mark: str
    asked_at: datetime
    sent: bool = False
    execution: str | None = None
    ended_at: datetime | None = None
    passed: bool | None = None
    checks: tuple[Check, ...] = ()
    unknown: str | None = None

    def over(self, now: datetime) -> bool:
        """Whether nothing more is waited for: what failed is waited for until its lines say why, or are late."""
        if self.unknown is not None or self.passed:
            return True
        if self.passed is None or self.ended_at is None:
            return False
        return self.told or now - self.ended_at > LONGEST_INGESTION

    @property
    def told(self) -> bool:
        """Whether there is a word about every name."""
        return all(self.last_of(name) is not None for name in self.names)

    def last_of(self, name: AskedName) -> Check | None:
        """The check that decides a name: the first that failed, else its last one; None while it is not there."""
        ours = sorted((c for c in self.checks if c.host == name.host), key=lambda c: list(Layer).index(c.layer))
        return next((check for check in ours if not check.ok or check.layer is name.last), None)

    def gone_wrong(self, why: str, at: datetime) -> ProbeRun:
        """The same run when nobody can tell what it saw."""
        return replace(self, unknown=why, ended_at=self.ended_at or at)

    @property
    def summary(self) -> str:
        """How it ended, for a journal line."""
        if self.unknown is not None:
            return f"says nothing: {self.unknown}"
        bad = [f"{c.host}: {c.layer.value}: {c.detail}" for n in self.names if (c := self.last_of(n)) and not c.ok]
        return "every check passed" if self.passed else "; ".join(bad) or "failed, and its lines have not arrived"


def names_for(paths: Iterable[PullPath], live: Snapshot) -> tuple[AskedName, ...]:
    """What a probe looks at for these paths of one environment: login servers and their data endpoints, each once.

    A name that could not stand in a host's place is left out, and so is what is beyond `MOST_NAMES`.
    """
    found: dict[str, AskedName] = {}
    for path in paths:
        for name in _names_of(path, live):
            found.setdefault(name.host, name)
    return tuple(found.values())[:MOST_NAMES]


def by_environment(paths: Iterable[PullPath], live: Snapshot) -> Mapping[ResourceId, tuple[PullPath, ...]]:
    """The paths of each environment that is known, in their order."""
    placed: dict[ResourceId, tuple[PullPath, ...]] = {}
    for path in paths:
        consumer = live.consumers.get(path.consumer)
        if consumer is not None and consumer.environment is not None:
            placed[consumer.environment] = (*placed.get(consumer.environment, ()), path)
    return placed


def words_of(
    runs: Iterable[ProbeRun], paths: Iterable[PullPath], live: Snapshot
) -> Mapping[PathKey, ProbeResult | Unknown]:
    """What runs that are over say of each path of their environments."""
    placed = by_environment(paths, live)
    return {path.key: _word(run, path, live) for run in runs for path in placed.get(run.environment, ())}


def _word(run: ProbeRun, path: PullPath, live: Snapshot) -> ProbeResult | Unknown:
    if run.unknown is not None:
        return Unknown(run.unknown)
    asked = {name.host: name for name in run.names}
    names = [asked[name.host] for name in _names_of(path, live) if name.host in asked]
    if not any(name.host == path.host for name in names):
        return Unknown(f"the probe was not asked about {path.host}")
    seen = next((c.addresses for c in run.checks if c.host == path.host and c.layer is Layer.NAME), ())
    bad = [check for name in names if (check := run.last_of(name)) is not None and not check.ok]
    if bad:
        detail = "; ".join(f"{check.host}: {check.layer.value}: {check.detail}" for check in bad)
        return _result(path, seen, whole=False, detail=detail)
    if run.passed or all(run.last_of(name) is not None for name in names):
        return _result(path, seen, whole=True, detail="name, TCP, TLS and the registry's answer are as they should be")
    if run.checks:
        return Unknown(f"the probe's lines about {path.host} have not arrived")
    detail = f"the execution {run.execution or run.mark} failed, and its lines have not arrived"
    return _result(path, seen, whole=False, detail=detail)


def _result(path: PullPath, seen: tuple[str, ...], *, whole: bool, detail: str) -> ProbeResult:
    private = bool(seen) and all(_is_private(address) for address in seen)
    return ProbeResult(path.consumer.text, path.host, seen, private, whole, detail, Proof.PROBE)


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def _names_of(path: PullPath, live: Snapshot) -> tuple[AskedName, ...]:
    """The login server and the data endpoints of a path, as far as they are names of hosts."""
    modelled = dict(path.addresses)
    registry = live.registries.get(path.registry) if path.registry is not None else None
    declared = registry.data_hosts if registry is not None and registry.data_endpoint_enabled else ()
    data = [host for host in dict.fromkeys((*modelled, *declared)) if host != path.host]
    hosts = [
        AskedName(path.host, modelled.get(path.host, ())),
        *(AskedName(h, modelled.get(h, ()), False) for h in data),
    ]
    return tuple(name for name in hosts if _NAME.fullmatch(name.host))

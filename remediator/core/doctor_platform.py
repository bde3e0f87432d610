"""Do clock, names, api-versions and the platform itself fit? Judgement of values, without a look at Azure.

Called by `flow.examine`. Dates of the platform stand here with their sources; none is guessed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from remediator.core.cloud import AZURE_CHINA, Cloud
from remediator.core.doctor import Check, State
from remediator.core.unknown import Unknown

GRANT = "give the reader what `remediator permissions --reader --json --with doctor` lists"
MOST_DRIFT = timedelta(minutes=2)
SOON = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Provider:
    """A namespace as a subscription has it: for each type that we use, the version that we ask with and those that
    there are, in lower case (`versions` without a type: the cloud does not have it)."""

    namespace: str
    registered: bool
    asked: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class App:
    """The function app that we are: `sku` of its plan (Y1, FC1, EP1 …), `python` as `3.13`, `tls` as `1.2`, each ""
    where it is not told; `host` is the version of the Functions host, as `~4`, where this process knows it."""

    name: str
    sku: str = ""
    linux: bool = True
    python: str = ""
    host: str = ""
    tls: str = ""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that Microsoft takes away on a day; `source` says where that is written."""

    what: str
    day: date
    instead: str
    source: str


LINUX_CONSUMPTION = Deadline(
    "the Linux Consumption plan is retired",
    date(2028, 9, 30),
    "move to Flex Consumption: az functionapp flex-migration start",
    "learn functions-versions",
)
OLD_HOST = Deadline(
    "the Functions host below version 4 is no longer supported",
    date(2026, 9, 14),
    "set FUNCTIONS_EXTENSION_VERSION to ~4",
    "learn functions-versions",
)
CONNECTORS = Deadline(
    "Office 365 connectors of Teams are retired",
    date(2026, 3, 31),
    "make a workflow that posts when a webhook request is received, and put its address into REMEDIATOR_TEAMS_WEBHOOKS",
    "azure-facts 11",
)
# Functions supports a language as long as its community does (learn language-support-policy); ends of support: PEP 596,
# 619, 664, 693 and 719, the last day of the month that they name.
PYTHONS: Mapping[str, date] = {
    "3.9": date(2025, 10, 31),
    "3.10": date(2026, 10, 31),
    "3.11": date(2027, 10, 31),
    "3.12": date(2028, 10, 31),
    "3.13": date(2029, 10, 31),
}


def clock(ahead: timedelta | Unknown) -> Check:
    """Whether the machine's clock is right: tokens and leases are measured by it."""
    if isinstance(ahead, Unknown):
        return Check("clock", State.UNKNOWN, f"Azure's time is not known: {ahead.reason}", "mend what keeps Azure away")
    seconds = round(ahead.total_seconds())
    if abs(ahead) > MOST_DRIFT:
        way = "ahead of" if seconds > 0 else "behind"
        text = f"this machine is {abs(seconds)} s {way} Azure: tokens and leases end at the wrong time"
        return Check("clock", State.ERROR, text, "let the machine keep time by NTP: timedatectl set-ntp true")
    return Check("clock", State.OK, f"within {max(abs(seconds), 1)} s of Azure's")


def name(host: str, found: Sequence[str] | Unknown) -> Check:
    """Whether a name that we connect to resolves, and to what kind of address."""
    if isinstance(found, Unknown):
        return Check("names", State.UNKNOWN, f"whether it resolves is not known: {found.reason}", "try again", host)
    if not found:
        fix = f"nslookup {host}; where it has a private endpoint, link its privatelink zone to this network"
        return Check("names", State.ERROR, "it does not resolve", fix, host)
    private = {_is_private(address) for address in found}
    listed = ", ".join(found[:3])
    if len(private) > 1:
        text = f"it resolves to private and public addresses at once: {listed}"
        return Check("names", State.WARNING, text, "let one resolver answer for this network", host)
    return Check("names", State.OK, f"{listed} ({'private' if private == {True} else 'public'})", about=host)


def api_versions(subscription: str, found: Iterable[Provider] | Unknown) -> Check:
    """Whether the cloud knows the api-versions that we ask with, and the namespaces are registered."""

    def check(state: State, text: str, fix: str = "") -> Check:
        return Check("api-versions", state, text, fix, subscription)

    if isinstance(found, Unknown):
        return check(State.UNKNOWN, f"what the cloud offers cannot be read: {found.reason}", GRANT)
    providers = list(found)
    missing = [p.namespace for p in providers if not p.registered]
    if missing:
        fix = "; ".join(f"az provider register -n {namespace} --subscription {subscription}" for namespace in missing)
        return check(State.ERROR, f"not registered: {', '.join(missing)}", fix)
    absent = [f"{p.namespace}/{kind}" for p in providers for kind in p.asked if not p.versions.get(kind.lower())]
    if absent:
        text = f"this cloud does not have {', '.join(absent[:6])}: what they would tell is unknown"
        return check(State.WARNING, text, "nothing can be done; docs/doctor.md#api-versions says what is lost")
    other = [
        f"{p.namespace}/{kind} {asked} (newest: {max(p.versions[kind.lower()])})"
        for p in providers
        for kind, asked in p.asked.items()
        if asked not in p.versions[kind.lower()]
    ]
    if other:
        text = f"not offered here: {', '.join(other[:6])}; the newest stable one is asked instead"
        return check(State.WARNING, text, "nothing to do; fields that only the newer version shows stay unknown")
    kinds = sum(len(p.asked) for p in providers)
    return check(State.OK, f"{kinds} resource types answer to the versions that are asked")


def platform(found: App | Unknown | None, today: date, *, running: str, in_azure: bool) -> tuple[Check, ...]:
    """What Microsoft takes away from under the app; `running` is the Python of this process, as `3.13`."""
    if not in_azure:
        return (Check("platform", State.SKIPPED, "not in mode azure: no plan and no host of Azure's"),)
    if isinstance(found, Unknown):
        text = f"the function app cannot be read: {found.reason}"
        return (_python(running, today), Check("platform", State.UNKNOWN, text, GRANT))
    if found is None:
        text = "no function app of the watched subscriptions answers at REMEDIATOR_PUBLIC_URL"
        fix = "right for a container; else look in the subscription of the app: REMEDIATOR_SUBSCRIPTIONS"
        return (_python(running, today), Check("platform", State.UNKNOWN, text, fix))
    ends = []
    if found.linux and found.sku.upper() in ("Y1", "DYNAMIC"):
        ends.append(LINUX_CONSUMPTION)
    if found.host and found.host.lstrip("~")[:1] in ("1", "2", "3"):
        ends.append(OLD_HOST)
    told = [_deadline(end, today, found.name) for end in ends]
    if found.tls in ("1.0", "1.1"):
        fix = f"az functionapp config set --name {found.name} --resource-group GROUP --min-tls-version 1.2"
        told.append(Check("platform", State.WARNING, f"it still takes TLS {found.tls}", fix, found.name))
    python = _python(found.python or running, today)
    asked = {"its plan": found.sku, "its Python": found.python, "which TLS it takes": found.tls}
    untold = [what for what, value in asked.items() if not value]
    if untold:
        text = f"Azure does not tell {' nor '.join(untold)}"
        told.append(Check("platform", State.UNKNOWN, text, "docs/doctor.md#platform", found.name))
    fine = f"plan {found.sku}, Python {found.python}, TLS {found.tls}: nothing of it is being retired"
    return (python, *(told or (Check("platform", State.OK, fine, about=found.name),)))


def teams(recipients: Sequence[str], hosts: Mapping[str, str], cloud: Cloud, today: date) -> tuple[Check, ...]:
    """What is wrong with the webhooks by their shape: `hosts` has the host of each team's address."""
    found = []
    for team, host in hosts.items():
        if host == "outlook.office.com" or host.endswith("webhook.office.com"):
            found.append(_deadline(CONNECTORS, today, team, "teams"))
    unnamed = sorted({one.partition(":")[2] for one in recipients if one.startswith("teams:")} - set(hosts))
    found += [
        Check("teams", State.ERROR, "is to be told, and has no webhook", "REMEDIATOR_TEAMS_WEBHOOKS", team)
        for team in unnamed
    ]
    if cloud == AZURE_CHINA and hosts:
        text = "Azure China has no Teams connector: a webhook of the public cloud carries incidents out of China"
        found.append(Check("teams", State.WARNING, text, "mail: REMEDIATOR_SMTP_HOST"))
    return tuple(found)


def _python(version: str, today: date) -> Check:
    end = PYTHONS.get(version)
    if end is None:
        text = f"when support of Python {version} ends is not known here"
        return Check("platform", State.UNKNOWN, text, "Python 3.13 is what the program is deployed on", "python")
    deadline = Deadline(f"support of Python {version} ends", end, "deploy on Python 3.13", "PEP 664, 693, 719")
    return _deadline(deadline, today, "python")


def _deadline(one: Deadline, today: date, about: str, id: str = "platform") -> Check:
    text = f"{one.what}: {one.day.isoformat()} ({one.source})"
    if today >= one.day:
        return Check(id, State.ERROR, text, one.instead, about)
    if one.day - today <= SOON:
        return Check(id, State.WARNING, text, one.instead, about)
    return Check(id, State.OK, text, about=about)


def _is_private(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_private
    except ValueError:
        return False

"""Does anybody tell us of changes and of failed pulls? Event Grid and Azure Monitor, as they are set up.

Called by `flow.examine`. Event Grid sends what passes every filter of an event subscription (learn event-grid
event-filtering), so an operation that one filter lacks never comes. Where Event Grid has no subscription source, as is
not confirmed for Azure China (azure-facts 5.3), activity-log alerts take its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from remediator.core.cloud import AZURE_CHINA, Cloud
from remediator.core.doctor import Check, State
from remediator.core.doctor_platform import GRANT
from remediator.core.unknown import Unknown

_ACR, _NET, _APP = "Microsoft.ContainerRegistry/registries", "Microsoft.Network", "Microsoft.App"
_BOTH = ("write", "delete")
# azure-facts 5.2; the prefixes of infra cover more.
OPERATIONS: tuple[str, ...] = (
    *(
        f"{kind}/{verb}"
        for kind in (
            _ACR,
            f"{_ACR}/replications",
            f"{_ACR}/privateEndpointConnections",
            f"{_NET}/privateEndpoints",
            f"{_NET}/privateEndpoints/privateDnsZoneGroups",
            f"{_NET}/privateDnsZones",
            f"{_NET}/privateDnsZones/virtualNetworkLinks",
            f"{_NET}/privateDnsZones/A",
            f"{_NET}/virtualNetworks",
            f"{_NET}/virtualNetworks/subnets",
            f"{_NET}/virtualNetworks/virtualNetworkPeerings",
            f"{_APP}/managedEnvironments",
        )
        for verb in _BOTH
    ),
    f"{_APP}/containerApps/write",
    f"{_APP}/jobs/write",
)
EVENT_TYPES = ("Microsoft.Resources.ResourceWriteSuccess", "Microsoft.Resources.ResourceDeleteSuccess")
_KEY = "data.operationname"
_LISTED = 6


@dataclass(frozen=True, slots=True)
class Filter:
    """One advanced filter of an event subscription: `operator` as Azure names it, e.g. StringBeginsWith."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def passes(self, operation: str) -> bool | None:
        """Whether an operation passes; None where this filter looks at something else, or in another way."""
        if self.key.lower() != _KEY:
            return None
        wanted, values = operation.lower(), [value.lower() for value in self.values]
        match self.operator.lower():
            case "stringin":
                return wanted in values
            case "stringbeginswith":
                return any(wanted.startswith(value) for value in values)
            case "stringcontains":
                return any(value in wanted for value in values)
            case "stringendswith":
                return any(wanted.endswith(value) for value in values)
            case "stringnotin":
                return wanted not in values
            case _:
                return None


@dataclass(frozen=True, slots=True)
class EventSubscription:
    """One event subscription: `ours` says whether it delivers to us; no `types` means all."""

    name: str
    ours: bool
    state: str = "Succeeded"
    types: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A system topic of a subscription."""

    name: str
    subscriptions: tuple[EventSubscription, ...] | Unknown = ()


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """An action group that calls us; `by_identity` where it shows a token instead of a key."""

    id: str
    enabled: bool = True
    by_identity: bool = False


@dataclass(frozen=True, slots=True)
class AlertRule:
    """An alert rule: `kind` is `log` or `activity-log`, `operations` those that an activity-log rule names."""

    name: str
    kind: str
    groups: tuple[str, ...]
    enabled: bool = True
    operations: tuple[str, ...] = ()
    dimensions: bool = True


@dataclass(frozen=True, slots=True)
class Wiring:
    """What Azure Monitor would tell us from one subscription; `groups` are those that call us."""

    groups: tuple[ActionGroup, ...] = ()
    rules: tuple[AlertRule, ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)  # what could not be read, and why

    def calling(self, kind: str) -> tuple[AlertRule, ...]:
        """The rules of a kind that call a group of ours."""
        ours = {group.id.lower() for group in self.groups}
        return tuple(rule for rule in self.rules if rule.kind == kind and ours & {g.lower() for g in rule.groups})


def events(subscription: str, found: Sequence[Topic] | Unknown, wiring: Wiring | Unknown, cloud: Cloud) -> Check:
    """Whether changes in a subscription come to us as events."""

    def check(state: State, text: str, fix: str = "") -> Check:
        return Check("event-grid", state, text, fix, subscription)

    make = "name it in watchedSubscriptions and deploy infra/ again; by hand: docs/doctor.md#event-grid"
    if isinstance(found, Unknown):
        return check(State.UNKNOWN, f"the system topics cannot be read: {found.reason}", GRANT)
    unread = [topic.subscriptions for topic in found if isinstance(topic.subscriptions, Unknown)]
    known = [
        (topic, one) for topic in found if not isinstance(topic.subscriptions, Unknown) for one in topic.subscriptions
    ]
    ours = [(topic, one) for topic, one in known if one.ours]
    if not ours and unread:
        return check(State.UNKNOWN, f"the event subscriptions cannot be read: {unread[0].reason}", GRANT)
    if not ours:
        if _told_by_alerts(wiring):
            return check(State.SKIPPED, "no event subscription leads here; activity-log alerts tell of changes instead")
        what = "a system topic is there, but none of its event subscriptions leads here" if found else "no system topic"
        where = " (Azure China: whether it has them is not confirmed)" if cloud == AZURE_CHINA else ""
        return check(State.WARNING, f"{what}{where}: nobody tells of changes, only alerts and people do", make)
    failed = [one for _, one in ours if one.state.lower() not in ("succeeded", "")]
    if len(failed) == len(ours):
        return check(State.ERROR, f"{failed[0].name} is {failed[0].state}: it delivers nothing", make)
    alive = [one for _, one in ours if one not in failed]
    lacking = [name for name in OPERATIONS if not any(_delivers(one, name) for one in alive)]
    named = ", ".join(f"{topic.name}/{one.name}" for topic, one in ours if one in alive)
    if lacking:
        text = f"{named} leaves out {len(lacking)} of {len(OPERATIONS)} operations: {_some(lacking)}"
        return check(State.WARNING, text, "widen the filter of data.operationName: docs/doctor.md#event-grid")
    doubts = sorted({f.key for one in alive for f in one.filters if f.passes("") is None})
    doubts += [f"subject {one.subject}" for one in alive if one.subject]
    if doubts:
        return check(State.UNKNOWN, f"{named} has filters that cannot be judged here: {_some(doubts)}", "look at them")
    return check(State.OK, f"{named} delivers every operation that matters ({len(OPERATIONS)})")


def _delivers(one: EventSubscription, operation: str) -> bool:
    wanted = EVENT_TYPES[1] if operation.endswith("/delete") else EVENT_TYPES[0]
    typed = not one.types or wanted.lower() in {name.lower() for name in one.types}
    return typed and all(f.passes(operation) is not False for f in one.filters)


def alerts(subscription: str, found: Wiring | Unknown, *, callers: bool) -> Check:
    """Whether failed pulls come to us as alerts."""

    def check(state: State, text: str, fix: str = "") -> Check:
        return Check("alerts", state, text, fix, subscription)

    make = "name its workspaces in logWorkspaces and deploy infra/ again; by hand: docs/doctor.md#alerts"
    if isinstance(found, Unknown):
        return check(State.UNKNOWN, f"action groups and rules cannot be read: {found.reason}", GRANT)
    if not found.groups:
        if found.seen:
            return check(State.UNKNOWN, _unread(found), GRANT)
        return check(State.WARNING, "no action group calls /api/alerts: nobody tells of failed pulls", make)
    rules = found.calling("log")
    if not rules:
        if found.seen:
            return check(State.UNKNOWN, _unread(found), GRANT)
        return check(State.WARNING, "an action group calls us, but no log-alert rule uses it", make)
    dead = [rule.name for rule in rules if not rule.enabled]
    off = [group.id.rpartition("/")[2] for group in found.groups if not group.enabled]
    if len(dead) == len(rules) or len(off) == len(found.groups):
        return check(State.ERROR, f"switched off: {_some([*dead, *off])}", "switch them on")
    if any(group.by_identity for group in found.groups) and not callers:
        text = "an action group shows an Entra token, and nobody is named who may call with one"
        return check(State.ERROR, text, "REMEDIATOR_CALLERS: the object id of the application AzNS AAD Webhook")
    plain = [rule.name for rule in rules if not rule.dimensions]
    if plain:
        text = f"{_some(plain)} has no dimensions: its alerts do not say which app"
        return check(State.WARNING, text, "split the rule by app, environment and registry: docs/doctor.md#alerts")
    used = ", ".join(rule.name for rule in rules if rule.enabled)
    return check(State.OK, f"log alerts call /api/alerts: {used}")


def _told_by_alerts(wiring: Wiring | Unknown) -> bool:
    """Whether activity-log alerts name every operation; one that names none gives all."""
    if isinstance(wiring, Unknown):
        return False
    rules = [rule for rule in wiring.calling("activity-log") if rule.enabled]
    if any(not rule.operations for rule in rules):
        return True
    named = {name.lower() for rule in rules for name in rule.operations}
    return bool(rules) and all(name.lower() in named for name in OPERATIONS)


def _unread(found: Wiring) -> str:
    what, why = next(iter(found.seen.items()))
    return f"{what} cannot be read: {why}"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - _LISTED
    return ", ".join(listed[:_LISTED]) + (f" and {more} more" if more > 0 else "")

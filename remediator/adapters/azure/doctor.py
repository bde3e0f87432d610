"""What does Azure tell of the program's own surroundings? Reads for `remediator doctor`, as the reader.

`bootstrap.examination` builds it; `core.doctor_…` judge what comes back. What cannot be read is `Unknown` with Azure's
words. Nothing is written. The actions stand in `core.permissions.BESIDE` under `doctor`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

from remediator.adapters.azure.applier_rights import ApplierRights
from remediator.adapters.azure.arm import VERSIONS, Arm
from remediator.adapters.azure.errors import in_azures_words
from remediator.core.doctor import Role
from remediator.core.doctor_platform import App, Provider
from remediator.core.doctor_wiring import ActionGroup, AlertRule, Topic, Wiring
from remediator.core.errors import RemediatorError, Stale
from remediator.core.preflight import Grant
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown
from remediator.facts import wiring as facts
from remediator.facts.reading import Body, Malformed, properties, text

REGISTRIES = "Microsoft.ContainerRegistry/registries"
SUBSCRIPTION_SOURCE = "microsoft.resources.subscriptions"
# What is read and written, by namespace; the api-version of each is that of `arm.VERSIONS`.
TYPES: Mapping[str, tuple[str, ...]] = {
    "Microsoft.ContainerRegistry": ("registries", "registries/replications", "registries/privateEndpointConnections"),
    "Microsoft.Network": (
        *("privateEndpoints", "networkInterfaces", "privateDnsZones", "privateDnsZones/virtualNetworkLinks"),
        *("virtualNetworks", "routeTables", "networkSecurityGroups", "natGateways"),
        *("dnsResolvers", "dnsForwardingRulesets"),
    ),
    "Microsoft.App": ("managedEnvironments", "containerApps", "jobs"),
}
_RULES: tuple[tuple[str, Callable[[Body], AlertRule]], ...] = (
    ("scheduledQueryRules", facts.read_log_rule),
    ("activityLogAlerts", facts.read_activity_rule),
)
P = ParamSpec("P")
T = TypeVar("T")


def _or_unknown(
    read: Callable[Concatenate[AzureDoctor, P], T],
) -> Callable[Concatenate[AzureDoctor, P], T | Unknown]:
    """What was read, or why it was not."""

    def safe(self: AzureDoctor, /, *args: P.args, **kwargs: P.kwargs) -> T | Unknown:
        try:
            return read(self, *args, **kwargs)
        except (RemediatorError, Malformed) as problem:
            return Unknown(_why(problem))

    return safe


class AzureDoctor:
    """The part of `core.doctor_surroundings.Surroundings` that Azure Resource Manager answers.

    `identities` has the client id of each identity, None for the one that asks; `public_url` is the address of our own
    pages, `now` this machine's clock.
    """

    def __init__(
        self,
        arm: Callable[[], Arm],
        identities: Mapping[Role, str | None],
        public_url: str,
        now: Callable[[], datetime],
        subscriptions: Sequence[str] = (),
        *,
        threads: int = 8,
    ) -> None:
        self._made, self._identities, self._url, self._now = arm, identities, public_url, now
        self._looked, self._threads = tuple(subscriptions), threads

    @property
    def _arm(self) -> Arm:
        return self._made()

    def grants(self, role: Role, subscription: str) -> tuple[Grant, ...] | Unknown:
        """As `Surroundings.grants`."""
        if self._identities[role] == "":
            return Unknown(f"REMEDIATOR_{role.name}_CLIENT_ID names nobody, and it is somebody else who asks")
        try:
            rights = ApplierRights(self._arm, self._identities[role], self._looked, self._threads)
        except RemediatorError as problem:
            return Unknown(_why(problem))
        return rights.held_in(subscription)

    @_or_unknown
    def topics(self, subscription: str) -> tuple[Topic, ...]:
        """As `Surroundings.topics`."""
        source = f"/subscriptions/{subscription}"
        found = self._arm.list_all(f"{source}/providers/Microsoft.EventGrid/systemTopics")
        ours = [body for body in found if _is_of(body, source)]
        return tuple(Topic(text(body, "name", ""), self._event_subscriptions(body)) for body in ours)

    @_or_unknown
    def _event_subscriptions(self, topic: Body) -> Any:
        rows = self._arm.list_all(f"{text(topic, 'id')}/eventSubscriptions")
        return tuple(facts.read_event_subscription(row, self._url) for row in rows)

    @_or_unknown
    def wiring(self, subscription: str) -> Wiring:
        """As `Surroundings.wiring`."""
        at = f"/subscriptions/{subscription}/providers/Microsoft.Insights"
        read = (facts.read_action_group(body, self._url) for body in self._arm.list_all(f"{at}/actionGroups"))
        groups: list[ActionGroup] = [group for group in read if group is not None]
        rules: list[AlertRule] = []
        unseen: dict[str, str] = {}
        for kind, rule in _RULES:
            try:
                rules += [rule(body) for body in self._arm.list_all(f"{at}/{kind}")]
            except (RemediatorError, Malformed) as problem:
                unseen[kind] = _why(problem)
        return Wiring(tuple(groups), tuple(rules), unseen)

    @_or_unknown
    def clock_ahead(self) -> timedelta:
        """As `Surroundings.clock_ahead`: by the header Date of one answer, which counts whole seconds."""
        asked = f"{self._arm.access.endpoint}/subscriptions?api-version={VERSIONS['']}"
        before = self._now()
        said = self._arm.ask(asked, "asking for the time").headers.get("Date", "")
        after = self._now()
        try:
            there = parsedate_to_datetime(said).astimezone(UTC)
        except (TypeError, ValueError):
            raise Malformed("its answers carry no date") from None
        return before + (after - before) / 2 - there

    @_or_unknown
    def providers(self, subscription: str) -> tuple[Provider, ...]:
        """As `Surroundings.providers`."""
        found = []
        for namespace, kinds in TYPES.items():
            body = self._arm.get(f"/subscriptions/{subscription}/providers/{namespace}", VERSIONS[""])
            asked = {kind: _version(f"{namespace}/{kind}") for kind in kinds}
            found.append(facts.read_provider(body, asked))
        return tuple(found)

    @_or_unknown
    def app(self, subscription: str) -> App | None:
        """As `Surroundings.app`."""
        host = urlsplit(self._url).hostname or ""
        sites = self._arm.list_all(f"/subscriptions/{subscription}/providers/Microsoft.Web/sites")
        site = next((body for body in sites if facts.answers_at(body, host)), None)
        if site is None:
            return None
        whole = self._arm.get(text(site, "id"))
        plan = text(properties(whole), "serverFarmId", "")
        configured = self._arm.get(f"{text(site, 'id')}/config/web")
        return facts.read_app(whole, self._arm.get(plan) if plan else None, configured)

    @_or_unknown
    def registries(self, subscription: str) -> tuple[ResourceId, ...]:
        """As `Surroundings.registries`."""
        rows = self._arm.list_all(f"/subscriptions/{subscription}/providers/{REGISTRIES}")
        return tuple(ResourceId(text(row, "id")) for row in rows)

    @_or_unknown
    def exists(self, rid: ResourceId) -> bool:
        """As `Surroundings.exists`."""
        try:
            self._arm.get(rid.text)
        except Stale:
            return False
        return True

    @_or_unknown
    def subscriptions(self) -> tuple[str, ...]:
        """As `Surroundings.subscriptions`."""
        return tuple(text(row, "subscriptionId") for row in self._arm.list_all("/subscriptions"))


def _is_of(body: Body, source: str) -> bool:
    """Whether a system topic is about the subscription itself."""
    held = properties(body)
    return text(held, "topicType", "").lower() == SUBSCRIPTION_SOURCE and ResourceId(
        text(held, "source", "")
    ) == ResourceId(source)


def _version(kind: str) -> str:
    known = max((one for one in VERSIONS if one and (kind.lower() + "/").startswith(one + "/")), key=len, default="")
    return VERSIONS[known]


def _why(problem: Exception) -> str:
    return in_azures_words(problem) if isinstance(problem, RemediatorError) else str(problem)

"""What can be seen from where the program runs? The port of `remediator doctor`.

`flow.examine` asks it, adapters answer. It stands here and not on the page of ports because nothing but the doctor
needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeAlias

from remediator.core.desired import DesiredState
from remediator.core.doctor import Identity, Role
from remediator.core.doctor_platform import App, Provider
from remediator.core.doctor_wiring import Topic, Wiring
from remediator.core.errors import RemediatorError
from remediator.core.preflight import Grant
from remediator.core.resource_id import ResourceId
from remediator.core.unknown import Unknown

Problem: TypeAlias = RemediatorError


class Surroundings(Protocol):
    """What the program itself has to do with. Nothing is changed, but for a row and a message that are taken away
    again, and test notices where they are asked for. No method raises what Azure or a server may answer."""

    def token(self, role: Role) -> Identity | Problem:
        """Get a token for Resource Manager as this identity, look at its claims, and drop it."""
        ...

    def addresses(self, host: str) -> tuple[str, ...] | Unknown:
        """What a name resolves to on this machine; () where it does not exist."""
        ...

    def keep_a_row(self) -> float | Problem:
        """Write, read and delete a row; how many seconds that took."""
        ...

    def pass_a_message(self) -> float | Problem | None:
        """Send, receive and delete a message on a queue of its own; None where there is no storage queue."""
        ...

    def poisoned(self) -> int | Problem | None:
        """How many messages lie on the poison queue, about; None where there is no storage queue."""
        ...

    def reach_mail(self) -> str | Problem | Unknown:
        """Connect to whoever carries mail, and sign in; what was done. Unknown where only sending would tell."""
        ...

    def reach_team(self, team: str) -> str | Problem:
        """Connect to the host of a team's webhook without posting; what was done."""
        ...

    def send_test(self, recipient: str) -> Problem | None:
        """Deliver a test notice to a mail address or `teams:NAME`."""
        ...

    def desired(self) -> DesiredState | Problem:
        """The desired state."""
        ...


class AzureSurroundings(Protocol):
    """What Resource Manager tells of it. Reads only; what cannot be read is `Unknown`."""

    def grants(self, role: Role, subscription: str) -> tuple[Grant, ...] | Unknown:
        """What this identity may do at, above and below a subscription."""
        ...

    def wiring(self, subscription: str) -> Wiring | Unknown:
        """The action groups of a subscription, and the alert rules that call them."""
        ...

    def topics(self, subscription: str) -> tuple[Topic, ...] | Unknown:
        """The Event Grid system topics whose source is the subscription."""
        ...

    def clock_ahead(self) -> timedelta | Unknown:
        """How far the clock of this machine is ahead of Resource Manager's."""
        ...

    def providers(self, subscription: str) -> tuple[Provider, ...] | Unknown:
        """Which resource types and api-versions a subscription's cloud has, of those that the program uses."""
        ...

    def app(self, subscription: str) -> App | Unknown | None:
        """The function app that answers at our own address, None where no app of the subscription does."""
        ...

    def registries(self, subscription: str) -> tuple[ResourceId, ...] | Unknown:
        """The registries of a subscription."""
        ...

    def exists(self, rid: ResourceId) -> bool | Unknown:
        """Whether a resource is there."""
        ...

    def subscriptions(self) -> tuple[str, ...] | Unknown:
        """The subscriptions that the reader sees."""
        ...


@dataclass(frozen=True, slots=True)
class Unseen:
    """`AzureSurroundings` where nobody can ask Azure: everything is unknown, for this reason."""

    reason: str

    def grants(self, role: Role, subscription: str) -> Unknown:
        """As `AzureSurroundings.grants`."""
        return Unknown(self.reason)

    def _of_subscription(self, subscription: str) -> Unknown:
        return Unknown(self.reason)

    def _of_all(self) -> Unknown:
        return Unknown(self.reason)

    def exists(self, rid: ResourceId) -> Unknown:
        """As `AzureSurroundings.exists`."""
        return Unknown(self.reason)

    topics = wiring = providers = app = registries = _of_subscription
    clock_ahead = subscriptions = _of_all

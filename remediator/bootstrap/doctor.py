"""What does the doctor look at, and with what? From the settings to `core.doctor_surroundings.Surroundings`.

Everything is opened when it is first needed and closed with `ends`. The applier's connection is never made: of its
identity only a token is asked for, looked at and dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from remediator.adapters.system.clock import SystemClock
from remediator.adapters.system.ids import SystemIds
from remediator.adapters.system.log import SystemLog
from remediator.adapters.system.names import addresses
from remediator.bootstrap.access import identity
from remediator.bootstrap.declared import desired_states
from remediator.bootstrap.notices import channels
from remediator.bootstrap.storage import kept
from remediator.core.cloud import cloud_named
from remediator.core.desired import DesiredState
from remediator.core.doctor import Identity, Role
from remediator.core.errors import Rejected, RemediatorError, Transient
from remediator.core.unknown import Unknown
from remediator.ports import Channel, Clock, Rows, Write
from remediator.settings import Settings
from remediator.views import doctor as words
from remediator.views.mail import plain_mail

if TYPE_CHECKING:
    from remediator.bootstrap.runtime import Work
    from remediator.bootstrap.shared_work import SharedWork

PARTITION, QUEUE = "doctor", "remediator-doctor"
_HIDDEN_FOR = 30  # seconds that nobody else receives the message in


class NoTokens:
    """`ports.Tokens` for channels that deliver no question: no link is ever made here."""

    def token(self, *parts: str) -> str:
        """As `ports.Tokens.token`."""
        return ""

    def hash(self, token: str) -> str:
        """As `ports.Tokens.hash`."""
        return ""


@dataclass(frozen=True)
class LiveSurroundings:
    """What these settings lead to, seen from this machine."""

    settings: Settings
    ends: ExitStack = field(default_factory=ExitStack)
    clock: Clock = field(default_factory=SystemClock)

    def token(self, role: Role) -> Identity | RemediatorError:
        """As `Surroundings.token`."""
        from remediator.adapters.azure.doctor_token import token_holder

        client = client_ids(self.settings)[role]
        return token_holder(lambda: identity(self.settings, client), cloud_named(self.settings.cloud).scope)

    def addresses(self, host: str) -> tuple[str, ...] | Unknown:
        """As `Surroundings.addresses`."""
        return addresses(host)

    def keep_a_row(self) -> float | RemediatorError:
        """As `Surroundings.keep_a_row`."""

        def keep() -> None:
            rows, _ = self._kept
            key = SystemIds().new()
            rows.write(PARTITION, [Write(key, b"doctor")])
            row = rows.get(PARTITION, key)
            if row is None:
                raise Transient("doctor-trial-failed", "reading a row that was just written: it is not there")
            rows.write(PARTITION, [Write(key, version=row.version)])

        return self._timed(keep)

    def pass_a_message(self) -> float | RemediatorError | None:
        """As `Surroundings.pass_a_message`: on a queue of its own, which stays, empty."""
        shared = self._shared
        if shared is None or isinstance(shared, RemediatorError):
            return shared
        queue = shared.work.beside(QUEUE)

        def pass_on() -> None:
            queue.send("doctor")
            found = queue.receive(_HIDDEN_FOR, most=32)
            for delivery in found:
                queue.delete(delivery)
            if not found:
                raise Transient("doctor-trial-failed", f"receiving from the queue {QUEUE}: nothing is there")

        return self._timed(pass_on)

    def poisoned(self) -> int | RemediatorError | None:
        """As `Surroundings.poisoned`."""
        shared = self._shared
        if shared is None or isinstance(shared, RemediatorError):
            return shared
        try:
            return shared.poison.waiting()
        except RemediatorError as error:
            return error

    def reach_mail(self) -> str | RemediatorError | Unknown:
        """As `Surroundings.reach_mail`."""
        from remediator.adapters.smtp.mail import SmtpChannel

        channel = self._channel("mail")
        if not isinstance(channel, SmtpChannel):
            return Unknown("Azure Communication Services is only known to take mail when it has taken one")
        try:
            return channel.reach()
        except RemediatorError as error:
            return error

    def reach_team(self, team: str) -> str | RemediatorError:
        """As `Surroundings.reach_team`."""
        from remediator.adapters.teams.webhook import TeamsChannel

        channel = self._channel("teams")
        if not isinstance(channel, TeamsChannel):
            return _no_channel()
        try:
            return channel.reach(team)
        except RemediatorError as error:
            return error

    def send_test(self, recipient: str) -> RemediatorError | None:
        """As `Surroundings.send_test`."""
        from remediator.adapters.azure.mail import CommunicationMail
        from remediator.adapters.smtp.mail import SmtpChannel
        from remediator.adapters.teams.webhook import TeamsChannel

        url, team = self.settings.public_url, recipient.removeprefix("teams:")
        channel = self._channel("teams" if team != recipient else "mail")
        try:
            match channel:
                case TeamsChannel():
                    channel.post(team, words.test_card(url))
                case SmtpChannel() | CommunicationMail():
                    said = f"{words.test_text(url)} ({self.clock.now():%Y-%m-%d %H:%M:%S} UTC)"
                    mail = plain_mail(words.SUBJECT, said, sender=self.settings.smtp_from, recipient=recipient)
                    channel.send(mail)
                case _:
                    return _no_channel()
        except RemediatorError as error:
            return error
        return None

    def desired(self) -> DesiredState | RemediatorError:
        """As `Surroundings.desired`."""
        try:
            return desired_states(self.settings).load()
        except RemediatorError as error:
            return error

    def _channel(self, name: str) -> Channel | None:
        return channels(self.settings, NoTokens(), SystemLog()).get(name)

    @cached_property
    def _kept(self) -> tuple[Rows, Work]:
        return kept(self.settings, self.clock, SystemLog(), lambda _: None, self.ends)

    @cached_property
    def _shared(self) -> SharedWork | RemediatorError | None:
        """The queues, None where wake-ups wait in memory."""
        from remediator.bootstrap.shared_work import SharedWork

        try:
            _, work = self._kept
        except RemediatorError as error:
            return error
        return work if isinstance(work, SharedWork) else None

    def _timed(self, trial: Callable[[], None]) -> float | RemediatorError:
        began = self.clock.now()
        try:
            trial()
        except RemediatorError as error:
            return error
        return (self.clock.now() - began).total_seconds()


def client_ids(settings: Settings) -> Mapping[Role, str]:
    """The client id that is set for each identity."""
    return {Role.READER: settings.reader_client_id, Role.APPLIER: settings.applier_client_id}


def _no_channel() -> RemediatorError:
    return Rejected(
        "channel-missing", "sending a test notice: nothing is set that would carry it", hint="docs/settings.md"
    )

"""Where are people asked and told, and other programs? The channels that the settings make possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from remediator.bootstrap.access import identity
from remediator.bootstrap.events import publisher
from remediator.core.incident import Incident, Notice
from remediator.core.outbox import EVENTS, channel_of
from remediator.ports import Channel, Log, Tokens
from remediator.settings import Settings
from remediator.views.links import approval_link, incident_link

MAIL, TEAMS, TERMINAL = "mail", "teams", "terminal"


class TerminalNotices:
    """`ports.Channel` for somebody at this machine: one line in the log; `remediator incidents` shows the rest."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """As `ports.Channel.deliver`."""
        self._log.info("a notice for the terminal", incident=incident.id, notice=notice.template)


def channels(settings: Settings, tokens: Tokens, log: Log) -> Mapping[str, Channel]:
    """Mail where a server is set, Teams where a webhook is, events where a topic is, and the terminal."""
    found: dict[str, Channel] = {TERMINAL: TerminalNotices(log)}
    if settings.mails:
        found[MAIL] = _mail(settings, tokens)
    if settings.teams_webhooks:
        found[TEAMS] = _teams(settings, tokens)
    if settings.event_endpoint:
        found[EVENTS] = publisher(settings)
    return found


def fallbacks(settings: Settings, here: str) -> Mapping[str, tuple[str, ...]]:
    """Who is told where a channel gives up: those of the settings on the other one, else `here`."""
    mails = tuple(one for one in settings.notify if channel_of(one) == MAIL) if settings.mails else ()
    teams = tuple(one for one in settings.notify if channel_of(one) == TEAMS)
    return {MAIL: teams or (() if settings.mails else (here,)), TEAMS: mails or (here,)}


def _teams(settings: Settings, tokens: Tokens) -> Channel:
    from remediator.adapters.teams.webhook import TeamsChannel

    return TeamsChannel(settings.teams_webhooks, _links(settings, tokens), _pages(settings))


def _mail(settings: Settings, tokens: Tokens) -> Channel:
    links, pages = _links(settings, tokens), _pages(settings)
    if settings.acs_endpoint:
        from remediator.adapters.azure.mail import CommunicationMail

        credential = partial(identity, settings, settings.reader_client_id)
        return CommunicationMail(settings.acs_endpoint, credential, settings.smtp_from, links, pages)
    from remediator.adapters.smtp.mail import Security, Server, SmtpChannel

    security = Security(settings.smtp_tls.value)
    server = Server(settings.smtp_host, settings.smtp_port, security, settings.smtp_user, settings.smtp_password)
    return SmtpChannel(server, settings.smtp_from, links, pages)


def _links(settings: Settings, tokens: Tokens) -> Callable[[Incident, str], str]:
    def link_for(incident: Incident, recipient: str) -> str:
        digest = incident.request.digest if incident.request else ""
        return approval_link(settings.public_url, incident.id, tokens.token(incident.id, digest, recipient))

    return link_for


def _pages(settings: Settings) -> Callable[[Incident], str]:
    return lambda incident: incident_link(settings.public_url, incident.id)

"""Who carries a notice to Teams? A Workflows webhook for each team that the settings name: `ports.Channel` over https.

`bootstrap` builds it and `flow` delivers through it; the card is `views.card`'s. The webhook's address holds a
signature and is a secret: it is in no error, no log line and no traceback. 202 says that the flow was started and no
more (azure-facts 11), so whoever must surely hear is also told by mail.
"""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import requests

from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Notice
from remediator.views.card import message
from remediator.views.notice import asks, parameter
from remediator.views.plain import plain

TIMEOUT = 20.0  # seconds, for connecting and for the answer
_HEADERS = {"Content-Type": "application/json; charset=utf-8"}
_LATER = (408, 425, 429)


class TeamsChannel:
    """`ports.Channel`: the notice's recipient is `teams:NAME`, and `webhooks` has the address for each name.

    `link_for(incident, recipient)` gives the team's approval link, `page_for(incident)` the incident's page.
    """

    def __init__(
        self,
        webhooks: Mapping[str, str],
        link_for: Callable[[Incident, str], str],
        page_for: Callable[[Incident], str],
        *,
        verify: str | bool = True,
    ) -> None:
        self._webhooks = {name.lower(): address for name, address in webhooks.items()}
        self._link_for, self._page_for, self._verify = link_for, page_for, verify

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Post the card; `Transient` when it may work later, `Rejected` or `Misconfigured` when it will not."""
        recipient = parameter(notice, "recipient")
        team = recipient.partition(":")[2]
        self._address(team)
        link = self._link_for(incident, recipient) if asks(notice) else self._page_for(incident)
        self.post(team, message(notice, incident, link))

    def reach(self, team: str) -> str:
        """Connect to the host of a team's webhook without a request; what was done. Raises as `deliver`."""
        where = urlsplit(self._address(team))
        host, port = where.hostname or "", where.port or (443 if where.scheme == "https" else 80)
        what = f"connecting to {host}"
        trust = ssl.create_default_context(cafile=self._verify if isinstance(self._verify, str) else None)
        try:
            with socket.create_connection((host, port), TIMEOUT) as opened:
                if where.scheme == "https":
                    trust.wrap_socket(opened, server_hostname=host).close()
        except ssl.SSLCertVerificationError as error:
            raise _not_trusted(what) from error
        except OSError as error:
            raise Transient("teams-unreachable", f"{what}: {error.strerror or type(error).__name__}") from error
        return f"connected to {host}"

    def post(self, team: str, body: Mapping[str, object]) -> None:
        """Post a card to a team; raises as `deliver`."""
        self._post(team, self._address(team), body)

    def _address(self, team: str) -> str:
        address = self._webhooks.get(team.lower())
        if address is None:
            raise Rejected(
                "teams-webhook-missing",
                f"posting to Teams: no webhook is set for the team {plain(team, 60)!r}",
                hint="add it to REMEDIATOR_TEAMS_WEBHOOKS, or correct the recipient's name",
            )
        return address

    def _post(self, team: str, address: str, body: Mapping[str, object]) -> None:
        what = f"posting a card to the team {plain(team, 60)!r}"
        sent = json.dumps(body, ensure_ascii=False).encode()
        try:
            # A redirect would carry the card, and the approval link in it, to an address that nobody has set.
            answer = requests.post(
                address, data=sent, headers=_HEADERS, timeout=TIMEOUT, allow_redirects=False, verify=self._verify
            )
        except requests.exceptions.SSLError:
            problem: RemediatorError = _not_trusted(what)
        except requests.exceptions.RequestException as error:
            # Its own words hold the address.
            problem = Transient("teams-unreachable", f"{what}: {type(error).__name__}")
        else:
            if 200 <= answer.status_code < 300:
                return
            problem = _refused(what, answer)
        raise problem


def _not_trusted(what: str) -> RemediatorError:
    return Misconfigured(
        "teams-certificate-not-trusted",
        f"{what}: the server's certificate is not trusted",
        hint="let this machine trust the authority that signed it",
    )


def _refused(what: str, answer: requests.Response) -> RemediatorError:
    """Our error for an answer that is no success. What the server says besides the status may repeat the address."""
    status = answer.status_code
    if status in _LATER or status >= 500:
        return Transient("teams-not-taken", f"{what}: it answered {status}", retry_after=_seconds(answer))
    return Misconfigured(
        "teams-webhook-refused",
        f"{what}: it answered {status}",
        hint="the flow may be switched off, deleted, or its owner gone: make a new one and set its address",
    )


def _seconds(answer: requests.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else None

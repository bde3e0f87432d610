"""Who carries a notice to a mailbox where no mail server is? Azure Communication Services, as a `ports.Channel`.

The mail is the one that SMTP would carry, with the same Message-ID, so that an incident is one thread and a repeat is
the same mail (learn communication-services "Email headers": a Message-ID that the service does not like is replaced,
not refused). The service takes a mail and sends it later: as with a mail server, taken is not read. The library is
imported with the first mail. The identity needs the role Communication and Email Service Owner on the resource.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from azure.core import exceptions as azure
from azure.core.credentials import TokenCredential

from remediator.adapters.azure.errors import translate
from remediator.core.errors import Misconfigured, Rejected, RemediatorError
from remediator.core.incident import Incident, Notice
from remediator.views.mail import mail_for
from remediator.views.notice import parameter

DOING = "handing mail to"
_THREAD = ("Message-ID", "In-Reply-To", "References")
_ROLE = "give the identity the role Communication and Email Service Owner on the resource; it takes minutes"
_SENDER = "REMEDIATOR_SMTP_FROM must be a sender address of a domain that is linked to the resource"


class CommunicationMail:
    """`ports.Channel`: the recipient is the notice's parameter `recipient`, or who stands `instead` of it.

    `link_for(incident, recipient)` gives the recipient's own approval link, `page_for(incident)` the incident's page;
    `verify` is True or the path of a CA file.
    """

    def __init__(
        self,
        endpoint: str,
        credential: Callable[[], TokenCredential],
        sender: str,
        link_for: Callable[[Incident, str], str],
        page_for: Callable[[Incident], str],
        *,
        verify: bool | str = True,
    ) -> None:
        self._endpoint, self._credential, self._sender = endpoint, credential, sender
        self._link_for, self._page_for, self._verify = link_for, page_for, verify

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Hand the mail over; `Transient` when it may work later, `Rejected` or `Misconfigured` when it will not."""
        if not parameter(notice, "recipient"):
            raise Rejected("notice-without-recipient", f"mailing notice {notice.key}: it names no recipient")
        self.send(mail_for(notice, incident, self._sender, self._link_for, self._page_for))

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over; raises as `deliver`."""
        try:
            self._client.begin_send(_message(mail), operation_id=_operation(mail), polling=False)
        except azure.AzureError as error:
            raise _refusal(error, self._endpoint) from error

    @cached_property
    def _client(self) -> Any:
        from azure.communication.email import EmailClient

        waits = {"connection_timeout": 10, "read_timeout": 20, "retry_total": 0}
        return EmailClient(self._endpoint, self._credential(), connection_verify=self._verify, **waits)


def _message(mail: EmailMessage) -> dict[str, Any]:
    """The mail as the service wants it."""
    texts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    written = {kind: part.get_content() for kind, part in texts.items() if isinstance(part, EmailMessage)}
    return {
        "senderAddress": str(mail["From"]),
        "recipients": {"to": [{"address": str(mail["To"])}]},
        "content": {"subject": str(mail["Subject"]), "plainText": written["plain"], "html": written["html"]},
        "headers": {name: str(mail[name]) for name in _THREAD},
        "userEngagementTrackingDisabled": True,
    }


def _operation(mail: EmailMessage) -> str:
    """The same mail is the same operation, so that a repeat does not send it twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, str(mail["Message-ID"])))


def _refusal(error: azure.AzureError, endpoint: str) -> RemediatorError:
    status = error.status_code if isinstance(error, azure.HttpResponseError) else None
    problem = translate(error, DOING, endpoint)
    if status in (401, 403) and problem.code != "azure-no-credential":
        return Misconfigured("mail-sign-in-refused", problem.message, context=problem.context, hint=_ROLE)
    if status in (400, 404):
        return Misconfigured("mail-refused", problem.message, context=problem.context, hint=_SENDER)
    return problem

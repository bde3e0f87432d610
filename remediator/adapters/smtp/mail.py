"""Who carries a notice to a mailbox? Any SMTP server: `ports.Channel` over smtplib.

`bootstrap` builds it and `flow` delivers through it. The words are `views.mail`'s; the approval link is made anew for
each delivery, because only the hash of its token is stored. Neither addresses nor links are in its errors.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from enum import StrEnum

from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Notice
from remediator.views.mail import mail_for
from remediator.views.notice import parameter
from remediator.views.plain import without_addresses


class Security(StrEnum):
    """How the connection is protected: from the first byte, after STARTTLS, or not at all (loopback only)."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over; `timeout` is in seconds and holds for each answer of the server."""

    host: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0
    ca_file: str | None = None

    def __post_init__(self) -> None:
        if self.security is Security.PLAIN and self.host not in ("127.0.0.1", "localhost", "::1"):
            raise Misconfigured(
                "mail-not-encrypted",
                f"setting up mail over {self.host}: without TLS it would carry approval links readable for all",
                hint="use starttls or tls; plain is for a server on this machine",
            )


class SmtpChannel:
    """`ports.Channel`: the recipient is the notice's parameter `recipient`, or who stands `instead` of it.

    `link_for(incident, recipient)` gives the recipient's own approval link, `page_for(incident)` the incident's page.
    """

    def __init__(
        self,
        server: Server,
        sender: str,
        link_for: Callable[[Incident, str], str],
        page_for: Callable[[Incident], str] = lambda _: "",
    ) -> None:
        self._server, self._sender = server, sender
        self._link_for, self._page_for = link_for, page_for

    def deliver(self, notice: Notice, incident: Incident) -> None:
        """Hand the mail over; `Transient` when it may work later, `Rejected` or `Misconfigured` when it will not."""
        recipient = parameter(notice, "recipient")
        if not recipient:
            raise Rejected("notice-without-recipient", f"mailing notice {notice.key}: it names no recipient")
        mail = mail_for(notice, incident, self._sender, self._link_for, self._page_for)
        self.send(mail)

    def reach(self) -> str:
        """Connect and sign in without handing anything over; what was done. Raises as `send`."""
        self._talk(lambda connection: connection.noop())
        signed = " and signed in" if self._server.user else ""
        return f"connected to {_name(self._server)} ({self._server.security.value}){signed}"

    def send(self, mail: EmailMessage) -> None:
        """Hand a mail over; raises as `deliver`."""
        self._talk(lambda connection: connection.send_message(mail))

    def _talk(self, over: Callable[[smtplib.SMTP], object]) -> None:
        server = self._server
        try:
            with self._connected() as connection:
                if server.user:
                    connection.login(server.user, server.password)
                over(connection)
        except ssl.SSLCertVerificationError as error:
            raise Misconfigured(
                "mail-certificate-not-trusted",
                f"handing mail to {_name(server)}: its certificate is not trusted: {error.verify_message}",
                hint="add the authority that signed it to those that this machine trusts, or to the file that the "
                "variable SSL_CERT_FILE names",
            ) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Misconfigured(
                "mail-server-lacks-feature",
                f"handing mail to {_name(server)}: it does not offer what the settings ask for: {error}",
                hint="compare security, user and password with what the server offers",
            ) from error
        except smtplib.SMTPServerDisconnected as error:
            what = f"handing mail to {_name(server)}: {without_addresses(error, 300)}"
            raise Transient("mail-server-unreachable", what) from error
        except smtplib.SMTPException as error:
            raise _translated(error, server) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise Transient("mail-server-unreachable", f"handing mail to {_name(server)}: {reason}") from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=self._trust())
        connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        if server.security is Security.STARTTLS:
            try:
                connection.starttls(context=self._trust())
            except (smtplib.SMTPException, OSError):
                connection.close()
                raise
        return connection

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.ca_file)


def _translated(error: smtplib.SMTPException, server: Server) -> RemediatorError:
    """4xx may work later; 535 is a wrong password; another 5xx is a refusal for good (RFC 5321, section 4.2.1)."""
    code, text = _answer(error)
    said = f"{code} {text}".strip() if code else (text or type(error).__name__)
    what = f"handing mail to {_name(server)}: {without_addresses(said, 300)}"
    if isinstance(error, smtplib.SMTPAuthenticationError) and code >= 500:
        return Misconfigured("mail-sign-in-refused", what, hint="check user and password in the settings")
    if isinstance(error, smtplib.SMTPSenderRefused) and code >= 500:
        return Misconfigured("mail-sender-refused", what, hint="the server must let this sender address through")
    if isinstance(error, smtplib.SMTPRecipientsRefused) and code >= 500:
        return Rejected("mail-recipient-refused", what, hint="correct the address in the desired state's `notify`")
    if code >= 500:
        return Misconfigured("mail-refused", what, hint="the server's own words say why")
    return Transient("mail-not-taken", what)


def _answer(error: smtplib.SMTPException) -> tuple[int, str]:
    """The server's code and words, (0, …) where it said none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused) and error.recipients:
        code, words = next(iter(error.recipients.values()))
        return int(code), _decoded(words)
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code), _decoded(error.smtp_error)
    return 0, str(error)


def _decoded(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words


def _name(server: Server) -> str:
    return f"{server.host}:{server.port}"

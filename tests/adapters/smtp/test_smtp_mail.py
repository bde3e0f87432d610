"""Mail through a real SMTP server on loopback."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from remediator.adapters.smtp.mail import Security, Server, SmtpChannel
from remediator.core.errors import Misconfigured, Rejected, RemediatorError, Transient
from remediator.core.incident import Incident, Notice
from remediator.ports import Channel
from tests.views import samples

ASK = Notice("approval-1", "approval", "mail", (("recipient", "kim@contoso.example"),))
TELL = Notice("resolved-1", "resolved", "mail", (("recipient", "kim@contoso.example"),))


class Mailbox:
    """What the server took, and what it answers instead where a test says so."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.at_recipient = self.at_data = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.at_recipient:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.at_data:
            return self.at_data
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def secured(mailbox: Mailbox, tmp_path: Path) -> Iterator[tuple[int, str]]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca_file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_require_tls=True,
    )
    controller.start()
    yield controller.port, str(ca_file)
    controller.stop()


def channel(server: Server) -> SmtpChannel:
    return SmtpChannel(server, "remediator@contoso.example", _link, lambda i: f"https://r.example/incidents/{i.id}")


def _link(incident: Incident, recipient: str) -> str:
    return f"https://r.example/approvals/{incident.id}.for-{recipient.split('@')[0]}"


def plain_server(port: int, **fields: Any) -> Server:
    return Server("127.0.0.1", port, Security.PLAIN, **fields)


def test_an_approval_is_mailed_with_the_recipients_own_link(mailbox: Mailbox, port: int) -> None:
    """The recipient of the notice gets one mail with the link made for them."""
    carrier: Channel = channel(plain_server(port))
    carrier.deliver(ASK, samples.incident())
    [(recipients, mail)] = mailbox.mails
    assert recipients == ["kim@contoso.example"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "https://r.example/approvals/01j4incident.for-kim" in body.get_content()


def test_other_notices_carry_no_approval_link(mailbox: Mailbox, port: int) -> None:
    """A notice that asks nothing leads to the incident's page only."""
    channel(plain_server(port)).deliver(TELL, samples.incident())
    text = mailbox.mails[0][1].as_string()
    assert "https://r.example/incidents/01j4incident" in text
    assert "/approvals/" not in text


def test_a_repeat_has_the_same_message_id(mailbox: Mailbox, port: int) -> None:
    """Delivered twice, a notice is the same mail."""
    for _ in range(2):
        channel(plain_server(port)).deliver(ASK, samples.incident())
    assert len({mail["Message-ID"] for _, mail in mailbox.mails}) == 1


def test_mail_goes_over_tls_with_a_sign_in(mailbox: Mailbox, secured: tuple[int, str]) -> None:
    """STARTTLS with a trusted certificate, then user and password."""
    port, ca_file = secured
    server = Server("127.0.0.1", port, Security.STARTTLS, "remediator", "right", ca_file=ca_file)
    channel(server).deliver(ASK, samples.incident())
    assert len(mailbox.mails) == 1


def test_mail_goes_over_tls_from_the_first_byte(mailbox: Mailbox, tmp_path: Path) -> None:
    """A server that speaks TLS from the first byte, as on port 465, takes the mail; an untrusted one gets none."""
    authority, context, ca_file = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(ca_file))
    controller = Controller(mailbox, hostname="127.0.0.1", port=_free_port(), ssl_context=context)
    controller.start()
    try:
        channel(Server("127.0.0.1", controller.port, Security.TLS, ca_file=str(ca_file))).deliver(
            ASK, samples.incident()
        )
        with pytest.raises(Misconfigured, match="mail-certificate-not-trusted"):
            channel(Server("127.0.0.1", controller.port, Security.TLS)).deliver(ASK, samples.incident())
    finally:
        controller.stop()
    assert len(mailbox.mails) == 1


def test_a_certificate_that_is_not_trusted_stops_the_mail(mailbox: Mailbox, secured: tuple[int, str]) -> None:
    """Without its authority nothing is sent, and an operator must act."""
    server = Server("127.0.0.1", secured[0], Security.STARTTLS, "remediator", "right")
    with pytest.raises(Misconfigured, match="mail-certificate-not-trusted"):
        channel(server).deliver(ASK, samples.incident())
    assert mailbox.mails == []


def test_the_hint_about_a_certificate_is_true(
    mailbox: Mailbox, secured: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authority in the file that SSL_CERT_FILE names is trusted, as the error's hint says."""
    server = Server("127.0.0.1", secured[0], Security.STARTTLS, "remediator", "right")
    with pytest.raises(Misconfigured) as refused:
        channel(server).deliver(ASK, samples.incident())
    assert "SSL_CERT_FILE" in str(refused.value.hint)
    monkeypatch.setenv("SSL_CERT_FILE", secured[1])
    channel(server).deliver(ASK, samples.incident())
    assert len(mailbox.mails) == 1


def test_a_wrong_password_is_for_an_operator(secured: tuple[int, str]) -> None:
    """A refused sign-in is Misconfigured, without the password in its words."""
    server = Server("127.0.0.1", secured[0], Security.STARTTLS, "remediator", "wrong-one", ca_file=secured[1])
    with pytest.raises(Misconfigured, match="mail-sign-in-refused") as refused:
        channel(server).deliver(ASK, samples.incident())
    assert "wrong-one" not in str(refused.value) + repr(server)


def test_a_server_without_starttls_gets_nothing(mailbox: Mailbox, port: int) -> None:
    """Where STARTTLS is asked for and not offered, no mail goes out in the clear."""
    with pytest.raises(Misconfigured, match="mail-server-lacks-feature"):
        channel(Server("127.0.0.1", port, Security.STARTTLS)).deliver(ASK, samples.incident())
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("at_recipient", "at_data", "kind", "code"),
    [
        ("450 mailbox kim@contoso.example busy", "", Transient, "mail-not-taken"),
        ("550 no such user kim@contoso.example", "", Rejected, "mail-recipient-refused"),
        ("", "451 try later", Transient, "mail-not-taken"),
        ("", "554 looks like spam", Misconfigured, "mail-refused"),
    ],
)
def test_answers_of_the_server_are_translated(
    mailbox: Mailbox, port: int, at_recipient: str, at_data: str, kind: type[RemediatorError], code: str
) -> None:
    """4xx may work later, 5xx will not; the server's words are kept, addresses are not."""
    mailbox.at_recipient, mailbox.at_data = at_recipient, at_data
    with pytest.raises(kind) as refused:
        channel(plain_server(port)).deliver(ASK, samples.incident())
    assert refused.value.code == code
    assert (at_recipient or at_data)[:3] in refused.value.message
    assert "kim@" not in refused.value.message


def test_a_server_that_is_away_is_tried_later() -> None:
    """A refused connection is Transient and names the server."""
    with pytest.raises(Transient, match="mail-server-unreachable") as refused:
        channel(plain_server(_free_port())).deliver(ASK, samples.incident())
    assert "127.0.0.1" in refused.value.message


def test_a_server_that_says_nothing_is_tried_later() -> None:
    """A server that accepts and is silent costs the time-out and no more."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = plain_server(silent.getsockname()[1], timeout=0.2)
        with pytest.raises(Transient, match="mail-server-unreachable"):
            channel(server).deliver(ASK, samples.incident())


def test_a_notice_without_recipient_is_refused(port: int) -> None:
    """A notice that names nobody is refused."""
    with pytest.raises(Rejected, match="notice-without-recipient"):
        channel(plain_server(port)).deliver(Notice("k", "approval", "mail"), samples.incident())


def test_plain_mail_stays_on_this_machine() -> None:
    """Without TLS only a server on loopback is taken."""
    with pytest.raises(Misconfigured, match="mail-not-encrypted"):
        Server("mail.contoso.example", 25, Security.PLAIN)

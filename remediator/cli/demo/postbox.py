"""Who gets the mails of the demo? An SMTP server on loopback that keeps them."""

from __future__ import annotations

import threading
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"


class Postbox:
    """Keeps every mail that is handed over. Start it before the port is asked for."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._mails: list[EmailMessage] = []
        self._server = _Server(self, hostname=HOST, port=0, server_hostname="localhost", ready_timeout=30)

    def start(self) -> None:
        """Open a free port."""
        self._server.start()

    def stop(self) -> None:
        """Close it."""
        self._server.stop(no_assert=True)

    @property
    def port(self) -> int:
        """The port that was free."""
        return int(self._server.port)

    def mail(self, number: int, timeout: float) -> EmailMessage | None:
        """The mail of that number (from 1), waited for; None when it does not come in time."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._mails) >= number, timeout)
            return self._mails[number - 1] if len(self._mails) >= number else None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with each mail."""
        mail = BytesParser(policy=default).parsebytes(envelope.content)
        with self._arrived:
            self._mails.append(mail)
            self._arrived.notify_all()
        return "250 kept"


class _Server(Controller):
    def _trigger_server(self) -> None:
        """The port is 0 until the system has chosen one."""
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]

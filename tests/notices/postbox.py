"""A mail server on loopback that keeps what it takes and misbehaves as it is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class MailServer(Controller):
    """On a port that the machine chooses."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd's


class Postbox:
    """What the server does: keeps what it takes, refuses what it is told to, hangs up where it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.senders: list[str] = []
        self.refuses: dict[str, str] = {}
        self.refuses_sender = ""
        self.data_answer = ""
        self.cuts: dict[str, str] = {}
        """recipient → `before` or `after` its message was taken the line goes dead"""
        self.taking: Callable[[], None] | None = None
        """called when a message was taken, before the answer"""

    @property
    def receivers(self) -> list[str]:
        """To whom, in the order of arrival."""
        return [to for to, _ in self.taken]

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.refuses_sender:
            return self.refuses_sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- as above
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- as above
        (address,) = envelope.rcpt_tos
        cut = self.cuts.get(address)
        if cut == "before":
            server.transport.abort()
            return "250 OK"
        if self.data_answer:
            return self.data_answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append((address, message))
        self.senders.append(envelope.mail_from)
        if self.taking:
            self.taking()
        if cut == "after":
            server.transport.abort()
        return "250 OK"


@contextmanager
def postbox_open(settings: Any, **told: Any) -> Iterator[Postbox]:
    """A running server to which the installation sends; `told` are settings besides."""
    box = Postbox()
    server = MailServer(box, hostname="127.0.0.1", port=0)
    server.start()
    update = {"smtp_url": f"smtp://127.0.0.1:{server.port}", "help_phone": "2120000000", "operator_name": "Örnek"}
    settings.KATIP = settings.KATIP.model_copy(update=update | told)
    try:
        yield box
    finally:
        server.stop()

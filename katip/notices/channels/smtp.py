"""E-mail by SMTP: what is put on the wire, and what the server's answers mean.

A server's answer says whether the address, the message or the whole way is at fault; its words are not kept, they may
hold an address.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, HeaderRegistry, UniqueUnstructuredHeader, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from katip.core.environment import Environment, is_loopback
from katip.notices.channels.base import ChannelDownError, Outcome, Parcel, Send, Verdict, token_of

SECONDS = 10
"""how long a mail server may take for one answer"""
MESSAGE_SECONDS = 60
"""and for one message in all, however it drips"""
_PORTS = {"smtp": 587, "smtps": 465}
_ENHANCED = re.compile(rb"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_NEVER = range(500, 600)
_CLOSING, _LOGIN_FIRST = 421, (530, 535, 538)
_NOT_THE_ADDRESS = (554,)
"""bare, it mostly means: no relaying, or a block list"""
_FULL = 552


def smtp_arguments(url: str) -> dict[str, Any]:
    """What `smtps://user:password@host:465` or `smtp://host:587` says: host, port, username, password, TLS or STARTTLS.

    Off loopback `smtp` demands STARTTLS; certificates are always checked. Raises `ValueError` for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("smtps://user:password@host:465 or smtp://…:587")
    return {
        "host": parts.hostname,
        "port": parts.port or _PORTS[parts.scheme],
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "use_ssl": parts.scheme == "smtps",
        "use_tls": parts.scheme == "smtp" and not is_loopback(parts.hostname),
        "timeout": SECONDS,
    }


@contextmanager
def smtp_open(url: str) -> Iterator[Send]:
    """One connection. Raises `ChannelDownError` where none comes about."""
    server = _connect(smtp_arguments(url))

    def send(parcel: Parcel) -> Outcome:
        bell = threading.Timer(MESSAGE_SECONDS, lambda: _hang_up(server))
        bell.daemon = True
        bell.start()
        try:
            return _send(server, parcel)
        finally:
            bell.cancel()

    try:
        yield send
    finally:
        with suppress(OSError):  # what was taken is taken, whatever the goodbye is like
            server.quit()
        server.close()


def _connect(told: dict[str, Any]) -> smtplib.SMTP:
    server: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context() if told["use_ssl"] or told["use_tls"] else None
        if told["use_ssl"]:
            server = smtplib.SMTP_SSL(told["host"], told["port"], timeout=told["timeout"], context=context)
        else:
            server = smtplib.SMTP(told["host"], told["port"], timeout=told["timeout"])
        if told["use_tls"]:
            server.starttls(context=context)
        if told["username"]:
            server.login(told["username"], told["password"])
    except OSError as error:  # smtplib's and ssl's errors are such
        if server is not None:
            server.close()
        raise ChannelDownError(_connect_code(error)) from error
    return server


def _connect_code(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "smtp_login"
    if isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "smtp_tls"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp_{error.smtp_code}"
    slow = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
    return "smtp_slow" if slow else "smtp_unreachable"


def _hang_up(server: smtplib.SMTP) -> None:
    held = server.sock
    if held is not None:
        with suppress(OSError):
            socket.socket.shutdown(held, socket.SHUT_RDWR)


def _send(server: smtplib.SMTP, parcel: Parcel) -> Outcome:
    try:
        content = mail_write(parcel).as_bytes()
        server.sendmail(envelope_sender(parcel), [parcel.address], content)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = error.recipients[parcel.address]
        return recipient_outcome(code, words)
    except smtplib.SMTPDataError as error:
        return data_outcome(error.smtp_code, _bytes(error.smtp_error))
    except smtplib.SMTPResponseException as error:  # the sender is refused, or the greeting: no message's fault
        raise ChannelDownError(f"smtp_{error.smtp_code}") from error
    except OSError as error:  # cut, or silent
        raise ChannelDownError("smtp_cut", begun=True) from error
    except ValueError:  # an address that cannot stand in an e-mail
        return Outcome(Verdict.REFUSED, "address", is_address=True)
    return Outcome(Verdict.SENT)


def recipient_outcome(code: int, words: bytes) -> Outcome:
    """What a refusal of the recipient means. Raises `ChannelDownError` where it is a refusal of us."""
    if code == _CLOSING or code in _LOGIN_FIRST:
        raise ChannelDownError(f"smtp_{code}")
    status = _status(words)
    if code not in _NEVER:
        return Outcome(Verdict.FAILED, f"smtp_{code}")
    is_address = code not in (*_NOT_THE_ADDRESS, _FULL) if status is None else _is_address(status)
    if is_address:
        return Outcome(Verdict.REFUSED, _named(code, status), is_address=True)
    return Outcome(Verdict.FAILED, _named(code, status))


def data_outcome(code: int, words: bytes) -> Outcome:
    """What a refusal of the content means: tried again, unless it names the address. Raises `ChannelDownError`."""
    if code == _CLOSING:
        raise ChannelDownError(f"smtp_{code}", begun=True)
    status = _status(words)
    if code in _NEVER and status is not None and _is_address(status):
        return Outcome(Verdict.REFUSED, _named(code, status), is_address=True)
    return Outcome(Verdict.FAILED, _named(code, status))


def _is_address(status: tuple[int, int]) -> bool:
    """Whether RFC 3463's subject and detail say that the mailbox does not exist, or takes nothing any more."""
    return (status[0] == 1 and status[1] not in {7, 8}) or status == (2, 1)  # 1.7 and 1.8 are about the sender


def _status(words: bytes) -> tuple[int, int] | None:
    found = _ENHANCED.match(words)
    return (int(found[1]), int(found[2])) if found else None


def _named(code: int, status: tuple[int, int] | None) -> str:
    return f"smtp_{code}" if status is None else f"smtp_{code}_{code // 100}.{status[0]}.{status[1]}"


def _bytes(words: bytes | str) -> bytes:
    return words.encode() if isinstance(words, str) else words


# --- what is put on the wire ----------------------------------------------------------------------------------------


class _AsIs(UnstructuredHeader):
    """A header that stands on one line as it is: an address in it must not be broken up or encoded (RFC 8058)."""

    def fold(self, *, policy: Policy) -> str:
        """The line; up to 998 signs are allowed."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined] # made with BaseHeader beside it


class _Subject(UniqueUnstructuredHeader):
    """The subject. The standard library loses the blank at which it breaks an encoded line; here it stays inside."""

    def fold(self, *, policy: Policy) -> str:
        """The lines, each at most 76 signs."""
        name: str = self.name  # type: ignore[attr-defined] # made with BaseHeader beside it
        charset = None if str(self).isascii() else "utf-8"
        lines = Header(str(self), charset, header_name=name).encode(linesep=policy.linesep)
        return f"{name}: {lines}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("subject", _Subject)  # type: ignore[arg-type] # as the standard library maps its own
for _name in ("list-unsubscribe", "list-unsubscribe-post"):
    _HEADERS.map_to_type(_name, _AsIs)  # type: ignore[arg-type] # as the standard library maps its own
_POLICY = SMTP.clone(header_factory=_HEADERS)


def mail_write(parcel: Parcel) -> EmailMessage:
    """The e-mail. Raises `ValueError` for an address or a header that cannot stand in one."""
    site: Environment = settings.KATIP
    if not parcel.address.isascii() or any(sign in parcel.address for sign in " \t\r\n<>,;"):
        raise ValueError("address")
    try:
        to = Address(addr_spec=parcel.address)
    except (MessageError, IndexError) as error:  # the standard library's, for half an address and for none
        raise ValueError("address") from error
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = parcel.subject
    name, address = parseaddr(mail_from(site))
    message["From"] = Address(name, addr_spec=address)
    message["To"] = to
    message["Date"] = format_datetime(parcel.at)
    message["Message-ID"] = message_id(parcel.number, site)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Katip-Message"] = str(parcel.number)
    for header, value in parcel.headers.items():
        message[header] = value
    message.set_content(parcel.text, cte="quoted-printable")
    return message


def mail_from(site: Environment) -> str:
    """The sender that is shown."""
    return site.mail_from or f"Katip <katip@{urlsplit(site.origin).hostname}>"


def message_id(number: int, site: Environment) -> str:
    """The same whenever the message is sent: a receiver sees a twin by it."""
    return f"<katip.{token_of(number)}@{urlsplit(site.origin).hostname}>"


def envelope_sender(parcel: Parcel) -> str:
    """Where reports go: an address of its own for each message where the operator set a mailbox for them (VERP)."""
    site: Environment = settings.KATIP
    if not site.mail_bounces:
        return parseaddr(mail_from(site))[1]
    local, _, domain = site.mail_bounces.rpartition("@")
    return f"{local}+{parcel.token}@{domain}"

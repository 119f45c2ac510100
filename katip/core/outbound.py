"""Asking another server: one request within bounds of size and time.

No redirect is followed, nothing is unpacked, no environment is read: where the operator says, and nowhere else. Where
somebody else names the server, the caller says which addresses may be asked (`allowed`).
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection

from katip.core.networks import Address, address_of

_CHUNK = 16 * 1024
_MOST_ADDRESSES = 4
_PLAIN_ANSWERS = {"", "identity"}


class Fault(StrEnum):
    """Why there is no answer."""

    UNREACHABLE = "unreachable"
    """TLS faults and cut answers too"""
    SLOW = "slow"
    TOO_LARGE = "too_large"
    """or packed: how large it would get, nobody knows"""
    REDIRECTED = "redirected"
    FORBIDDEN = "forbidden"
    """its name leads to an address that must not be asked"""


class OutboundError(Exception):
    """Nothing came that could be read. `fault` says why; nothing of the answer is kept."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take in all, a dripping answer included."""

    seconds: float
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: HTTP status, media type in lower case without parameters, and the body whole."""

    status: int
    media_type: str
    body: bytes
    retry_after: str = ""
    """the header of that name, as it came"""

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")


def ask(
    url: str,
    *,
    bounds: Bounds,
    body: str | bytes | None = None,
    headers: dict[str, str] | None = None,
    ca_file: Path | None = None,
    allowed: Callable[[Address], bool] | None = None,
) -> Answer:
    """Ask `url`, an http or https address: a GET, or a POST of `body`. `ca_file` replaces all other CAs.

    With `allowed`, every address that the name leads to must be so, and one of those that were looked at is connected
    to: the name is not asked about again, so that a second, other answer changes nothing. Raises `OutboundError`.
    """
    connection, end, bell = _connection(url, bounds), time.monotonic() + bounds.seconds, None
    try:
        found = _resolved(connection, allowed)
        _dial(connection, found, ca_file, end)
        bell = threading.Timer(_left(end), lambda: _hang_up(connection))
        bell.daemon = True
        bell.start()
        return _asked(connection, url, body, headers or {}, most_bytes=bounds.most_bytes, end=end)
    except OutboundError:
        raise
    except Exception as error:  # urllib3's, http.client's, ssl's and the system's have no base of their own
        late = isinstance(error, TimeoutError) or time.monotonic() >= end
        raise OutboundError(Fault.SLOW if late else Fault.UNREACHABLE) from error
    finally:
        if bell is not None:
            bell.cancel()
        connection.close()


def _connection(url: str, bounds: Bounds) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port or kind.default_port, timeout=bounds.seconds)


_Found = list[tuple[Any, ...]]
"""what `socket.getaddrinfo` tells: family, kind, protocol, name, address"""


def _resolved(connection: HTTPConnection, allowed: Callable[[Address], bool] | None) -> _Found:
    found: _Found = list(socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM))
    if allowed is not None and not all(allowed(address_of(str(one[4][0]))) for one in found):
        raise OutboundError(Fault.FORBIDDEN)
    return found[:_MOST_ADDRESSES]


def _dial(connection: HTTPConnection, found: _Found, ca_file: Path | None, end: float) -> None:
    """Connect within the time for the whole request: urllib3 would give each of a name's addresses all of it."""
    for number, (family, kind, protocol, _, address) in enumerate(found, start=1):
        held = socket.socket(family, kind, protocol)
        try:
            held.settimeout(_left(end))
            held.connect(address)
            held.settimeout(_left(end))
            if isinstance(connection, HTTPSConnection):
                trust = ssl.create_default_context(cafile=ca_file)
                held = trust.wrap_socket(held, server_hostname=connection.host)
        except OSError:
            held.close()
            if number == len(found):
                raise
        else:
            connection.sock = held
            return


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _hang_up(connection: HTTPConnection) -> None:
    """Wake whoever reads: the time for this request is over. A socket's own time-out only bounds each single read."""
    held = connection.sock
    if held is not None:
        try:
            socket.socket.shutdown(held, socket.SHUT_RDWR)
        except OSError:
            return


def _asked(
    connection: HTTPConnection,
    url: str,
    body: str | bytes | None,
    headers: dict[str, str],
    *,
    most_bytes: int,
    end: float,
) -> Answer:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept-Encoding": "identity", "Connection": "close", **headers}
    method = "POST" if body is not None else "GET"
    connection.request(method, target, body=body, headers=sent, preload_content=False)
    response = connection.getresponse()
    try:
        if 300 <= response.status < 400:  # noqa: PLR2004 -- every redirect there is
            raise OutboundError(Fault.REDIRECTED)
        if response.headers.get("Content-Encoding", "").strip().lower() not in _PLAIN_ANSWERS:
            raise OutboundError(Fault.TOO_LARGE)  # how large it would get, nobody knows
        came = bytearray()
        while chunk := response.read1(_CHUNK, decode_content=False):
            came += chunk
            if len(came) > most_bytes:
                raise OutboundError(Fault.TOO_LARGE)
            if time.monotonic() >= end:
                raise OutboundError(Fault.SLOW)
        if response.length_remaining:
            raise OutboundError(Fault.UNREACHABLE)  # cut off
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(response.status, media_type, bytes(came), response.headers.get("Retry-After", ""))
    finally:
        response.close()

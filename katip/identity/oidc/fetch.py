"""Asking a provider: one request within bounds of size and time; no redirect is followed, nothing is unpacked."""

import socket
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection

from katip.identity.oidc.reasons import ProviderRefusedError, Reason

SECONDS = 5.0
"""What one request may take in all, a dripping answer included."""
MOST_BYTES = 128 * 1024
_CHUNK = 16 * 1024
_MOST_ADDRESSES = 4
_PLAIN_ANSWERS = {"", "identity"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: HTTP status, media type in lower case without parameters, and the body whole."""

    status: int
    media_type: str
    body: bytes

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")


def fetch(
    url: str,
    *,
    form: str | None = None,
    headers: dict[str, str] | None = None,
    ca_file: Path | None = None,
) -> Answer:
    """Ask `url` (checked by `strict.url_is_fit` before): a GET, or a POST of `form`. `ca_file` replaces all other CAs.

    Raises `ProviderRefusedError`: `unreachable` (TLS faults too), `slow`, `too_large`, `redirected`.
    """
    connection, end, bell = _connection(url), time.monotonic() + SECONDS, None
    try:
        _dial(connection, ca_file, end)
        bell = threading.Timer(_left(end), lambda: _hang_up(connection))
        bell.daemon = True
        bell.start()
        return _asked(connection, url, form, headers or {}, end)
    except ProviderRefusedError:
        raise
    except Exception as error:  # urllib3's, http.client's, ssl's and the system's have no base of their own
        late = isinstance(error, TimeoutError) or time.monotonic() >= end
        raise ProviderRefusedError(Reason.SLOW if late else Reason.UNREACHABLE) from error
    finally:
        if bell is not None:
            bell.cancel()
        connection.close()


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(parts.hostname or "", parts.port or kind.default_port, timeout=SECONDS)


def _dial(connection: HTTPConnection, ca_file: Path | None, end: float) -> None:
    """Connect within the time for the whole request: urllib3 would give each of a name's addresses all of it."""
    found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)[:_MOST_ADDRESSES]
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


def _asked(connection: HTTPConnection, url: str, form: str | None, headers: dict[str, str], end: float) -> Answer:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept-Encoding": "identity", "Accept": "application/json", "Connection": "close", **headers}
    if form is not None:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("POST" if form is not None else "GET", target, body=form, headers=sent, preload_content=False)
    response = connection.getresponse()
    try:
        if 300 <= response.status < 400:  # noqa: PLR2004 -- every redirect there is
            raise ProviderRefusedError(Reason.REDIRECTED)
        if response.headers.get("Content-Encoding", "").strip().lower() not in _PLAIN_ANSWERS:
            raise ProviderRefusedError(Reason.TOO_LARGE)  # how large it would get, nobody knows
        body = bytearray()
        while chunk := response.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > MOST_BYTES:
                raise ProviderRefusedError(Reason.TOO_LARGE)
            if time.monotonic() >= end:
                raise ProviderRefusedError(Reason.SLOW)
        if response.length_remaining:
            raise ProviderRefusedError(Reason.UNREACHABLE)  # cut off
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(response.status, media_type, bytes(body))
    finally:
        response.close()

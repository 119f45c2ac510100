"""Ways to a card: bytes of a command in, bytes of the answer out. PC/SC stands in `pcsc`."""

import socket
import struct
import time
from pathlib import Path
from typing import Protocol

from katip.reader.errors import Exit, ReaderError

ANSWER_SECONDS = 20.0
"""how long one answer may take"""

_POWER_ON, _GET_ATR = b"\x01", b"\x04"
_LENGTH = struct.Struct(">H")
_POLL_SECONDS = 0.25


class Transport(Protocol):
    """A card that lies on a reader."""

    @property
    def answer_to_reset(self) -> bytes:
        """What the card said when it got power."""

    def transmit(self, raw: bytes) -> bytes:
        """Send a command, return the answer. Raises ReaderError when the card is gone."""

    def close(self) -> None:
        """Let go of the card."""


class SocketTransport:
    """A virtual card that listens at a path, as the demo's does.

    Messages are framed as the virtual reader vpcd frames them: two bytes of length, then the bytes; a message of one
    byte is for the reader itself: 1 power on, 4 send the answer to reset.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._write(_POWER_ON)
        self._write(_GET_ATR)
        self._answer_to_reset = self._read()

    @property
    def answer_to_reset(self) -> bytes:
        """As any card's."""
        return self._answer_to_reset

    def transmit(self, raw: bytes) -> bytes:
        """As with any card."""
        self._write(raw)
        return self._read()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _write(self, message: bytes) -> None:
        try:
            self._socket.sendall(_LENGTH.pack(len(message)) + message)
        except OSError as error:
            raise ReaderError("card_removed", Exit.UNREADABLE) from error

    def _read(self) -> bytes:
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            try:
                piece = self._socket.recv(count - len(found))
            except OSError as error:
                raise ReaderError("card_removed", Exit.UNREADABLE) from error
            if not piece:
                raise ReaderError("card_removed", Exit.UNREADABLE)
            found += piece
        return found


def socket_wait(path: Path, *, seconds: float) -> SocketTransport:
    """The virtual card at `path`, as soon as one listens there. Raises ReaderError after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        connected = socket.socket(socket.AF_UNIX)
        connected.settimeout(ANSWER_SECONDS)
        try:
            connected.connect(str(path))
            return SocketTransport(connected)
        except (OSError, ReaderError) as error:
            connected.close()
            if time.monotonic() >= deadline:
                raise ReaderError("no_card", Exit.NO_CARD, seconds=round(seconds)) from error
        time.sleep(_POLL_SECONDS)

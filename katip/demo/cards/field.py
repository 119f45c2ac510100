"""Puts a synthetic card on a reader: on one that `katip-reader` finds by a socket, and on the virtual one of pcscd.

Both talk the same way, that of vpcd (the virtual smart card reader of the vsmartcard project): two bytes of length,
then a command, or one byte that switches power off, on, resets, or asks for the answer to reset. The socket of ours
is a file that only its owner can open; vpcd is tried on this machine only.
"""

import selectors
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from katip.core.errors import KatipError
from katip.demo.cards.card import Card
from katip.demo.cards.virtual import ANSWER_TO_RESET, Chip

VPCD_PORT = 35963
_VPCD = "127.0.0.1"
_ASK_FOR_ATR = 4
_LENGTH = 2
_PIECE = 4096
_CONNECT_SECONDS, _SEND_SECONDS = 0.5, 5


class FieldError(KatipError):
    """The card cannot be put on the reader; the message says what to do."""


class Field:
    """The place where the card lies. `tell` hears in plain words what the reader does."""

    def __init__(self, card: Card, tell: Callable[[str], None] = lambda _: None) -> None:
        self._card, self._tell = card, tell
        self._selector = selectors.DefaultSelector()
        self._path: Path | None = None
        self._waker, self._wakened = socket.socketpair()
        self._stopped = False
        self._selector.register(self._wakened, selectors.EVENT_READ, self._stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._waker.close()
        self._selector.close()
        if self._path:
            self._path.unlink(missing_ok=True)

    def listen(self, path: Path) -> None:
        """Be found under `path`. Raises FieldError where another card lies there already, or the path cannot be."""
        if _answers(path):
            raise FieldError("Another card lies on the reader. Take it off first: Ctrl-C where it was put on.")
        listener = socket.socket(socket.AF_UNIX)
        try:
            path.unlink(missing_ok=True)
            listener.bind(str(path))
            path.chmod(0o600)
            listener.listen()
        except OSError as error:
            listener.close()
            raise FieldError(f"No card can be put on {path}: {error}. Choose a folder with a shorter name.") from error
        self._path = path
        self._selector.register(listener, selectors.EVENT_READ, lambda: self._accept(listener))

    def join(self, port: int = VPCD_PORT) -> bool:
        """Be found by pcscd too, where its virtual reader runs on this machine; return whether it does."""
        try:
            connection = socket.create_connection((_VPCD, port), timeout=_CONNECT_SECONDS)
        except OSError:
            return False
        self._take(connection)
        return True

    def serve(self) -> None:
        """Answer until `stop`."""
        while not self._stopped:
            for key, _ in self._selector.select():
                key.data()

    def stop(self) -> None:
        """End `serve`, from any thread."""
        self._waker.send(b"\0")

    def _stop(self) -> None:
        self._stopped = True

    def _accept(self, listener: socket.socket) -> None:
        self._take(listener.accept()[0])

    def _take(self, connection: socket.socket) -> None:
        """Answer a reader with a chip of its own: two readers do not share a conversation."""
        connection.settimeout(0)
        line = _Line(connection, Chip(self._card, self._tell))

        def receive() -> None:
            if not line.receive():
                self._selector.unregister(connection)
                connection.close()

        self._selector.register(connection, selectors.EVENT_READ, receive)


class _Line:
    """One reader's connection: bytes come in any pieces, commands are answered whole."""

    def __init__(self, connection: socket.socket, chip: Chip) -> None:
        self._connection, self._chip = connection, chip
        self._received = b""

    def receive(self) -> bool:
        """Take what has come and answer it; False once the reader has gone."""
        try:
            if self._connection.family == socket.AF_INET and hasattr(socket, "TCP_QUICKACK"):
                # vpcd sends length and command apart: a delayed acknowledgement would hold up every exchange by 40 ms
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            piece = self._connection.recv(_PIECE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._received += piece
        while (message := self._message()) is not None:
            answer = self._answer(message)
            if answer and not self._send(answer):
                return False
        return bool(piece)

    def _message(self) -> bytes | None:
        if len(self._received) < _LENGTH:
            return None
        end = _LENGTH + int.from_bytes(self._received[:_LENGTH], "big")
        if len(self._received) < end:
            return None
        message, self._received = self._received[_LENGTH:end], self._received[end:]
        return message

    def _answer(self, message: bytes) -> bytes:
        if len(message) > 1:
            return self._chip.transmit(message)
        if message == bytes([_ASK_FOR_ATR]):
            return ANSWER_TO_RESET
        self._chip.reset()  # off, on or reset
        return b""

    def _send(self, answer: bytes) -> bool:
        with suppress(OSError):
            self._connection.settimeout(_SEND_SECONDS)
            self._connection.sendall(len(answer).to_bytes(_LENGTH, "big") + answer)
            self._connection.settimeout(0)
            return True
        return False


def _answers(path: Path) -> bool:
    """Whether somebody listens there; a file left behind by one who was killed is nobody."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True

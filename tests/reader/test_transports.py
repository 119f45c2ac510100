"""The virtual card's socket."""

import socket
import threading
from pathlib import Path

import pytest

from katip.demo.cards.virtual import ANSWER_TO_RESET
from katip.reader.errors import Exit, ReaderError
from katip.reader.transports import socket_wait
from tests.reader.doubles import card_make
from tests.reader.test_main import lying


def test_the_sample_worlds_card_answers(tmp_path: Path) -> None:
    path = tmp_path / "reader.sock"
    with lying(card_make(), path):
        transport = socket_wait(path, seconds=0)
        assert transport.answer_to_reset == ANSWER_TO_RESET
        assert transport.transmit(bytes.fromhex("00A4040C07A0000002471001")) == b"\x90\x00"
        assert len(transport.transmit(bytes.fromhex("0084000008"))) == 10
        transport.close()


def test_a_card_may_come_late(tmp_path: Path) -> None:
    path = tmp_path / "reader.sock"
    found: list[bytes] = []
    waiting = threading.Thread(target=lambda: found.append(_wait_close(path)))
    waiting.start()
    with lying(card_make(), path):
        waiting.join(10)
    assert found == [ANSWER_TO_RESET]


def test_nobody_there_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(ReaderError) as raised:
        socket_wait(tmp_path / "none", seconds=0)
    assert (raised.value.key, raised.value.code) == ("no_card", Exit.NO_CARD)


@pytest.mark.parametrize("last", [b"", b"\x00", b"\x00\x05abc"])
def test_a_card_that_goes_is_told(tmp_path: Path, last: bytes) -> None:
    path = tmp_path / "reader.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def card() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(100)
            connection.sendall(b"\x00\x02\x3b\x00")
            connection.recv(100)
            connection.sendall(last)

    thread = threading.Thread(target=card)
    thread.start()
    transport = socket_wait(path, seconds=0)
    with pytest.raises(ReaderError) as raised:
        transport.transmit(b"abcde")
    assert raised.value.key == "card_removed"
    transport.close()
    thread.join()
    listener.close()


def _wait_close(path: Path) -> bytes:
    transport = socket_wait(path, seconds=10)
    transport.close()
    return transport.answer_to_reset

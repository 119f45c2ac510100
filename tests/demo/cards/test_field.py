import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from katip.demo.cards.card import Card, Holder, card_issue
from katip.demo.cards.field import Field, FieldError
from katip.demo.cards.issuer import country_make, signer_make

ZEYNEP = Holder("10000000832", "Zeynep", "Misal", date(1990, 3, 4), date(2033, 5, 6), "A12B34567")
SELECT = bytes.fromhex("00A4040C07A0000002471001")
READ = bytes.fromhex("00B0810080")
ATR = bytes.fromhex("3B888001" + "00" * 8 + "09")


@pytest.fixture(scope="module")
def card() -> Card:
    return card_issue(signer_make(country_make()), ZEYNEP)


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="katip-card-") as folder:  # shorter than pytest's: a socket's path is 107 bytes
        yield Path(folder)


@contextmanager
def served(field: Field) -> Iterator[None]:
    thread = threading.Thread(target=field.serve)
    thread.start()
    try:
        yield
    finally:
        field.stop()
        thread.join(5)
    assert not thread.is_alive()


def exchange(reader: socket.socket, message: bytes) -> bytes:
    reader.sendall(len(message).to_bytes(2, "big") + message)
    return receive(reader)


def receive(reader: socket.socket) -> bytes:
    reader.settimeout(5)
    length = int.from_bytes(reader.recv(2, socket.MSG_WAITALL), "big")
    return reader.recv(length, socket.MSG_WAITALL)


def test_a_reader_finds_the_card_under_its_path(card: Card, folder: Path) -> None:
    path = folder / "reader.sock"
    with Field(card) as field:
        field.listen(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with served(field), socket.socket(socket.AF_UNIX) as reader:
            reader.connect(str(path))
            assert exchange(reader, b"\x04") == ATR
            assert exchange(reader, SELECT) == b"\x90\x00"
            assert exchange(reader, READ) == b"\x69\x82"
    assert not path.exists()


def test_commands_in_pieces_and_together_are_answered_whole(card: Card, folder: Path) -> None:
    with Field(card) as field:
        field.listen(folder / "reader.sock")
        with served(field), socket.socket(socket.AF_UNIX) as reader:
            reader.connect(str(folder / "reader.sock"))
            framed = len(SELECT).to_bytes(2, "big") + SELECT
            for byte in framed:
                reader.sendall(bytes([byte]))
            reader.sendall(framed * 2)
            assert [receive(reader) for _ in range(3)] == [b"\x90\x00"] * 3


def test_power_off_ends_the_conversation_and_a_second_reader_has_its_own(card: Card, folder: Path) -> None:
    with Field(card) as field:
        field.listen(folder / "reader.sock")
        with served(field), socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
            for reader in (first, second):
                reader.connect(str(folder / "reader.sock"))
            assert exchange(first, SELECT) == b"\x90\x00"
            assert exchange(second, READ) == b"\x6a\x82"  # the application is not selected here
            first.sendall(b"\x00\x01\x00")
            assert exchange(first, READ) == b"\x6a\x82"


def test_it_connects_to_the_virtual_reader_where_there_is_one(card: Card) -> None:
    with socket.create_server(("127.0.0.1", 0)) as vpcd, Field(card) as field:
        assert field.join(vpcd.getsockname()[1])
        with served(field), vpcd.accept()[0] as reader:
            assert exchange(reader, b"\x04") == ATR
            assert exchange(reader, SELECT) == b"\x90\x00"


def test_without_a_virtual_reader_there_is_only_ours(card: Card) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with Field(card) as field:
        assert not field.join(port)


def test_one_card_lies_on_the_reader_at_a_time(card: Card, folder: Path) -> None:
    path = folder / "reader.sock"
    with Field(card) as first, Field(card) as second:
        first.listen(path)
        with served(first), pytest.raises(FieldError, match="Another card"):
            second.listen(path)
        assert path.exists()


def test_a_path_left_behind_is_taken_over(card: Card, folder: Path) -> None:
    path = folder / "reader.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with Field(card) as field:
        field.listen(path)
        with served(field), socket.socket(socket.AF_UNIX) as reader:
            reader.connect(str(path))
            assert exchange(reader, b"\x04") == ATR


def test_a_path_that_is_too_long_is_explained(card: Card, folder: Path) -> None:
    with Field(card) as field, pytest.raises(FieldError, match="shorter name"):
        field.listen(folder / ("x" * 120) / "reader.sock")


def test_nothing_is_left_open(card: Card, folder: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with Field(card) as field:
            field.listen(folder / "reader.sock")
            with served(field), socket.socket(socket.AF_UNIX) as reader:
                reader.connect(str(folder / "reader.sock"))
                exchange(reader, SELECT)
    assert len(list(Path("/proc/self/fd").iterdir())) == before

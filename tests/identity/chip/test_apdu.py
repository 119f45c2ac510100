"""Commands and answers as they travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, answer_parse, command_parse


@pytest.mark.parametrize(
    ("command", "raw"),
    [
        (Command(0x00, 0xA4, 0x04, 0x0C), "00A4040C"),
        (Command(0x00, 0x84, 0x00, 0x00, expected=8), "0084000008"),
        (Command(0x00, 0xB0, 0x00, 0x00, expected=256), "00B0000000"),
        (Command(0x00, 0xB0, 0x00, 0x00, expected=65536), "00B00000000000"),
        (Command(0x00, 0xB0, 0x00, 0x00, expected=257), "00B00000000101"),
        (Command(0x00, 0xA4, 0x02, 0x0C, b"\x01\x1e"), "00A4020C02011E"),
        (Command(0x00, 0x88, 0x00, 0x00, b"12345678", 256), "00880000083132333435363738" + "00"),
        (Command(0x10, 0x86, 0x00, 0x00, bytes(256), 65536), "10860000000100" + "00" * 256 + "0000"),
    ],
)
def test_the_four_cases_are_written_and_read(command: Command, raw: str) -> None:
    assert command.encode().hex().upper() == raw.upper()
    assert command_parse(bytes.fromhex(raw)) == command


@pytest.mark.parametrize(
    "raw", ["", "00A404", "00A4040C02AA", "00A4040C02AABBCCDD", "00A4040C0000", "00A4040C0000020A"]
)
def test_lengths_that_do_not_fit_are_refused(raw: str) -> None:
    with pytest.raises(ProtocolError):
        command_parse(bytes.fromhex(raw))


def test_an_answer_has_a_status() -> None:
    assert answer_parse(bytes.fromhex("0102" + "9000")) == Answer(b"\x01\x02", 0x9000)
    for raw in (b"", b"\x90"):
        with pytest.raises(ProtocolError):
            answer_parse(raw)


def test_only_9000_gives_the_data() -> None:
    assert Answer(b"a").demand() == b"a"
    with pytest.raises(StatusError, match="6A82"):
        Answer(b"a", 0x6A82).demand()


@given(st.binary(max_size=600))
def test_any_bytes_are_a_command_or_refused(raw: bytes) -> None:
    try:
        command = command_parse(raw)
    except ProtocolError:
        return
    assert command_parse(command.encode()) == command


@given(st.binary(max_size=300), st.one_of(st.none(), st.integers(1, 65536)))
def test_what_is_written_is_read(data: bytes, expected: int | None) -> None:
    command = Command(0x0C, 0xB0, 0x01, 0x02, data, expected)
    assert command_parse(command.encode()) == command

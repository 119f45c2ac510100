"""Secure messaging, against the worked example of Doc 9303-11, appendix D.4, and both sides against each other."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, answer_parse, command_parse
from katip.identity.chip.messaging import Channel, MessagingError
from katip.identity.chip.suites import AES_128, AES_192, AES_256, TRIPLE_DES, Suite
from katip.identity.chip.tlv import tlv_encode

SUITES = [TRIPLE_DES, AES_128, AES_192, AES_256]

EXCHANGES = [
    (
        Command(0x00, 0xA4, 0x02, 0x0C, bytes.fromhex("011E")),
        "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "990290008E08FA855A5D4C50A8ED9000",
        "",
    ),
    (
        Command(0x00, 0xB0, 0x00, 0x00, expected=4),
        "0CB000000D9701048E08ED6705417E96BA5500",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
        "60145F01",
    ),
    (
        Command(0x00, 0xB0, 0x00, 0x04, expected=0x12),
        "0CB000040D9701128E082EA28A70F3C7B53500",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08C8B2787EAEA07D749000",
        "04303130365F36063034303030305C026175",
    ),
]


def worked_channel() -> Channel:
    """The channel that the worked example of BAC ends in."""
    return Channel(
        TRIPLE_DES,
        encryption_key=bytes.fromhex("979EC13B1CBFE9DCD01AB0FED307EAE5"),
        checksum_key=bytes.fromhex("F1CB1F1FB5ADF208806B89DC579DC1F8"),
        counter=bytes.fromhex("887022120C06C226"),
    )


def channels(suite: Suite = AES_128) -> tuple[Channel, Channel]:
    """A reader's channel and a chip's, of one secret."""
    one, other = (Channel.from_secret(suite, b"a shared secret", counter=bytes(suite.block)) for _ in range(2))
    return one, other


def test_the_secret_of_the_worked_example_gives_its_channel() -> None:
    channel = Channel.from_secret(
        TRIPLE_DES,
        bytes.fromhex("0036D272F5C350ACAC50C3F572D23600"),
        counter=bytes.fromhex("887022120C06C226"),
    )
    command, wrapped, _, _ = EXCHANGES[0]
    assert channel.command_wrap(command).encode().hex().upper() == wrapped


def test_the_readers_side_of_the_worked_example() -> None:
    channel = worked_channel()
    for command, wrapped, answer, data in EXCHANGES:
        assert channel.command_wrap(command).encode().hex().upper() == wrapped
        unwrapped = channel.answer_unwrap(answer_parse(bytes.fromhex(answer)))
        assert (unwrapped.data.hex().upper(), unwrapped.status) == (data, 0x9000)


def test_the_chips_side_of_the_worked_example() -> None:
    reader, chip = worked_channel(), worked_channel()
    for command, _, answer, data in EXCHANGES:
        assert chip.command_unwrap(reader.command_wrap(command)) == command
        wrapped = chip.answer_wrap(Answer(bytes.fromhex(data)))
        assert wrapped.encode().hex().upper() == answer
        reader.answer_unwrap(wrapped)


def test_aes_opens_what_a_published_vector_shows() -> None:
    channel = Channel(
        AES_128,
        encryption_key=bytes.fromhex("F5F0E35C0D7161EE6724EE513A0D9A7F"),
        checksum_key=bytes.fromhex("FE251C7858B356B24514B3BD5F4297D1"),
        counter=bytes(16),
    )
    wrapped = channel.command_wrap(Command(0x00, 0xA4, 0x04, 0x0C, bytes.fromhex("A0000002471001")))
    assert wrapped.encode().hex().upper() == "0CA4040C1D871101752F676B09FAC86A87D632749A49C7CC8E08C18BA1FCE707BD9F00"
    assert channel.answer_unwrap(answer_parse(bytes.fromhex("990290008E08BEA7B381C494A0799000"))) == Answer()


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("length", [1, 7, 8, 15, 16, 231, 240, 4000])
def test_what_one_side_wraps_the_other_unwraps(suite: Suite, length: int) -> None:
    reader, chip = channels(suite)
    for ins in (0xB0, 0xB1):
        command = Command(0x00, ins, 0x00, 0x10, bytes(range(256)) * (length // 256) + b"x" * (length % 256), 256)
        wrapped = reader.command_wrap(command)
        assert command.data not in wrapped.data
        assert chip.command_unwrap(wrapped) == command
        answer = Answer(command.data, 0x6282)
        assert reader.answer_unwrap(chip.answer_wrap(answer, odd=ins == 0xB1)) == answer


@pytest.mark.parametrize("expected", [1, 8, 256, 257, 65536])
def test_the_expected_length_arrives(expected: int) -> None:
    reader, chip = channels()
    assert chip.command_unwrap(reader.command_wrap(Command(0, 0xB0, 0, 0, expected=expected))).expected == expected


def test_every_changed_byte_of_an_answer_is_found() -> None:
    _, chip = channels()
    good = _answer(chip)
    for place in range(len(good.data)):
        reader, _ = channels()
        reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
        changed = bytearray(good.data)
        changed[place] ^= 0x01
        with pytest.raises(MessagingError):
            reader.answer_unwrap(Answer(bytes(changed), good.status))


def test_every_changed_byte_of_a_command_is_found() -> None:
    reader, _ = channels()
    good = reader.command_wrap(Command(0x00, 0x88, 0x00, 0x00, bytes(8), 256))
    for place in range(4):
        header = bytearray(good.header)
        header[place] ^= 0x10
        with pytest.raises(MessagingError):
            channels()[1].command_unwrap(command_parse(bytes(header) + good.encode()[4:]))
    for place in range(len(good.data)):
        changed = bytearray(good.data)
        changed[place] ^= 0x01
        with pytest.raises(MessagingError):
            channels()[1].command_unwrap(replace(good, data=bytes(changed)))


def test_the_status_inside_counts_not_the_one_outside() -> None:
    reader, chip = channels()
    reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    chip._count()
    refused = chip.answer_wrap(Answer(status=0x6A82))
    assert reader.answer_unwrap(Answer(refused.data, 0x9000)).status == 0x6A82


def test_a_message_is_not_taken_twice_nor_out_of_order() -> None:
    reader, chip = channels()
    first = reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    chip.command_unwrap(first)
    chip.answer_wrap(Answer(b"ab"))
    with pytest.raises(MessagingError):
        chip.command_unwrap(first)


def test_a_refusal_in_the_clear_ends_the_channel() -> None:
    reader, _ = channels()
    reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    with pytest.raises(StatusError) as raised:
        reader.answer_unwrap(Answer(status=0x6988))
    assert raised.value.status == 0x6988
    with pytest.raises(MessagingError, match="closed"):
        reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))


def test_data_in_the_clear_are_not_taken() -> None:
    for data in (b"", b"plain", tlv_encode(0x99, b"\x90\x00"), tlv_encode(0x81, b"plain")):
        reader, _ = channels()
        reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
        with pytest.raises(MessagingError):
            reader.answer_unwrap(Answer(data))


def test_what_was_forged_once_ends_the_channel() -> None:
    reader, chip = channels()
    good = reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    with pytest.raises(MessagingError, match="checksum"):
        chip.command_unwrap(replace(good, p1=1))
    with pytest.raises(MessagingError, match="closed"):
        chip.command_unwrap(reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4)))


def test_the_chip_takes_no_command_in_the_clear() -> None:
    _, chip = channels()
    with pytest.raises(MessagingError):
        chip.command_unwrap(Command(0x00, 0xB0, 0x00, 0x00, expected=4))


@pytest.mark.parametrize(
    "shape",
    [
        ("99", "87", "8E"),
        ("87", "87", "99", "8E"),
        ("87", "99", "99", "8E"),
        ("87", "8E"),
        ("81", "99", "8E"),
        ("99", "8E", "8E"),
        ("85", "87", "99", "8E"),
    ],
)
def test_data_objects_stand_in_their_order_each_once_and_none_unknown(shape: tuple[str, ...]) -> None:
    reader, chip = channels()
    reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    chip._count()
    counter = chip._count()
    start = AES_128.start_value(chip._encryption_key, counter)
    block = AES_128.encrypt(chip._encryption_key, AES_128.pad(b"data"), iv=start)
    parts = {"99": b"\x90\x00", "87": b"\x01" + block, "85": block, "81": b"data"}
    covered = b"".join(tlv_encode(int(tag, 16), parts[tag]) for tag in shape if tag != "8E")
    closing = tlv_encode(0x8E, chip._checksum(counter + covered))
    with pytest.raises(MessagingError):
        reader.answer_unwrap(Answer(covered + closing * shape.count("8E")))


def test_a_counter_at_its_end_closes_the_channel() -> None:
    channel = Channel.from_secret(TRIPLE_DES, b"secret", counter=b"\xff" * 8)
    with pytest.raises(MessagingError, match="closed"):
        channel.command_wrap(Command(0, 0xB0, 0, 0, expected=4))


def test_a_command_that_asks_for_nothing_is_not_sent() -> None:
    with pytest.raises(ValueError, match="neither"):
        channels()[0].command_wrap(Command(0, 0xB0, 0, 0))


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_any_bytes_for_an_answer_are_refused(data: bytes, status: int) -> None:
    reader, _ = channels()
    reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    with pytest.raises(ProtocolError):
        reader.answer_unwrap(Answer(data, status))


@given(st.integers(0, 255), st.binary(max_size=300))
def test_any_bytes_for_a_command_are_refused(cla: int, data: bytes) -> None:
    with pytest.raises(ProtocolError):
        channels()[1].command_unwrap(Command(cla, 0xB0, 0, 0, data))


@given(st.lists(st.tuples(st.sampled_from([0x87, 0x85, 0x97, 0x99, 0x8E]), st.binary(max_size=40)), max_size=5))
def test_any_objects_with_a_good_checksum_are_read_or_refused(objects: list[tuple[int, bytes]]) -> None:
    reader, chip = channels()
    reader.command_wrap(Command(0, 0xB0, 0, 0, expected=4))
    chip._count()
    covered = b"".join(tlv_encode(tag, value) for tag, value in objects)
    closing = tlv_encode(0x8E, chip._checksum(chip._count() + covered))
    try:
        reader.answer_unwrap(Answer(covered + closing))
    except ProtocolError:
        return


def _answer(chip: Channel) -> Answer:
    chip._count()
    return chip.answer_wrap(Answer(b"data"))

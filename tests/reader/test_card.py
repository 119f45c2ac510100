"""Opening a card, reading its files, asking its key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.demo.cards.card import Card as SyntheticCard
from katip.identity.chip.apdu import Answer, Command, command_parse
from katip.identity.chip.mrz import access_information
from katip.identity.chip.tlv import tlv_encode
from katip.reader.card import Card, Printed
from katip.reader.errors import Exit, ReaderError
from katip.reader.reading import evidence_read
from tests.reader.doubles import CAN, HOLDER, MemoryTransport, card_make

PRINTED = Printed(access_information(HOLDER.document_number, HOLDER.birth_date, HOLDER.expires_on))
OTHER = Printed(access_information("A12B34568", HOLDER.birth_date, HOLDER.expires_on))
GENUINE = card_make()


def instructions(transport: MemoryTransport) -> list[int]:
    return [raw[1] for raw in transport.sent]


def refusing(ins: int, status: int) -> "MemoryTransport":
    """A card that answers this instruction with a status only, in the clear."""
    code = status.to_bytes(2, "big")
    return MemoryTransport(card_make(), changes=lambda raw, answer: code if raw[1] == ins else answer)


@pytest.mark.parametrize("curve", ["brainpoolP256r1", "secp256r1"])
def test_pace_is_taken_where_the_chip_offers_it(curve: str) -> None:
    transport = MemoryTransport(card_make(pace_curve=curve))
    assert Card(transport).open(PRINTED) == "PACE"
    assert 0x84 not in instructions(transport)


def test_bac_is_taken_where_the_chip_offers_nothing_else() -> None:
    transport = MemoryTransport(card_make(pace_curve=None))
    assert Card(transport).open(PRINTED) == "BAC"


@pytest.mark.parametrize("status", [0x6A81, 0x6D00, 0x6F00])
def test_a_pace_that_fails_is_not_followed_by_the_weaker_way(status: int) -> None:
    transport = refusing(0x22, status)
    with pytest.raises(ReaderError) as raised:
        Card(transport).open(PRINTED)
    assert raised.value.key == "cannot_read"
    assert 0x84 not in instructions(transport)


def test_bac_is_taken_where_no_offered_way_is_known_here() -> None:
    synthetic = card_make()
    transport = MemoryTransport(synthetic)
    transport.chip._files[0x011C] = bytes.fromhex("31143012060A04007F00070202040202020102020108")
    assert Card(transport).open(PRINTED) == "BAC"


def test_the_access_number_opens_by_pace_only() -> None:
    assert Card(MemoryTransport(card_make())).open(Printed(can=CAN)) == "PACE"
    with pytest.raises(ReaderError) as raised:
        Card(MemoryTransport(card_make(pace_curve=None))).open(Printed(can=CAN))
    assert raised.value.key == "no_can"


@pytest.mark.parametrize("curve", [None, "brainpoolP256r1"])
def test_wrong_printed_data_are_told_and_the_right_ones_open_afterwards(curve: str | None) -> None:
    card = Card(MemoryTransport(card_make(pace_curve=curve)))
    with pytest.raises(ReaderError) as raised:
        card.open(OTHER)
    assert (raised.value.key, raised.value.code) == ("wrong_data", Exit.WRONG_DATA)
    card.open(PRINTED)
    assert card.file_read(0x0101, most=1000)


def test_a_wrong_access_number_is_told_by_its_name() -> None:
    with pytest.raises(ReaderError) as raised:
        Card(MemoryTransport(card_make())).open(Printed(can="000000"))
    assert (raised.value.key, raised.value.code) == ("wrong_card_number", Exit.WRONG_DATA)


def test_wrong_data_are_not_tried_a_second_way() -> None:
    transport = MemoryTransport(card_make())
    with pytest.raises(ReaderError):
        Card(transport).open(OTHER)
    assert 0x82 not in instructions(transport)


def test_another_kind_of_card_is_told() -> None:
    transport = MemoryTransport(card_make(), changes=lambda _, __: bytes.fromhex("6A82"))
    with pytest.raises(ReaderError) as raised:
        Card(transport).open(PRINTED)
    assert raised.value.key == "not_identity"


def test_files_come_whole_and_missing_ones_as_none() -> None:
    synthetic = card_make()
    card = Card(MemoryTransport(synthetic))
    card.open(PRINTED)
    assert card.file_read(0x011D, most=1 << 15) == synthetic.security_object
    for number, content in synthetic.groups.items():
        assert card.file_read(0x0100 | number, most=1 << 15) == content
    assert card.file_read(0x0103, most=1 << 15) is None


def test_no_piece_is_longer_than_a_short_answer_holds() -> None:
    transport = announcing(card_make(), None)
    card = Card(transport)
    card.open(PRINTED)
    card.file_read(0x011D, most=1 << 15)
    assert all(not command_parse(raw).extended for raw in transport.sent)


def test_a_file_larger_than_allowed_is_not_read() -> None:
    transport = MemoryTransport(card_make())
    card = Card(transport)
    card.open(PRINTED)
    before = len(transport.sent)
    with pytest.raises(ReaderError) as raised:
        card.file_read(0x011D, most=100)
    assert raised.value.key == "cannot_read"
    assert len(transport.sent) == before + 2


class PlainTransport:
    """A chip without protection that gives one file, `content`, and `short` bytes less than asked for."""

    answer_to_reset = b""

    def __init__(self, content: bytes, *, short: int = 0) -> None:
        self.content, self.short, self.reads = content, short, 0

    def transmit(self, raw: bytes) -> bytes:
        command = command_parse(raw)
        if command.ins != 0xB0:
            return bytes.fromhex("9000")
        self.reads += 1
        offset = command.p1 << 8 | command.p2
        data = self.content[offset : offset + max(1, (command.expected or 0) - self.short)]
        return Answer(data).encode()

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_chip_may_give_less_than_was_asked_for() -> None:
    content = tlv_encode(0x77, bytes(1000))
    assert Card(PlainTransport(content, short=3)).file_read(0x011D, most=1 << 15) == content


def test_a_file_that_ends_early_is_refused_and_does_not_go_on_for_ever() -> None:
    transport = PlainTransport(tlv_encode(0x77, bytes(1000))[:500])
    with pytest.raises(ReaderError):
        Card(transport).file_read(0x011D, most=1 << 15)
    assert transport.reads < 6


@pytest.mark.parametrize("content", [b"\x77", b"\x77\x80" + bytes(20), b"\x77\x85" + b"\xff" * 20, b"\x1f" * 20])
def test_a_file_without_a_length_is_refused(content: bytes) -> None:
    with pytest.raises(ReaderError):
        Card(PlainTransport(content)).file_read(0x011D, most=1 << 15)


def test_the_key_signs_and_a_chip_without_one_gives_nothing() -> None:
    card = Card(MemoryTransport(card_make()))
    card.open(PRINTED)
    assert card.sign(bytes(8), long=False)
    bare = Card(MemoryTransport(card_make(clone_check=False)))
    bare.open(PRINTED)
    assert bare.sign(bytes(8), long=False) is None
    assert bare.file_read(0x0101, most=1000)


@pytest.mark.parametrize("place", range(6))
def test_a_card_that_is_changed_on_the_way_is_not_read(place: int) -> None:
    seen = 0

    def change(raw: bytes, answer: bytes) -> bytes:
        nonlocal seen
        if raw[0] & 0x0C and len(answer) > 10:
            seen += 1
            if seen > place:
                return answer[:5] + bytes([answer[5] ^ 1]) + answer[6:]
        return answer

    card = Card(MemoryTransport(card_make(), changes=change))

    def read() -> None:
        card.open(PRINTED)
        for file in [0x011D, *[0x0101] * 6]:
            card.file_read(file, most=1 << 15)

    with pytest.raises(ReaderError) as raised:
        read()
    assert raised.value.key == "cannot_read"


def test_what_the_chip_holds_back_is_fetched() -> None:
    class Holding:
        answer_to_reset = b""
        sent: list[bytes] = []

        def transmit(self, raw: bytes) -> bytes:
            self.sent.append(raw)
            if raw[1] == 0xC0:
                return b"rest" + bytes.fromhex("9000")
            if raw[-1] == 0x00:
                return bytes.fromhex("6C08")
            return b"begin" + bytes.fromhex("6104")

        def close(self) -> None:
            """Nothing to let go of."""

    holding = Holding()
    assert Card(holding).send(Command(0, 0xB0, 0, 0, expected=256)) == Answer(b"beginrest")
    assert [raw.hex() for raw in holding.sent] == ["00b0000000", "00b0000008", "00c0000004"]


def test_a_chip_that_always_has_more_comes_to_an_end() -> None:
    class Endless:
        answer_to_reset = b""

        def transmit(self, raw: bytes) -> bytes:
            del raw
            return bytes(256) + bytes.fromhex("6100")

        def close(self) -> None:
            """Nothing to let go of."""

    assert Card(Endless()).send(Command(0, 0xB0, 0, 0, expected=256)).status == 0x6100


def announcing(synthetic: SyntheticCard, longest: int | None) -> MemoryTransport:
    """A chip that says by EF.ATR/INFO how long an answer may be, or says nothing."""
    transport = MemoryTransport(synthetic)
    files = transport.chip._files
    files[0x0102] = tlv_encode(0x75, bytes(5000))
    if longest is None:
        del files[0x2F01]
    else:
        numbers = tlv_encode(0x02, b"\x04\x00") + tlv_encode(0x02, longest.to_bytes(2, "big"))
        files[0x2F01] = tlv_encode(0x47, b"\x00\x00\x40") + tlv_encode(0x7F66, numbers)
    return transport


def test_a_chip_that_announces_long_answers_is_read_in_fewer_pieces() -> None:
    counts = []
    for longest in (None, 256, 1024, 2048):
        transport = announcing(card_make(), longest)
        card = Card(transport)
        card.open(PRINTED)
        before = len(transport.sent)
        assert card.file_read(0x0102, most=1 << 15) == tlv_encode(0x75, bytes(5000))
        asked = [command_parse(raw) for raw in transport.sent]
        assert all((command.expected or 0) <= max(longest or 0, 256) for command in asked if not command.cla & 0x0C)
        assert any(command.extended for command in asked) == (longest not in {None, 256})
        assert max(len(answer) for answer in transport.received) <= (longest or 256) + 2
        counts.append(len(transport.sent) - before)
    assert counts == [25, 25, 8, 5]


@pytest.mark.parametrize("last", [1, 223, 224, 240, 256, 257])
def test_no_last_piece_is_too_long_for_the_command_that_asks_for_it(last: int) -> None:
    transport = announcing(card_make(), 1024)
    content = tlv_encode(0x75, bytes(8 + 984 + last - 4))
    transport.chip._files[0x0102] = content
    card = Card(transport)
    card.open(PRINTED)
    assert card.file_read(0x0102, most=1 << 15) == content


class Scripted:
    """A chip that gives these answers, and after them an error for ever."""

    answer_to_reset = b"\x3b\x00"

    def __init__(self, answers: list[bytes]) -> None:
        self.answers, self.asked = answers, 0

    def transmit(self, raw: bytes) -> bytes:
        del raw
        self.asked += 1
        return self.answers[self.asked - 1] if self.asked <= len(self.answers) else b"\x6f\x00"

    def close(self) -> None:
        """Nothing to let go of."""


SAID = st.one_of(
    st.binary(max_size=40),
    st.tuples(st.binary(max_size=40), st.sampled_from([b"\x90\x00", b"\x62\x82", b"\x61\x10", b"\x6c\x04"])).map(
        b"".join
    ),
    st.binary(max_size=40).map(lambda data: tlv_encode(0x7C, data) + b"\x90\x00"),
    st.just(bytes.fromhex("31143012060A04007F0007020204020202010202010D9000")),
)


@given(st.lists(SAID, max_size=14))
def test_whatever_a_chip_answers_it_is_read_or_refused(answers: list[bytes]) -> None:
    scripted = Scripted(answers)
    card = Card(scripted)
    try:
        card.open(PRINTED)
        evidence_read(card, bytes(8), lambda _: None)
    except ReaderError:
        pass
    assert scripted.asked < 60


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 300), st.integers(1, 255))
def test_one_changed_byte_is_refused_or_changes_nothing_that_is_believed(turn: int, place: int, mask: int) -> None:
    count = 0

    def change(_: bytes, answer: bytes) -> bytes:
        nonlocal count
        count += 1
        if count - 1 != turn or place >= len(answer):
            return answer
        return answer[:place] + bytes([answer[place] ^ mask]) + answer[place + 1 :]

    card = Card(MemoryTransport(GENUINE, changes=change))
    try:
        card.open(PRINTED)
        evidence = evidence_read(card, bytes(8), lambda _: None)
    except ReaderError:
        return
    assert evidence.security_object == GENUINE.security_object
    assert evidence.groups == GENUINE.groups


def test_what_is_printed_is_never_shown() -> None:
    assert HOLDER.document_number not in repr(PRINTED)
    assert HOLDER.document_number not in repr(PRINTED.password)

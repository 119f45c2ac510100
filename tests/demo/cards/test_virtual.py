from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from katip.demo.cards.card import Card, Holder, card_clone, card_issue
from katip.demo.cards.issuer import country_make, signer_make
from katip.demo.cards.keys import digest_of, key_pooled
from katip.demo.cards.virtual import Chip
from katip.identity.chip.apdu import (
    Answer,
    Command,
    StatusError,
    WrongPasswordError,
    answer_parse,
)
from katip.identity.chip.bac import bac_open
from katip.identity.chip.messaging import Channel
from katip.identity.chip.pace import Password, card_access_parse, pace_open

ZEYNEP = Holder("10000000832", "Zeynep", "Misal", date(1990, 3, 4), date(2033, 5, 6), "A12B34567")
SELECT = Command(0x00, 0xA4, 0x04, 0x0C, bytes.fromhex("A0000002471001"))
CHALLENGE = bytes(range(8))
SECURITY_OBJECT, COMMON, ACCESS = 0x1D, 0x1E, 0x1C

BEGINNINGS = [
    bytes.fromhex(each) for each in ("00A40400", "00A4020C02", "00B0", "008400", "00820000", "0022C1A4", "1086")
]


@pytest.fixture(scope="module")
def card() -> Card:
    return card_issue(signer_make(country_make()), ZEYNEP, card_access_number="123456")


@pytest.fixture(params=["secp256r1", "brainpoolP256r1", "secp384r1", None])
def card_of_each_way(request: pytest.FixtureRequest, card: Card) -> Card:
    return replace(card, pace_curve=request.param)


class Reader:
    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.channel: Channel | None = None

    def clear(self, command: Command) -> Answer:
        return answer_parse(self.chip.transmit(command.encode()))

    def send(self, command: Command) -> Answer:
        if self.channel is None:
            return self.clear(command)
        return self.channel.answer_unwrap(self.clear(self.channel.command_wrap(command)))

    def open(self, card: Card) -> "Reader":
        information = card.mrz.access_information()
        if card.access:
            infos = card_access_parse(self.send(_read(ACCESS)).demand())
            self.channel = pace_open(self.clear, Password.from_mrz(information), infos)
            self.send(SELECT).demand()
        else:
            self.send(SELECT).demand()
            self.channel = bac_open(self.clear, information)
        return self

    def file(self, short_id: int) -> bytes:
        content = self.send(_read(short_id, expected=128)).demand()
        while True:
            answer = self.send(Command(0x00, 0xB0, len(content) >> 8, len(content) & 0xFF, expected=128))
            if answer.status == 0x6B00:
                return content
            content += answer.demand()


def test_everything_is_read_once_it_is_open(card_of_each_way: Card) -> None:
    card = card_of_each_way
    reader = Reader(Chip(card)).open(card)
    assert reader.file(SECURITY_OBJECT) == card.security_object
    assert {number: reader.file(number) for number in card.held} == card.held
    assert reader.file(COMMON) == card.common


def test_nothing_is_read_before_it_is_open(card: Card) -> None:
    reader = Reader(Chip(card))
    assert reader.clear(SELECT).status == 0x9000
    for short_id in (SECURITY_OBJECT, COMMON, 1, 14, 15):
        assert reader.clear(_read(short_id)) == Answer(status=0x6982)
        assert reader.clear(Command(0x00, 0xA4, 0x02, 0x0C, bytes([0x01, short_id]))) == Answer(status=0x6982)
    assert reader.clear(_sign()) == Answer(status=0x6982)


def test_whoever_does_not_know_the_printed_data_stays_outside(card_of_each_way: Card) -> None:
    wrong = replace(card_of_each_way, mrz=replace(card_of_each_way.mrz, document_number="A12B34568"))
    told: list[str] = []
    reader = Reader(Chip(card_of_each_way, told.append))
    with pytest.raises(WrongPasswordError):
        reader.open(wrong)
    assert "stays closed" in told[-1]
    reader.clear(SELECT)
    assert reader.clear(_read(1)).status == 0x6982


def test_the_status_of_a_wrong_key_is_that_of_the_book(card: Card) -> None:
    reader = Reader(Chip(card))
    reader.clear(SELECT)
    assert len(reader.clear(Command(0x00, 0x84, 0x00, 0x00, expected=8)).demand()) == 8
    assert reader.clear(Command(0x00, 0x82, 0x00, 0x00, bytes(40), expected=40)) == Answer(status=0x6300)


def test_the_six_digits_on_the_front_open_it_too(card: Card) -> None:
    reader = Reader(Chip(card))
    assert card.access
    reader.channel = pace_open(reader.clear, Password.from_can("123456"), card_access_parse(card.access))
    reader.send(SELECT).demand()
    assert reader.file(1) == card.groups[1]
    with pytest.raises(WrongPasswordError):
        pace_open(Reader(Chip(card)).clear, Password.from_can("123457"), card_access_parse(card.access))


def test_a_chip_without_pace_says_so(card: Card) -> None:
    reader = Reader(Chip(replace(card, pace_curve=None)))
    assert reader.clear(_read(ACCESS)).status == 0x6A82
    assert reader.clear(Command(0x00, 0x22, 0xC1, 0xA4, b"\x83\x01\x01")).status == 0x6D00


def test_the_genuine_chip_signs_the_challenge_and_its_clone_cannot(card: Card) -> None:
    assert card.key
    public = card.key.private.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)

    def signed(card: Card) -> None:
        answer = Reader(Chip(card)).open(card).send(_sign()).demand()
        halves = (int.from_bytes(answer[i : i + 32], "big") for i in (0, 32))
        public.verify(encode_dss_signature(*halves), CHALLENGE, ec.ECDSA(SHA256()))

    signed(card)
    with pytest.raises(InvalidSignature):
        signed(card_clone(card))


@pytest.mark.parametrize("hash_name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
def test_rsa_answers_recover_to_the_challenges_hash(hash_name: str) -> None:
    key = key_pooled()
    card = card_issue(signer_make(country_make()), ZEYNEP, key=key, answer_hash=hash_name)
    answer = Reader(Chip(card)).open(card).send(_sign(expected=65536)).demand()
    public = key.private.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    numbers = public.public_numbers()
    block = pow(int.from_bytes(answer, "big"), numbers.e, numbers.n).to_bytes(256, "big")
    trailer = 1 if hash_name == "sha1" else 2
    digest = digest_of(hash_name, b"")
    body, found = block[1 : -trailer - len(digest)], block[-trailer - len(digest) : -trailer]
    assert block[0] == 0x6A
    assert found == digest_of(hash_name, body + CHALLENGE)


def test_an_answer_longer_than_asked_for_is_not_sent() -> None:
    card = card_issue(signer_make(country_make()), ZEYNEP, key=key_pooled())
    reader = Reader(Chip(card)).open(card)
    with pytest.raises(StatusError, match="6700"):
        reader.send(_sign())  # 256 bytes and their protection in a short answer


def test_a_chip_without_a_key_knows_no_signing(card: Card) -> None:
    bare = card_issue(signer_make(country_make()), ZEYNEP, clone_check=False)
    assert Reader(Chip(bare)).open(bare).send(_sign()).status == 0x6D00


def test_a_message_changed_on_the_way_closes_the_channel(card: Card) -> None:
    told: list[str] = []
    chip = Chip(card, told.append)
    reader = Reader(chip).open(card)
    assert reader.channel
    protected = bytearray(reader.channel.command_wrap(_read(1)).encode())
    protected[-3] ^= 1  # in the checksum
    assert answer_parse(chip.transmit(bytes(protected))).status == 0x6988
    assert "changed on the way" in told[-1]
    with pytest.raises(StatusError):
        reader.send(_read(1)).demand()


def test_speaking_in_the_clear_and_a_reset_close_the_channel(card: Card) -> None:
    closings: list[Callable[[Chip], object]] = [lambda chip: chip.transmit(SELECT.encode()), Chip.reset]
    for close in closings:
        reader = Reader(Chip(card)).open(card)
        close(reader.chip)
        with pytest.raises(StatusError, match="6988"):
            reader.send(SELECT)


def test_what_the_reader_does_is_told_in_plain_words_and_without_data(card: Card) -> None:
    told: list[str] = []
    reader = Reader(Chip(card, told.append)).open(card)
    reader.file(SECURITY_OBJECT)
    reader.file(1)
    reader.send(_sign()).demand()
    assert told == [
        "The reader reads how it can be opened.",
        "The reader knows the printed data; the chip opens (PACE).",
        "The reader asks for the identity application.",
        "The reader reads the security object.",
        "The reader reads data group 1.",
        "The reader asks the chip to sign the challenge.",
    ]


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\x00\xa4", bytes(5), bytes(300), b"\xff" * 9, b"\x0c\xb0\x9d\x00\x00"])
def test_whatever_is_sent_an_answer_comes(card: Card, raw: bytes) -> None:
    answer = answer_parse(Chip(card).transmit(raw))
    assert answer.status != 0x9000
    assert not answer.data


def _read(short_id: int, expected: int = 0x80) -> Command:
    return Command(0x00, 0xB0, 0x80 | short_id, 0x00, expected=expected)


def _sign(expected: int = 256) -> Command:
    return Command(0x00, 0x88, 0x00, 0x00, CHALLENGE, expected=expected)


@given(st.lists(st.binary(max_size=40) | st.builds(bytes.__add__, st.sampled_from(BEGINNINGS), st.binary(max_size=60))))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_row_of_bytes_brings_the_chip_down(card: Card, rows: list[bytes]) -> None:
    chip = Chip(card)
    for raw in rows:
        assert len(chip.transmit(raw)) >= 2

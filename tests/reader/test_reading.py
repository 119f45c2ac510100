"""What is read off an open chip."""

import pytest

from katip.demo.cards.card import card_edit
from katip.demo.cards.keys import key_ec, key_pooled
from katip.identity.chip.apdu import command_parse
from katip.reader.card import Card
from katip.reader.errors import ReaderError
from katip.reader.reading import evidence_read
from tests.reader.doubles import CHALLENGE, MemoryTransport, card_make
from tests.reader.test_card import PRINTED


def opened(transport: MemoryTransport) -> Card:
    card = Card(transport)
    card.open(PRINTED)
    return card


def test_what_the_security_object_lists_is_read_and_the_challenge_signed() -> None:
    synthetic = card_make()
    stages: list[str] = []
    evidence = evidence_read(opened(MemoryTransport(synthetic)), CHALLENGE, stages.append)
    assert evidence.security_object == synthetic.security_object
    assert evidence.groups == synthetic.groups
    assert evidence.signature
    assert stages == ["reading", "signing"]


def test_a_chip_without_a_key_is_read_all_the_same() -> None:
    stages: list[str] = []
    evidence = evidence_read(opened(MemoryTransport(card_make(clone_check=False))), CHALLENGE, stages.append)
    assert (set(evidence.groups), evidence.signature, stages) == ({1}, None, ["reading"])


def test_what_the_security_object_does_not_list_is_not_read() -> None:
    bare, full = card_make(clone_check=False), card_make()
    transport = MemoryTransport(bare)
    transport.chip._files.update({0x0100 | number: full.groups[number] for number in (14, 15)})
    assert set(evidence_read(opened(transport), CHALLENGE, lambda _: None).groups) == {1}


def test_ef_com_is_not_asked() -> None:
    transport = MemoryTransport(card_make())
    told: list[str] = []
    transport.chip._tell = told.append
    evidence_read(opened(transport), CHALLENGE, lambda _: None)
    assert told
    assert not any("list of what it has" in sentence for sentence in told)


def test_a_listed_group_that_the_chip_lacks_is_left_to_the_server() -> None:
    synthetic = card_make()
    object.__setattr__(synthetic, "groups", {1: synthetic.groups[1]})
    evidence = evidence_read(opened(MemoryTransport(synthetic)), CHALLENGE, lambda _: None)
    assert (set(evidence.groups), evidence.signature) == ({1}, None)


def test_a_security_object_that_nobody_understands_is_handed_over() -> None:
    synthetic = card_make()
    object.__setattr__(synthetic, "security_object", b"\x77\x03\x30\x01\x00")
    evidence = evidence_read(opened(MemoryTransport(synthetic)), CHALLENGE, lambda _: None)
    assert (evidence.security_object, set(evidence.groups)) == (b"\x77\x03\x30\x01\x00", {1})


def test_an_edited_card_is_handed_over_for_the_server_to_refuse() -> None:
    edited = card_edit(card_make(), given_names="ELIF")
    evidence = evidence_read(opened(MemoryTransport(edited)), CHALLENGE, lambda _: None)
    assert evidence.groups[1] == edited.groups[1]


@pytest.mark.parametrize(
    ("key", "long"),
    [(key_ec(), False), (key_ec("secp521r1", explicit=True), False), (key_pooled(1024), False), (key_pooled(), True)],
)
def test_only_long_keys_are_asked_with_extended_lengths(key: object, long: bool) -> None:
    transport = MemoryTransport(card_make(key=key))
    assert evidence_read(opened(transport), CHALLENGE, lambda _: None).signature
    asked = [command_parse(raw) for raw in transport.sent if raw[1] == 0x88]
    assert [command.extended for command in asked] == [long]


def test_a_card_without_a_security_object_is_an_error() -> None:
    synthetic = card_make()
    transport = MemoryTransport(synthetic)
    del transport.chip._files[0x011D]
    with pytest.raises(ReaderError) as raised:
        evidence_read(opened(transport), CHALLENGE, lambda _: None)
    assert raised.value.key == "cannot_read"


def test_evidence_is_never_shown() -> None:
    evidence = evidence_read(opened(MemoryTransport(card_make())), CHALLENGE, lambda _: None)
    assert repr(evidence) == "Evidence(groups=[1, 14, 15], signed=True)"

"""Basic access control, against the worked example of Doc 9303-11, appendix D."""

from collections.abc import Callable

import pytest

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, WrongPasswordError
from katip.identity.chip.bac import BacChip, BacReader, Keys, bac_open

INFORMATION = "L898902C<369080619406236"
CHIP_NONCE = bytes.fromhex("4608F91988702212")
READER_NONCE = bytes.fromhex("781723860C06C226")
READER_HALF = bytes.fromhex("0B795240CB7049B01C19B33E32804F0B")
CHIP_HALF = bytes.fromhex("0B4F80323EB3191CB04970CB4052790B")
TOKEN = "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F25F1448EEA8AD90A7"
ANSWER = "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F2F2D235D074D7449"


def drawing(*values: bytes) -> Callable[[int], bytes]:
    """A source of randomness that gives these, of the lengths asked for."""
    left = list(values)

    def draw(length: int) -> bytes:
        value = left.pop(0)
        assert len(value) == length
        return value

    return draw


def chip_transmit(chip: BacChip) -> Callable[[Command], Answer]:
    """A chip's two commands as an applet answers them."""

    def send(command: Command) -> Answer:
        if command.ins == 0x84:
            return Answer(chip.challenge())
        try:
            return Answer(chip.answer(command.data)[0])
        except ProtocolError:
            return Answer(status=0x6300)

    return send


def test_the_printed_data_give_the_keys_of_the_worked_example() -> None:
    keys = Keys(INFORMATION)
    assert keys.encryption.hex().upper() == "AB94FDECF2674FDFB9B391F85D7F76F2"
    assert keys.checksum.hex().upper() == "7962D9ECE03D1ACD4C76089DCE131543"


def test_the_reader_sends_the_commands_of_the_worked_example() -> None:
    script = [("0084000008", CHIP_NONCE.hex()), ("0082000028" + TOKEN + "28", ANSWER)]
    sent: list[str] = []

    def send(command: Command) -> Answer:
        sent.append(command.encode().hex().upper())
        return Answer(bytes.fromhex(script[len(sent) - 1][1]))

    channel = bac_open(send, INFORMATION, draw=drawing(READER_NONCE, READER_HALF))
    assert sent == [expected for expected, _ in script]
    wrapped = channel.command_wrap(Command(0x00, 0xA4, 0x02, 0x0C, bytes.fromhex("011E")))
    assert wrapped.encode().hex().upper() == "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800"


def test_the_chip_answers_as_the_worked_example_does() -> None:
    chip = BacChip(INFORMATION, draw=drawing(CHIP_NONCE, CHIP_HALF))
    assert chip.challenge() == CHIP_NONCE
    answer, _ = chip.answer(bytes.fromhex(TOKEN))
    assert answer.hex().upper() == ANSWER


def test_both_sides_end_in_the_same_channel() -> None:
    chip, reader = BacChip(INFORMATION), BacReader(INFORMATION)
    token = reader.token(chip.challenge())
    answer, theirs = chip.answer(token)
    ours = reader.channel(answer)
    command = Command(0x00, 0xB0, 0x81, 0x00, expected=8)
    assert theirs.command_unwrap(ours.command_wrap(command)) == command


def test_other_printed_data_are_told_from_a_broken_card() -> None:
    with pytest.raises(WrongPasswordError):
        bac_open(chip_transmit(BacChip(INFORMATION)), "L898902C<369080619406244")

    def send(command: Command) -> Answer:
        return Answer(status=0x6D00) if command.ins == 0x82 else Answer(CHIP_NONCE)

    with pytest.raises(StatusError) as raised:
        bac_open(send, INFORMATION)
    assert raised.value.status == 0x6D00


def test_a_chip_that_does_not_know_the_printed_data_is_refused() -> None:
    foreign = BacChip("D23145890734934071279507122")
    reader = BacReader(INFORMATION)
    with pytest.raises(WrongPasswordError):
        foreign.answer(reader.token(foreign.challenge()))
    with pytest.raises(WrongPasswordError):
        reader.channel(bytes(40))


def test_a_token_serves_for_its_own_challenge_and_once() -> None:
    chip, reader = BacChip(INFORMATION), BacReader(INFORMATION)
    old = reader.token(chip.challenge())
    chip.challenge()
    with pytest.raises(ProtocolError):
        chip.answer(old)
    token = reader.token(chip.challenge())
    chip.answer(token)
    with pytest.raises(ProtocolError):
        chip.answer(token)


def test_an_answer_to_another_reader_is_refused() -> None:
    chip, reader, other = BacChip(INFORMATION), BacReader(INFORMATION), BacReader(INFORMATION)
    nonce = chip.challenge()
    answer, _ = chip.answer(other.token(nonce))
    reader.token(nonce)
    with pytest.raises(ProtocolError):
        reader.channel(answer)


@pytest.mark.parametrize("length", [0, 7, 9, 39, 41])
def test_lengths_are_strict(length: int) -> None:
    with pytest.raises(ProtocolError):
        BacReader(INFORMATION).token(bytes(length))
    chip = BacChip(INFORMATION)
    chip.challenge()
    with pytest.raises(ProtocolError):
        chip.answer(bytes(length))

"""PACE, against the worked examples of Doc 9303-11, appendix G, and both sides against each other."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, WrongPasswordError
from katip.identity.chip.groups import Group
from katip.identity.chip.messaging import Channel
from katip.identity.chip.pace import (
    PaceChip,
    PaceInfo,
    Password,
    PasswordKind,
    card_access_build,
    card_access_parse,
    pace_info,
    pace_open,
    preferred,
)
from katip.identity.chip.standard_groups import CURVES, RESIDUES
from katip.identity.chip.suites import AES_128, AES_192, AES_256, PASSWORD, TRIPLE_DES, Suite

INFORMATION = "T22000129364081251010318"
MRZ = Password.from_mrz(INFORMATION)
CAN = Password.from_can("482913")
ECDH = PaceInfo(bytes.fromhex("04007F00070202040202"), 13)


@dataclass(frozen=True)
class Example:
    """One of the appendix's conversations: the secrets of both sides, and every byte between them."""

    card_access: str
    nonce: str
    reader_secrets: tuple[int, int]
    chip_secrets: tuple[int, int]
    exchanges: list[tuple[str, str]]


EC_EXAMPLE = Example(
    card_access="31143012060A04007F0007020204020202010202010D",
    nonce="3F00C4D39D153F2B2A214A078D899B22",
    reader_secrets=(
        0x7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99,
        0xA73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595,
    ),
    chip_secrets=(
        0x498FF49756F2DC1587840041839A85982BE7761D14715FB091EFA7BCE9058560,
        0x107CF58696EF6155053340FD633392BA81909DF7B9706F226F32086C7AFF974A,
    ),
    exchanges=[
        ("0022C1A40F800A04007F00070202040202830101", "9000"),
        ("10860000027C0000", "7C12801095A3A016522EE98D01E76CB6B98B42C39000"),
        (
            (
                "10860000457C438141047ACF3EFC982EC45565A4B155129EFBC74650DCBFA6362D896FC70262E0C2CC5E"
                "544552DCB6725218799115B55C9BAA6D9F6BC3A9618E70C25AF71777A9C4922D00"
            ),
            (
                "7C43824104824FBA91C9CBE26BEF53A0EBE7342A3BF178CEA9F45DE0B70AA601651FBA3F57"
                "30D8C879AAA9C9F73991E61B58F4D52EB87A0A0C709A49DC63719363CCD13C549000"
            ),
        ),
        (
            (
                "10860000457C438341042DB7A64C0355044EC9DF190514C625CBA2CEA48754887122F3A5EF0D5EDD301C"
                "3556F3B3B186DF10B857B58F6A7EB80F20BA5DC7BE1D43D9BF850149FBB3646200"
            ),
            (
                "7C438441049E880F842905B8B3181F7AF7CAA9F0EFB743847F44A306D2D28C1D9EC65DF6DB"
                "7764B22277A2EDDC3C265A9F018F9CB852E111B768B326904B59A0193776F0949000"
            ),
        ),
        ("008600000C7C0A8508C2B0BD78D94BA86600", "7C0A86083ABB9674BCE93C089000"),
    ],
)

RESIDUE_EXAMPLE = Example(
    card_access="31143012060A04007F00070202040102020102020100",
    nonce="FA5B7E3E49753A0DB9178B7B9BD898C8",
    reader_secrets=(0x5265030F751F4AD18B08AC565FC7AC952E41618D, 0x89CCD99B0E8D3B1F11E1296DCA68EC53411CF2CA),
    chip_secrets=(0x66DDAFEAC1609CB5B963BB0CB3FF8B3E047F336C, 0xA5B780126B7C980E9FCEA1D4539DA1D27C342DFA),
    exchanges=[
        ("0022C1A40F800A04007F00070202040102830101", "9000"),
        ("10860000027C0000", "7C128010854D8DF5827FA6852D1A4FA701CDDDCA9000"),
        (
            (
                "10860000867C818381818023FB3749EA030D2A25B278D2A562047ADE3F01B74F17A15402CB7352CA7D2B3E"
                "B71C343DB13D1DEBCE9A3666DBCFC920B49174A602CB47965CAA73DC702489A44D41DB914DE9613DC5E98C94"
                "160551C0DF86274B9359BC0490D01B03AD54022DCB4F57FAD6322497D7A1E28D46710F461AFE710FBBBC5F8B"
                "A166F4311975EC6C00"
            ),
            (
                "7C818382818078879F57225AA8080D52ED0FC890A4B25336F699AA89A2D3A189654AF70729E623EA5738B263"
                "81E4DA19E004706FACE7B235C2DBF2F38748312F3C98C2DD4882A41947B324AA1259AC22579DB93F7085655A"
                "F30889DBB845D9E6783FE42C9F2449400306254C8AE8EE9DD812A804C0B66E8CAFC14F84D8258950A91B4412"
                "6EE69000"
            ),
        ),
        (
            (
                "10860000867C8183838180907D89E2D425A178AA81AF4A7774EC8E388C115CAE67031E85EECE520BD911551B"
                "9AE4D04369F29A02626C86FBC6747CC7BC352645B6161A2A42D44EDA80A08FA8D61B76D3A154AD8A5A51786B"
                "0BC07147057871A922212C5F67F43173172236B7747D1671E6D692A3C7D40A0C3C5CE397545D015C175EB513"
                "0551EDBC2EE5D400"
            ),
            (
                "7C8183848180075693D9AE941877573E634B6E644F8E60AF17A0076B8B123D9201074D36152BD8B3A213F538"
                "20C42ADC79AB5D0AEEC3AEFB91394DA476BD97B9B14D0A65C1FC71A0E019CB08AF55E1F729005FBA7E3FA5DC"
                "41899238A250767A6D46DB974064386CD456743585F8E5D90CC8B4004B1F6D866C79CE0584E49687FF61BC29"
                "AEA19000"
            ),
        ),
        ("008600000C7C0A8508B46DD9BD4D98381F00", "7C1B8608917F37B5C0E6D8D1870F4445544553544356434130303030339000"),
    ],
)
EXAMPLES = [EC_EXAMPLE, RESIDUE_EXAMPLE]


def drawing(exponents: tuple[int, int]) -> Callable[[Group[Any]], int]:
    """A source of secrets that gives these."""
    left = list(exponents)
    return lambda _: left.pop(0)


def transmit(chip: PaceChip) -> Callable[[Command], Answer]:
    """A chip's commands as an applet answers them."""

    def send(command: Command) -> Answer:
        try:
            if command.ins == 0x22:
                chip.select(command.data)
                return Answer()
            return Answer(chip.step(command.data))
        except WrongPasswordError:
            return Answer(status=0x6300)
        except ProtocolError:
            return Answer(status=0x6A80)

    return send


def chip_make(*infos: PaceInfo, **sources: Any) -> PaceChip:
    return PaceChip(infos or (ECDH,), {PasswordKind.MRZ: MRZ, PasswordKind.CAN: CAN}, **sources)


def talk(reader: Channel, chip: Channel | None) -> None:
    """Both are ends of one channel."""
    assert chip is not None
    command = Command(0x00, 0xB0, 0x81, 0x00, expected=8)
    assert chip.command_unwrap(reader.command_wrap(command)) == command
    assert reader.answer_unwrap(chip.answer_wrap(Answer(b"answer"))) == Answer(b"answer")


def test_the_password_key_is_that_of_the_worked_example() -> None:
    assert MRZ.secret.hex().upper() == "7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"
    assert AES_128.derive(MRZ.secret, PASSWORD).hex().upper() == "89DED1B26624EC1E634C1989302849DD"


def test_the_mapped_generator_is_that_of_the_worked_example() -> None:
    curve = CURVES[13]
    theirs = curve.decode(bytes.fromhex(EC_EXAMPLE.exchanges[2][1][8:-4]))
    mapped = curve.map(bytes.fromhex(EC_EXAMPLE.nonce), curve.power(theirs, EC_EXAMPLE.reader_secrets[0]))
    assert mapped.x == 0x8CED63C91426D4F0EB1435E7CB1D74A46723A0AF21C89634F65A9AE87A9265E2
    assert mapped.y == 0x8C879506743F8611AC33645C5B985C80B5F09A0B83407C1B6A4D857AE76FE522


@pytest.mark.parametrize("example", EXAMPLES, ids=["curve", "residues"])
def test_the_reader_speaks_as_the_worked_example_does(example: Example) -> None:
    infos = card_access_parse(bytes.fromhex(example.card_access))
    sent: list[str] = []

    def send(command: Command) -> Answer:
        sent.append(command.encode().hex().upper())
        raw = bytes.fromhex(example.exchanges[len(sent) - 1][1])
        return Answer(raw[:-2], int.from_bytes(raw[-2:], "big"))

    pace_open(send, MRZ, infos, draw=drawing(example.reader_secrets))
    assert sent == [command for command, _ in example.exchanges]


@pytest.mark.parametrize("example", EXAMPLES, ids=["curve", "residues"])
def test_the_chip_speaks_as_the_worked_example_does(example: Example) -> None:
    infos = card_access_parse(bytes.fromhex(example.card_access))
    chip = chip_make(*infos, draw=drawing(example.chip_secrets), draw_nonce=lambda _: bytes.fromhex(example.nonce))
    reader = pace_open(transmit(chip), MRZ, infos, draw=drawing(example.reader_secrets))
    talk(reader, chip.channel)

    again = chip_make(*infos, draw=drawing(example.chip_secrets), draw_nonce=lambda _: bytes.fromhex(example.nonce))
    again.select(bytes.fromhex(example.exchanges[0][0][10:]))
    for command, answer in example.exchanges[1:-1]:
        assert again.step(bytes.fromhex(command[10:-2])).hex().upper() == answer[:-4]
    token = again.step(bytes.fromhex(example.exchanges[-1][0][10:-2]))
    assert token.hex().upper()[4:24] == example.exchanges[-1][1][4:24]


def test_the_worked_example_ends_in_its_session_keys() -> None:
    chip = chip_make(draw=drawing(EC_EXAMPLE.chip_secrets), draw_nonce=lambda _: bytes.fromhex(EC_EXAMPLE.nonce))
    channel = pace_open(transmit(chip), MRZ, [ECDH], draw=drawing(EC_EXAMPLE.reader_secrets))
    assert channel._encryption_key.hex().upper() == "F5F0E35C0D7161EE6724EE513A0D9A7F"
    assert channel._checksum_key.hex().upper() == "FE251C7858B356B24514B3BD5F4297D1"


@pytest.mark.parametrize(
    ("suite", "parameters"),
    [
        *((AES_256, parameters) for parameters in (*CURVES, *RESIDUES)),
        *((suite, parameters) for suite in (TRIPLE_DES, AES_128, AES_192) for parameters in (0, 13)),
    ],
)
@pytest.mark.parametrize("integrated", [False, True])
def test_every_group_suite_and_mapping_opens(suite: Suite, parameters: int, integrated: bool) -> None:
    info = pace_info(suite=suite, parameters=parameters, integrated=integrated)
    chip = chip_make(info)
    talk(pace_open(transmit(chip), CAN, [info]), chip.channel)


def test_of_several_ways_the_strongest_curve_is_taken_and_named() -> None:
    infos = (
        pace_info(suite=AES_256, parameters=2),
        pace_info(suite=AES_128, parameters=13),
        pace_info(suite=AES_256, parameters=13),
        pace_info(suite=AES_256, parameters=17),
        PaceInfo(bytes.fromhex("04007F00070202040404"), 13),
        PaceInfo(bytes.fromhex("04007F00070202040604"), 13),
    )
    chosen = preferred(infos)
    assert chosen == infos[2]
    chip, sent = chip_make(*infos), []

    def send(command: Command) -> Answer:
        sent.append(command)
        return transmit(chip)(command)

    talk(pace_open(send, MRZ, infos), chip.channel)
    assert sent[0].data.hex().upper() == "800A04007F0007020204020483010184010D"


def test_chip_authentication_mapping_opens_as_the_generic_one() -> None:
    info = PaceInfo(bytes.fromhex("04007F00070202040602"), 13)
    chip = chip_make(info)
    talk(pace_open(transmit(chip), MRZ, [info]), chip.channel)


@pytest.mark.parametrize("wrong", [Password.from_mrz("T22000129364081251010319"), Password.from_can("482914")])
def test_a_wrong_password_is_told_and_the_right_one_opens_afterwards(wrong: Password) -> None:
    chip = chip_make()
    with pytest.raises(WrongPasswordError):
        pace_open(transmit(chip), wrong, [ECDH])
    assert chip.channel is None
    talk(pace_open(transmit(chip), MRZ, [ECDH]), chip.channel)


def test_a_chip_that_does_not_know_the_password_is_refused() -> None:
    chip = PaceChip([ECDH], {PasswordKind.MRZ: Password.from_mrz("other")})
    send = transmit(chip)

    def forging(command: Command) -> Answer:
        answer = send(command)
        return Answer(bytes.fromhex("7C0A8608") + bytes(8)) if answer.status == 0x6300 else answer

    with pytest.raises(WrongPasswordError):
        pace_open(forging, MRZ, [ECDH])


def test_what_the_chip_lacks_is_an_error_of_its_own() -> None:
    chip = PaceChip([ECDH], {PasswordKind.MRZ: MRZ})
    with pytest.raises(StatusError):
        pace_open(transmit(chip), CAN, [ECDH])
    with pytest.raises(ProtocolError, match="no way"):
        pace_open(transmit(chip), MRZ, [PaceInfo(ECDH.protocol, 8)])


def test_our_own_key_sent_back_is_refused() -> None:
    def mirror(command: Command) -> Answer:
        if command.ins == 0x22:
            return Answer()
        if command.data == b"\x7c\x00":
            return Answer(bytes.fromhex("7C128010") + bytes(16))
        return Answer(command.data[:2] + bytes([command.data[2] + 1]) + command.data[3:])

    with pytest.raises(ProtocolError, match="own key"):
        pace_open(mirror, MRZ, [ECDH])


def test_the_chip_takes_its_steps_in_order_only() -> None:
    chip = chip_make()
    with pytest.raises(ProtocolError, match="selected"):
        chip.step(b"\x7c\x00")
    chip.select(bytes.fromhex("800A04007F00070202040202830101"))
    with pytest.raises(ProtocolError):
        chip.step(bytes.fromhex(EC_EXAMPLE.exchanges[2][0][10:-2]))
    chip.step(b"\x7c\x00")
    with pytest.raises(ProtocolError):
        chip.step(bytes.fromhex(EC_EXAMPLE.exchanges[3][0][10:-2]))


@pytest.mark.parametrize("data", ["", "800A04007F00070202040202830103", "800A04007F00070202040203830101", "8301018301"])
def test_the_chip_takes_only_ways_and_passwords_it_has(data: str) -> None:
    with pytest.raises(ProtocolError):
        chip_make().select(bytes.fromhex(data))


def test_card_access_is_written_as_it_is_read() -> None:
    infos = (ECDH, pace_info(suite=AES_256, parameters=2))
    assert card_access_parse(card_access_build(infos)) == infos
    assert card_access_build([ECDH]).hex().upper() == EC_EXAMPLE.card_access


def test_what_else_card_access_lists_is_left_out() -> None:
    # chip authentication, an explicit group, a first version of PACE, a way in without a number, and one way in
    listed = bytes.fromhex(
        "3012060A04007F0007020203020202010202010D"
        "300F060A04007F00070202040202" + "3001" + "00"
        "3012060A04007F0007020204020202010102010D"
        "300F060A04007F00070202040202020102"
        "3012060A04007F0007020204020202010202010D"
    )
    data = b"\x31" + bytes([len(listed)]) + listed
    assert card_access_parse(data) == (ECDH,)


@pytest.mark.parametrize("data", ["", "3000", "3103300000", "31023000", "310430020500", "3114" + "00" * 19])
def test_malformed_card_access_is_refused(data: str) -> None:
    with pytest.raises(ProtocolError):
        card_access_parse(bytes.fromhex(data))


@given(st.binary(max_size=200))
def test_any_bytes_for_card_access_are_read_or_refused(data: bytes) -> None:
    for each in (data, b"\x31" + bytes([len(data) % 128]) + data[:127]):
        try:
            card_access_parse(each)
        except ProtocolError:
            continue


@given(st.integers(0, 4), st.binary(max_size=80), st.integers(0, 0xFFFF))
def test_any_answer_to_a_step_is_refused(step: int, data: bytes, status: int) -> None:
    taken = -1

    def send(command: Command) -> Answer:
        nonlocal taken
        taken += 1
        raw = bytes.fromhex(EC_EXAMPLE.exchanges[taken][1])
        return Answer(data, status) if taken == step else Answer(raw[:-2], 0x9000)

    if step == 0:
        status = max(status, 0x9001)
    with pytest.raises(ProtocolError):
        pace_open(send, MRZ, [ECDH], draw=lambda _: 12345)


@given(st.lists(st.binary(max_size=80), max_size=6))
def test_any_steps_leave_the_chip_closed(steps: list[bytes]) -> None:
    chip = chip_make()
    chip.select(bytes.fromhex("800A04007F00070202040202830101"))
    for data in steps:
        try:
            chip.step(data)
        except ProtocolError:
            continue
    assert chip.channel is None

"""PACE's integrated mapping, against the worked examples of Doc 9303-11, appendix H."""

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.identity.chip.apdu import Answer, Command, ProtocolError
from katip.identity.chip.integrated import generator_integrated, pseudo_random
from katip.identity.chip.pace import PaceInfo, Password, pace_open
from katip.identity.chip.standard_groups import CURVES, RESIDUES
from katip.identity.chip.suites import AES_128, AES_256

KEY = bytes.fromhex("591468CDA83D65219CCCB8560233600F")


@dataclass(frozen=True)
class Example:
    """Nonces, what they give, and the agreement that follows, in hexadecimal."""

    parameters: int
    sealed: str
    chip_nonce: str
    reader_nonce: str
    random: str
    generator: str
    secret: str
    public: str
    other: str
    shared: str
    encryption_key: str
    checksum_key: str
    protocol: str
    tokens: tuple[str, str]


CURVE = Example(
    parameters=13,
    sealed="143DC40C08C8E891FBED7DEDB92B64AD",
    chip_nonce="2923BE84E16CD6AE529049F1F1BBE9EB",
    reader_nonce="5DD4CBFC96F5453B130D890A1CDBAE32",
    random="E4447E2DFB3586BAC05DDB00156B57FBB2179A3949294C97254189800C517BAA8DA0FF397ED8C445D3E421E4FEB57322",
    generator="048E82D31559ED0FDE92A4D0498ADD3C23BABA94FB77691E31E90AEA77FB17D427"
    "4C1AE14BD0C3DBAC0C871B7F3608169364437CA30AC243A089D3F266C1E60FAD",
    secret="A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595",
    public="0489CBA23FFE96AA18D824627C3E934E54A9FD0B87A95D1471DC1C0ABFDCD640D4"
    "6755DE9B7B778280B6BEBD57439ADFEB0E21FD4ED6DF42578C13418A59B34C37",
    other="0467F78E5F7F7686082B293E8D087E056916D0F74BC01A5F8957D0DE45691E51E8"
    "932B69A962B52A0985AD2C0A271EE6A13A8ADDDCD1A3A994B9DED257F4D22753",
    shared="4F150FDE1D4F0E38E95017B891BAE17133A0DF45B0D3E18B60BA7BEAFDC2C713",
    encryption_key="0D3FEB33251A6370893D62AE8DAAF51B",
    checksum_key="B01E89E3D9E8719E586B50B4A7506E0B",
    protocol="04007F00070202040402",
    tokens=("450F02B86F6A0909", "75D4D96E8D5B0308"),
)

RESIDUE = Example(
    parameters=0,
    sealed="9ABB8864CA0FF1551E620D1EF4E13510",
    chip_nonce="FA5B7E3E49753A0DB9178B7B9BD898C8",
    reader_nonce="B3A6DB3C870C3E99245E0D1C06B747DE",
    random="EAB98D13E09052952AA729907C3C946184DEA0FE74AD2B3AF506F0A83018459C38099CD1F7FF4EA0A078DB1FAC136550"
    "5E3DC85500EF95E20B4EEF2E88489233BEE0546B472F994B618D168702406791DEEF3CB4810932EC278F3533FDB860EB"
    "4835C36FA4F1BF3FA0B828A718C96BDE88FBA38A3E6C35AAA10959251EB5FC710FC187258995944C0F926E249373F485",
    generator="1D7D767F11E333BCD6DBAEF40E799E7A926B96973550656FF3C830726D118D61C276CDCC61D475CF03A98E0C0E79CAEB"
    "A5BE25578BD4551D0B10903236F0B0F976852FA78EEA14EA0ACA87D1E91F688FE0DFF897BBE35A472621D343564B262F"
    "34223AE8FC59B664BFEDFA2BFE7516CA5510A6BBB633D517EC25D4E0BBAA16C2",
    secret="4BD0E54740F9A028E6A515BFDAF967848C4F5F5FFF65AA0915947FFD1A0DF2FA6981271BC905F3551457B7E03AC3B806"
    "6DE4AA406C1171FB43DD939C4BA16175103BA3DEE16419AA248118F90CC36A3D6F4C373652E0C3CCE7F0F1D0C5425B36"
    "00F0F0D6A67F004C8BBA33F2B4733C7252445C1DFC4F1107203F71D2EFB28161",
    public="0F0CC62945A8029251FB7EF3C094E12EC68E4EF07F27CB9D9CD04C5C4250FAE0E4F8A951557E929AEB48E5C6DD47F2F5"
    "CD7C351A9BD2CD722C07EDE166770F08FFCB370262CF308DD7B07F2E0DA9CAAA1492344C852906919538C98A4BA4187E"
    "76CE9D87832386D319CE2E043C3343AEAE6EDBA1A9894DC5094D22F7FE1351D5",
    other="928D9A0F9DBA450F13FC859C6F290D1D36E42431138A4378500BEB4E0401854CFF111F71CB6DC1D0335807A11388CC8E"
    "AA87B07907AAD9FBA6B169AF6D8C26AF8DDDC39ADC3AD2E3FF882B84D23E9768E95A80E4746FB07A9767679FE92133B4"
    "D379935C771BD7FBED6C7BB4B1708B275EA75679524CDC9C6A91370CC662A2F3",
    shared="419410D6C0A17A4C07C54872CE1CBCEB0A2705C1A434C8A89A4CFE41F1D78124CA7EC52BDE7615E5345E48AB1ABB6E7D"
    "1D59A57F3174084D3CA4570397C1F62228BDFDB2DA191EA2239E2C060DBE3BBC23C2FCD0AF12E0F9E0B99FCF91FF1959"
    "011D5798B2FCBC1F14FCC24E441F4C8F9B08D977E9498560E63E7FFAB3134EA7",
    encryption_key="01AFC10CF87BE36D8179E87370171F07",
    checksum_key="23F0FBD05FD6C7B8B88F4C8309669061",
    protocol="04007F00070202040302",
    tokens=("55D61977CBF5307E", "C2F04230187E1525"),
)

GROUPS: dict[int, Any] = {13: CURVES[13], 0: RESIDUES[0]}


@pytest.mark.parametrize("example", [CURVE, RESIDUE], ids=["curve", "residues"])
def test_the_nonces_give_the_generator_of_the_worked_example(example: Example) -> None:
    group = GROUPS[example.parameters]
    chip, reader = bytes.fromhex(example.chip_nonce), bytes.fromhex(example.reader_nonce)
    assert AES_128.decrypt(KEY, bytes.fromhex(example.sealed)) == chip
    assert pseudo_random(AES_128, group.p, chip, reader) == bytes.fromhex(example.random)
    generator = generator_integrated(AES_128, group, chip_nonce=chip, reader_nonce=reader)
    assert group.encode(generator) == bytes.fromhex(example.generator)
    assert group.encode(group.power(generator, int(example.secret, 16))) == bytes.fromhex(example.public)
    theirs = group.decode(bytes.fromhex(example.other))
    assert group.secret(group.power(theirs, int(example.secret, 16))) == bytes.fromhex(example.shared)


@pytest.mark.parametrize("example", [CURVE, RESIDUE], ids=["curve", "residues"])
def test_the_reader_ends_in_the_channel_of_the_worked_example(
    example: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(AES_128), "decrypt", lambda *_, **__: bytes.fromhex(example.chip_nonce))
    sent: list[bytes] = []

    def wrapped(tag: int, value: str) -> Answer:
        content = bytes.fromhex(value)
        length = bytes([len(content)]) if len(content) < 0x80 else bytes([0x81, len(content)])
        inner = bytes([tag]) + length + content
        return Answer(b"\x7c" + (bytes([len(inner)]) if len(inner) < 0x80 else bytes([0x81, len(inner)])) + inner)

    def send(command: Command) -> Answer:
        sent.append(command.data)
        return (
            Answer(),
            wrapped(0x80, example.sealed),
            wrapped(0x82, ""),
            wrapped(0x84, example.other),
            wrapped(0x86, example.tokens[1]),
        )[len(sent) - 1]

    channel = pace_open(
        send,
        Password.from_can("000000"),
        [PaceInfo(bytes.fromhex(example.protocol), example.parameters)],
        draw=lambda _: int(example.secret, 16),
        draw_nonce=lambda _: bytes.fromhex(example.reader_nonce),
    )
    assert sent[2].hex().upper() == "7C128110" + example.reader_nonce
    assert sent[4].hex().upper() == "7C0A8508" + example.tokens[0]
    assert channel._encryption_key.hex().upper() == example.encryption_key
    assert channel._checksum_key.hex().upper() == example.checksum_key


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.sampled_from(list(CURVES)))
def test_any_nonces_give_a_point_of_the_curve(chip: bytes, reader: bytes, number: int) -> None:
    curve = CURVES[number]
    found = generator_integrated(AES_256, curve, chip_nonce=chip, reader_nonce=reader)
    assert curve.decode(curve.encode(found)) == found


@pytest.mark.parametrize(("chip", "reader"), [(15, 16), (16, 15), (32, 16), (0, 0)])
def test_nonces_of_other_lengths_are_refused(chip: int, reader: int) -> None:
    with pytest.raises(ProtocolError):
        generator_integrated(AES_128, CURVES[13], chip_nonce=bytes(chip), reader_nonce=bytes(reader))

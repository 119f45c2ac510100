"""How long an answer may be, as the chip announces it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.identity.chip.tlv import tlv_encode
from katip.reader.capabilities import extended_answer

SILENT = bytes.fromhex("3B888001" + "00" * 8 + "09")


def stated(longest: int) -> bytes:
    return tlv_encode(0x7F66, tlv_encode(0x02, b"\x01\x00") + tlv_encode(0x02, longest.to_bytes(3, "big")))


@pytest.mark.parametrize(
    ("longest", "expected"), [(256, None), (257, 257), (1000, 1000), (0x4000, 0x4000), (0x10000, 0x4000)]
)
def test_the_file_states_the_longest_answer(longest: int, expected: int | None) -> None:
    assert extended_answer(SILENT, stated(longest)) == expected


@pytest.mark.parametrize(
    ("answer_to_reset", "expected"),
    [
        (SILENT, None),
        (bytes.fromhex("3B84800180" + "738400" + "99"), None),
        (bytes.fromhex("3B858001" + "8073840040" + "99"), 512),
        (bytes.fromhex("3B858001" + "8073840080" + "99"), None),
        (bytes.fromhex("3B888001" + "0073840040" + "009000" + "99"), 512),
        (bytes.fromhex("3B878001" + "80" + "3100" + "73840040" + "99"), 512),
        (bytes.fromhex("3B00"), None),
        (b"", None),
    ],
)
def test_the_historical_bytes_say_whether_long_answers_are_known(answer_to_reset: bytes, expected: int | None) -> None:
    assert extended_answer(answer_to_reset, None) == expected


@given(st.binary(max_size=40), st.binary(max_size=60))
def test_any_bytes_are_read(answer_to_reset: bytes, atr_info: bytes) -> None:
    found = extended_answer(answer_to_reset, atr_info)
    assert found is None or 256 < found <= 0x4000

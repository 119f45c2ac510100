"""Data objects of the chip, and lengths that were left open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.identity.chip.ber import MAX_DEPTH, definite
from katip.identity.chip.tlv import (
    MAX_OBJECTS,
    Tlv,
    TlvError,
    header_read,
    tlv_each,
    tlv_encode,
    tlv_find,
    tlv_get,
    tlv_only,
    tlv_read,
)

TAGS = st.sampled_from([0x04, 0x30, 0x61, 0x77, 0x87, 0x5F1F, 0x7F49])


@given(TAGS, st.binary(max_size=70_000), st.binary(max_size=5))
def test_what_is_written_is_read_back(tag: int, value: bytes, rest: bytes) -> None:
    data = tlv_encode(tag, value)
    assert tlv_read(data + rest) == (Tlv(tag, value), rest)
    assert tlv_only(data, tag) == value
    header = header_read(data[:8])
    assert (header.tag, header.length, header.value_length) == (tag, len(data), len(value))
    if not data[0] & 0x20:  # the others hold elements, which any bytes are not
        assert definite(data) == data


def test_a_length_in_more_octets_than_needed_is_read() -> None:
    assert tlv_only(b"\x61\x82\x00\x01A", 0x61) == b"A"
    assert tlv_only(b"\x61\x84\x00\x00\x00\x01A", 0x61) == b"A"


@pytest.mark.parametrize(
    "data",
    [b"", b"\x61", b"\x61\x01", b"\x61\x80", b"\x61\x80A\0\0", b"\x61\x81", b"\x61\x85\0\0\0\0\1A", b"\x5f",
     b"\x5f\x1f", b"\x5f\xff\xff\xff\x1f\x01A", b"\x61\x84\x03\x00\x00\x00A", b"\x61\x00\x00", b"\x62\x01A"],
)  # fmt: skip
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(TlvError):
        tlv_only(data, 0x61)


def test_templates_are_read_to_the_last_byte_and_no_further() -> None:
    objects = [Tlv(0x80, b"a"), Tlv(0x5F1F, b""), Tlv(0x80, b"b")]
    data = b"".join(tlv_encode(each.tag, each.value) for each in objects)
    assert list(tlv_each(data)) == objects
    assert tlv_find(data, 0x5F1F) == b""
    assert tlv_find(data, 0x81) is None
    for wrong in (lambda: tlv_get(data, 0x81), lambda: tlv_find(data, 0x80), lambda: list(tlv_each(data + b"\x01"))):
        with pytest.raises(TlvError):
            wrong()
    assert len(list(tlv_each(b"\x01\x00" * MAX_OBJECTS))) == MAX_OBJECTS
    with pytest.raises(TlvError):
        list(tlv_each(b"\x01\x00" * (MAX_OBJECTS + 1)))


def test_open_lengths_are_closed() -> None:
    assert definite(b"\x30\x80\x02\x01\x05\x00\x00") == b"\x30\x03\x02\x01\x05"
    assert definite(b"\x24\x80\x04\x01a\x04\x02bc\x00\x00") == b"\x04\x03abc"
    inside = b"\xa0\x80\x24\x80\x04\x01a\x24\x80\x04\x01b\x00\x00\x00\x00\x00\x00"
    assert definite(b"\x30" + bytes([len(inside)]) + inside) == b"\x30\x06\xa0\x04\x04\x02ab"


def test_what_is_closed_already_is_copied_octet_by_octet() -> None:
    """Lengths longer than needed included: signatures stand on them."""
    odd = b"\x30\x82\x00\x04\x02\x81\x01\x05"
    assert definite(b"\x30\x80" + odd + b"\x00\x00") == b"\x30\x08" + odd
    looks_open = b"\x30\x04\x04\x02\x30\x80"
    assert definite(looks_open) == looks_open


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80", b"\x30\x80\x00", b"\x30\x80\x02\x01\x05", b"\x04\x80\x00\x00", b"\x30\x80\x00\x00\x00",
     b"\x30\x80\x04\x05a\x00\x00", b"\x24\x80\x02\x01\x05\x00\x00", b"\x30\x03\x30\x80\x00\x00\x00",
     b"\x30\x80" * (MAX_DEPTH + 2) + b"\x00\x00" * (MAX_DEPTH + 2), b"\x30\x80" * 16_000],
    ids=range(12),
)  # fmt: skip
def test_open_lengths_that_do_not_end_are_refused(data: bytes) -> None:
    with pytest.raises(TlvError):
        definite(data)

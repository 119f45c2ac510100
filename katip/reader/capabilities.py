"""How long an answer of the chip may be: what it announces, and nothing that is merely tried.

A chip that gets an extended command it does not know may fall silent, so extended lengths are used for reading only
where the chip says that it takes them: by EF.ATR/INFO (Doc 9303-10 3.11.2), or by its historical bytes.
"""

from katip.identity.chip.tlv import TlvError, tlv_each, tlv_find

ATR_INFO = 0x2F01
"""EF.ATR/INFO in the master file"""

_EXTENDED_LENGTHS = 0x7F66
_INTEGER = 0x02
_CAPABILITIES_LENGTH = 3
_CAPABILITIES = 0x73
"""compact TLV: tag 7, three bytes"""
_EXTENDED = 0x40
"""the bit of the third byte of the card's capabilities (ISO/IEC 7816-4 12.1.1.9)"""
_UNSTATED = 0x200
"""bytes asked for where the chip knows extended lengths but does not say up to where"""
_LEAST, _MOST = 0x100, 0x4000

_STATUS_BEHIND, _COMPACT = 0x00, 0x80
_STATUS_LENGTH = 3


def extended_answer(answer_to_reset: bytes, atr_info: bytes | None) -> int | None:
    """How many bytes an answer may have; None where only short ones are announced."""
    stated = _stated(atr_info or b"")
    if stated is not None:
        return min(stated, _MOST) if stated > _LEAST else None
    return _UNSTATED if _announced(_historical(answer_to_reset)) else None


def _stated(content: bytes) -> int | None:
    """The second number of the extended length information: the longest answer."""
    try:
        lengths = tlv_find(content, _EXTENDED_LENGTHS)
        numbers = [each.value for each in tlv_each(lengths or b"") if each.tag == _INTEGER]
    except TlvError:
        return None
    return int.from_bytes(numbers[1], "big") if len(numbers) == 2 and len(numbers[1]) <= 4 else None  # noqa: PLR2004 -- two numbers, 32 bits


def _historical(answer_to_reset: bytes) -> bytes:
    """The historical bytes of an answer to reset (ISO/IEC 7816-3 8.2): behind the interface bytes."""
    if len(answer_to_reset) < 2:  # noqa: PLR2004 – TS and T0
        return b""
    count, present, position = answer_to_reset[1] & 0x0F, answer_to_reset[1] >> 4, 2
    while present:
        position += present.bit_count()
        last = answer_to_reset[position - 1 : position] if present & 0x08 else b""
        present = last[0] >> 4 if last else 0
    return answer_to_reset[position : position + count]


def _announced(historical: bytes) -> bool:
    """Whether the historical bytes say that extended lengths are known."""
    if historical[:1] == bytes([_STATUS_BEHIND]):
        objects = historical[1:-_STATUS_LENGTH]
    elif historical[:1] == bytes([_COMPACT]):
        objects = historical[1:]
    else:
        return False
    while objects:
        length = objects[0] & 0x0F
        if objects[0] == _CAPABILITIES and len(objects) > _CAPABILITIES_LENGTH:
            return bool(objects[_CAPABILITIES_LENGTH] & _EXTENDED)
        objects = objects[1 + length :]
    return False

"""The data groups that are looked into: 1 with the printed lines, 14 and 15 for active authentication.

Shapes of Doc 9303-10 4.7 and 9303-11 9.2. What is read here counts only once its hash was found in a security object.
"""

from katip.identity.chip.asn1 import Asn1Error, oid_read, security_infos_read
from katip.identity.chip.keys import MIN_CHIP_RSA_BITS, KeyUnfitError, PublicKey, public_key_read
from katip.identity.chip.mrz import Mrz, MrzError, mrz_parse
from katip.identity.chip.tlv import TlvError, tlv_only

_DG1, _MRZ, _DG14, _DG15 = 0x61, 0x5F1F, 0x6E, 0x6F
_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_CHIP_AUTHENTICATION = "0.4.0.127.0.7.2.2.3."
_KEYS_FOR_CHIP_AUTHENTICATION = "0.4.0.127.0.7.2.2.1."
_VERSION_1 = b"\x02\x01\x01"


class DataGroupError(ValueError):
    """A data group is not what it should be. The message never holds the bytes."""


def printed_lines(data_group: bytes) -> Mrz:
    """What data group 1 holds. Raises DataGroupError, also where a check digit does not fit."""
    try:
        lines = tlv_only(tlv_only(data_group, _DG1), _MRZ).decode("ascii")
        mrz = mrz_parse(lines)
    except (TlvError, UnicodeDecodeError, MrzError):
        raise DataGroupError("data group 1") from None
    if any(character.isspace() or character.islower() for character in lines):  # forgiven where people type, not here
        raise DataGroupError("data group 1")
    return mrz


def chip_key(data_group: bytes) -> PublicKey:
    """The public key in data group 15. Raises DataGroupError for its shape, KeyUnfitError for the key."""
    try:
        key_info = tlv_only(data_group, _DG15)
    except TlvError:
        raise DataGroupError("data group 15") from None
    return public_key_read(key_info, min_rsa_bits=MIN_CHIP_RSA_BITS)


def is_answered_by_rsa(data_group: bytes) -> bool:
    """Whether the key in data group 15 is one for RSA; not so where it cannot be read."""
    try:
        return chip_key(data_group).is_rsa
    except (DataGroupError, KeyUnfitError):
        return False


def active_algorithms(data_group: bytes) -> frozenset[str]:
    """The signature algorithms that data group 14 sets for active authentication, dotted; empty where it sets none.

    Raises DataGroupError.
    """
    found = set()
    for protocol, required in _infos(data_group):
        if protocol != _ACTIVE_AUTHENTICATION:
            continue
        if len(required) != 2 or required[0] != _VERSION_1:  # noqa: PLR2004 – version and algorithm
            raise DataGroupError("data group 14")
        try:
            found.add(oid_read(required[1]))
        except Asn1Error:
            raise DataGroupError("data group 14") from None
    return frozenset(found)


def has_chip_authentication(data_group: bytes) -> bool:
    """Whether data group 14 holds a key for chip authentication. Raises DataGroupError."""
    known = (_CHIP_AUTHENTICATION, _KEYS_FOR_CHIP_AUTHENTICATION)
    return any(protocol.startswith(known) for protocol, _ in _infos(data_group))


def _infos(data_group: bytes) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
    try:
        return security_infos_read(tlv_only(data_group, _DG14))
    except (TlvError, Asn1Error):
        raise DataGroupError("data group 14") from None

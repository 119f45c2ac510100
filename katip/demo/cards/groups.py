"""The files of a synthetic chip: data groups, EF.COM, EF.CardAccess (ICAO Doc 9303-10 and 9303-11, 2021)."""

from collections.abc import Iterable

from katip.demo.cards import der
from katip.demo.cards.keys import Key
from katip.identity.chip.mrz import Mrz, td1_build
from katip.identity.chip.tlv import tlv_encode

GROUP_TAGS = {1: 0x61, 2: 0x75, 14: 0x6E, 15: 0x6F}
_COM, _MRZ, _LDS_VERSION, _UNICODE_VERSION, _TAG_LIST = 0x60, 0x5F1F, 0x5F01, 0x5F36, 0x5C
_LENGTHS = 0x7F66
_PACE_ECDH_GM_AES_128 = "0.4.0.127.0.7.2.2.4.2.2"
_ACTIVE_AUTHENTICATION = "2.23.136.1.1.5"
_ECDSA_PLAIN = {
    name: f"0.4.0.127.0.7.1.1.4.1.{n}" for n, name in enumerate(("sha1", "sha224", "sha256", "sha384", "sha512"), 1)
}
PACE_CURVES = {"secp256r1": 12, "brainpoolP256r1": 13, "secp384r1": 15, "brainpoolP384r1": 16}
"""standardised domain parameters that a synthetic chip may have for PACE (Doc 9303-11 9.5.1)"""


PHOTOGRAPH = 2
"""the data group that no reader of ours has any business with; on a synthetic chip it holds no picture"""
GROUP_2 = tlv_encode(GROUP_TAGS[PHOTOGRAPH], tlv_encode(0x7F61, tlv_encode(0x02, b"\0")))


def group_1(mrz: Mrz) -> bytes:
    """Data group 1: the machine-readable zone of an ID card."""
    return group_1_of(td1_build(mrz))


def group_1_of(lines: str) -> bytes:
    """Data group 1 with whatever stands in `lines`."""
    return tlv_encode(GROUP_TAGS[1], tlv_encode(_MRZ, lines.encode("ascii")))


def group_14(*, ecdsa_hash: str | None, pace_curve: str | None) -> bytes | None:
    """Data group 14: with which hash ECDSA answers to active authentication, and PACE as in EF.CardAccess.

    None where there is nothing to say: RSA names its hash in the answer itself.
    """
    infos = [_pace_info(pace_curve)] if pace_curve else []
    if ecdsa_hash:
        infos.append(der.seq(der.oid(_ACTIVE_AUTHENTICATION), der.integer(1), der.oid(_ECDSA_PLAIN[ecdsa_hash])))
    return tlv_encode(GROUP_TAGS[14], der.set_of(infos)) if infos else None


def group_15(key: Key) -> bytes:
    """Data group 15: the public key of active authentication."""
    return tlv_encode(GROUP_TAGS[15], key.public_info())


def card_access(pace_curve: str) -> bytes:
    """EF.CardAccess: that the chip does PACE, and on which curve."""
    return der.set_of([_pace_info(pace_curve)])


def lengths_info(longest: int) -> bytes:
    """EF.ATR/INFO: how many bytes the longest command and the longest answer may have."""
    return tlv_encode(_LENGTHS, der.integer(longest) * 2)


def common(groups: Iterable[int]) -> bytes:
    """EF.COM: which data groups there are. Not signed: nothing may be decided by it."""
    return tlv_encode(
        _COM,
        tlv_encode(_LDS_VERSION, b"0107")
        + tlv_encode(_UNICODE_VERSION, b"040000")
        + tlv_encode(_TAG_LIST, bytes(GROUP_TAGS[number] for number in sorted(groups))),
    )


def _pace_info(curve: str) -> bytes:
    return der.seq(der.oid(_PACE_ECDH_GM_AES_128), der.integer(2), der.integer(PACE_CURVES[curve]))

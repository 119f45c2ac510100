"""What is read off an open chip for the server to judge: nothing is believed or refused here.

Which data groups are read is taken from the security object, which is signed, not from EF.COM, which is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from katip.identity.chip.asn1 import (
    Asn1Error,
    key_info_read,
    rsa_key_read,
    security_content_read,
    signed_data_read,
)
from katip.identity.chip.tlv import TlvError, tlv_only
from katip.reader.card import Card
from katip.reader.errors import unreadable

SECURITY_OBJECT_MOST = 32 << 10
GROUP_MOST = 32 << 10
"""bytes: the most that plain READ BINARY reaches"""

_SECURITY_OBJECT, _FIRST_GROUP = 0x011D, 0x0100
_SECURITY_TAG, _KEY_TAG = 0x77, 0x6F
_PERSON, _OPTIONS, _KEY = 1, 14, 15
_RSA = "1.2.840.113549.1.1.1"
_SHORT_SIGNATURE_BITS = 1776
"""the longest RSA key whose signature fits a short protected answer"""


@dataclass(frozen=True)
class Evidence:
    """Files as the chip gave them, and its answer to the challenge."""

    security_object: bytes
    groups: Mapping[int, bytes]
    signature: bytes | None

    def __repr__(self) -> str:
        return f"Evidence(groups={sorted(self.groups)}, signed={self.signature is not None})"


def evidence_read(card: Card, challenge: bytes, stage: Callable[[str], None]) -> Evidence:
    """Read the evidence; `stage` hears `reading` and `signing` when these begin. Raises ReaderError."""
    stage("reading")
    security_object = card.file_read(_SECURITY_OBJECT, most=SECURITY_OBJECT_MOST)
    if security_object is None:
        raise unreadable("EF.SOD")
    groups = {}
    for number in _wanted(security_object):
        content = card.file_read(_FIRST_GROUP | number, most=GROUP_MOST)
        if content is not None:
            groups[number] = content
    signature = None
    if _KEY in groups:
        stage("signing")
        signature = card.sign(challenge, long=_signs_long(groups[_KEY]))
    return Evidence(security_object, groups, signature)


def _wanted(security_object: bytes) -> list[int]:
    """The groups to read. An object that is not understood here is the server's to refuse."""
    try:
        listed = security_content_read(signed_data_read(tlv_only(security_object, _SECURITY_TAG)).content).hashes
    except (Asn1Error, TlvError):
        return [_PERSON]
    return [_PERSON, *(number for number in (_OPTIONS, _KEY) if number in listed)]


def _signs_long(group: bytes) -> bool:
    """Whether the chip's key is so long that its signature needs an extended answer."""
    try:
        info = key_info_read(tlv_only(group, _KEY_TAG))
        return info.algorithm.oid == _RSA and rsa_key_read(info.key)[0].bit_length() > _SHORT_SIGNATURE_BITS
    except (Asn1Error, TlvError):
        return False

"""Verifies what was read from an ID card's chip: that it is the state's word, and that it is the card itself.

Passive authentication (Doc 9303-11 5.1), then active authentication (6.1). What must be proved is decided from the
signed security object alone, never from what was handed in or from EF.COM: a card whose security object lists a key
for active authentication must answer with it. No exception leaves `evidence_verify`, whatever the bytes.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from katip.identity.chip.active import challenge_answered
from katip.identity.chip.asn1 import Asn1Error, security_content_read, signed_data_read
from katip.identity.chip.data_groups import DataGroupError, active_algorithms, chip_key, has_chip_authentication
from katip.identity.chip.evidence import (
    MAX_DATA_GROUP,
    MAX_SECURITY_OBJECT,
    MAX_SIGNATURE,
    Document,
    Evidence,
    Level,
    Reason,
    Verdict,
)
from katip.identity.chip.keys import KeyUnfitError
from katip.identity.chip.passive import (
    DG1,
    DG14,
    DG15,
    Reasons,
    chain_check,
    document_check,
    groups_check,
    key_reason,
    signature_check,
)
from katip.identity.chip.store import TrustStore
from katip.identity.chip.structures import SecurityContent
from katip.identity.chip.tlv import TlvError, tlv_only

__all__ = ["Document", "Evidence", "Level", "Reason", "Verdict", "evidence_verify"]

TURKEY = ("TUR",)
_SECURITY_OBJECT, _SEQUENCE = 0x77, b"\x30"
_MOST_GROUPS = 16


def evidence_verify(
    evidence: Evidence,
    *,
    challenge: bytes,
    at: datetime,
    trust: TrustStore,
    grace: timedelta = timedelta(0),
    national_id: str | None = None,
    states: tuple[str, ...] = TURKEY,
) -> Verdict:
    """Say what the evidence proves at the moment `at`.

    `challenge` is the server's own, of 8 bytes, spent on this evidence; `grace` how long revocation lists may be
    overdue; `national_id` whom the card must belong to, None where that is asked elsewhere; `states` who may have
    issued it, in the three letters of documents. Several reasons are told at once where they can be.
    """
    try:
        if refusal := _unreadable(evidence):
            return Verdict(Level.REFUSED, (refusal,))
        return _verified(
            evidence, challenge=challenge, at=at, trust=trust, grace=grace, national_id=national_id, states=states
        )
    except Exception:  # noqa: BLE001 -- the last guard: what no check foresaw is refused, and never shown
        return Verdict(Level.REFUSED, (Reason.MALFORMED,))


def _unreadable(evidence: Evidence) -> Reason | None:
    """The caps, before anything is looked into."""
    groups, signature = evidence.data_groups, evidence.signature or b""
    if any(not isinstance(each, bytes) for each in (evidence.security_object, signature, *groups.values())):
        return Reason.MALFORMED
    small = len(evidence.security_object) <= MAX_SECURITY_OBJECT and len(signature) <= MAX_SIGNATURE
    if not small or len(groups) > _MOST_GROUPS or any(len(each) > MAX_DATA_GROUP for each in groups.values()):
        return Reason.TOO_LARGE
    return None


def _verified(
    evidence: Evidence,
    *,
    challenge: bytes,
    at: datetime,
    trust: TrustStore,
    grace: timedelta,
    national_id: str | None,
    states: tuple[str, ...],
) -> Verdict:
    """Everything in turn. What rests on a part that failed is left out, the rest is still looked at."""
    try:
        signed = signed_data_read(_opened(evidence.security_object))
        content = security_content_read(signed.content)
    except (TlvError, Asn1Error):
        return _verdict(evidence, Level.REFUSED, [Reason.MALFORMED])
    signer, reasons = signature_check(signed)
    authority = None
    if signer is not None:
        authority, found = chain_check(signer, at=at, trust=trust, grace=grace)
        reasons += found
    groups, found = groups_check(content, evidence.data_groups)
    reasons += found
    is_authentic = not reasons
    document = None
    if DG1 in groups:
        document, found = document_check(groups[DG1], authority, at=at, national_id=national_id, states=states)
        reasons += found
    reasons += _clone_check(content, groups, challenge, evidence.signature)
    if reasons:
        level = Level.REFUSED
    elif DG15 in content.hashes:
        level = Level.CHIP_WITH_CLONE_CHECK
    else:
        level, reasons = Level.CHIP_ONLY, [_why_chip_only(groups)]
    fingerprint = hashlib.sha256(signer.der).hexdigest() if signer is not None else None
    return _verdict(evidence, level, reasons, fingerprint, document if is_authentic else None)


def _opened(security_object: bytes) -> bytes:
    """EF.SOD without the tag that it has on the chip (Doc 9303-10 4.6.2): some readers take it off. Raises TlvError."""
    is_bare = security_object[:1] == _SEQUENCE
    return security_object if is_bare else tlv_only(security_object, _SECURITY_OBJECT)


def _clone_check(
    content: SecurityContent, groups: Mapping[int, bytes], challenge: bytes, signature: bytes | None
) -> Reasons:
    """Active authentication, wherever the security object lists the key for it."""
    if DG15 not in content.hashes:
        return []
    if not signature:
        return [Reason.CLONE_CHECK_MISSING]
    if DG15 not in groups:
        return []  # missing or altered: refused for that already
    try:
        key = chip_key(groups[DG15])
        if DG14 in content.hashes and DG14 not in groups and not key.is_rsa:
            return []  # the same
        algorithms = active_algorithms(groups[DG14]) if DG14 in groups else frozenset()
        answered = challenge_answered(key, challenge, signature, algorithms=algorithms)
    except DataGroupError:
        return [Reason.MALFORMED]
    except KeyUnfitError as error:
        return [key_reason(error)]
    return [] if answered else [Reason.CLONE_CHECK_FAILED]


def _why_chip_only(groups: Mapping[int, bytes]) -> Reason:
    try:
        is_able = DG14 in groups and has_chip_authentication(groups[DG14])
    except DataGroupError:
        is_able = False
    return Reason.ONLY_CHIP_AUTHENTICATION if is_able else Reason.NO_CLONE_CHECK


def _verdict(
    evidence: Evidence,
    level: Level,
    reasons: Reasons,
    fingerprint: str | None = None,
    document: Document | None = None,
) -> Verdict:
    return Verdict(
        level=level,
        reasons=tuple(dict.fromkeys(reasons)),
        signer_fingerprint=fingerprint,
        security_object_hash=hashlib.sha256(evidence.security_object).hexdigest(),
        document=document,
    )

"""Passive authentication, part by part (Doc 9303-11 5.1): signature, chain, revocation, hashes, printed lines.

Each part returns what it found and the reasons against it, so that several can be told at once. `verify` puts them
together.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from katip.core.clock import day_of
from katip.identity.chip.asn1 import Asn1Error
from katip.identity.chip.data_groups import DataGroupError, is_answered_by_rsa, printed_lines
from katip.identity.chip.evidence import Document, Reason
from katip.identity.chip.keys import KeyUnfitError, digest_make, hash_of
from katip.identity.chip.mrz import Mrz, MrzError
from katip.identity.chip.signed import signed_by, signer_candidates
from katip.identity.chip.states import country_of
from katip.identity.chip.store import Authority, TrustStore, country_in, is_valid
from katip.identity.chip.structures import Certificate, SecurityContent, SignedData

DG1, DG14, DG15 = 1, 14, 15
LIST_SIGNING = "2.23.136.1.1.3"
"""the extended key usage of those who sign country lists (Doc 9303-12), and nothing else"""

_ANY_PURPOSE = "2.5.29.37.0"

_CONTENT_TYPES = frozenset({"2.23.136.1.1.1", "1.3.27.1.1.1", "1.2.528.1.1006.1.20.1", "1.2.840.113549.1.7.1"})
"""the LDS security object, two older numbers of it, and plain data, which some signers write in its place"""

Reasons = list[Reason]


def signature_check(signed: SignedData) -> tuple[Certificate | None, Reasons]:
    """The document signer whose signature stands under the security object; None where none does."""
    if signed.content_type not in _CONTENT_TYPES:
        return None, [Reason.MALFORMED]
    reasons: Reasons = []
    try:
        candidates = signer_candidates(signed)
        for candidate in candidates:
            try:
                if signed_by(signed, candidate):
                    return candidate, []
            except KeyUnfitError as error:  # another of the same serial number may be the one
                reasons.append(key_reason(error))
    except Asn1Error:
        return None, [Reason.MALFORMED]
    if not candidates:
        return None, [Reason.SIGNER_UNKNOWN]
    return None, reasons or [Reason.SIGNATURE_WRONG]


def chain_check(
    signer: Certificate, *, at: datetime, trust: TrustStore, grace: timedelta
) -> tuple[Authority | None, Reasons]:
    """The country that certified the signer; and whether both may, are valid, and are not withdrawn."""
    reasons = [] if is_valid(signer, at) else [Reason.SIGNER_EXPIRED]
    if not _may_sign_documents(signer):
        reasons.append(Reason.SIGNER_NOT_ALLOWED)
    issuers = trust.issuers_of(signer)
    if not issuers:
        return None, [*reasons, Reason.NO_TRUSTED_COUNTRY]
    country = country_in(signer.subject) or country_in(signer.issuer)
    own = [each for each in issuers if each.country == country]  # a list may bring another country's key as one's own
    if not own:
        reasons.append(Reason.COUNTRY_MISMATCH)
    believed = [each for each in own or issuers if each.is_believed(at)]
    if not believed:
        reasons.append(Reason.COUNTRY_EXPIRED)
    authority = (believed or own or issuers)[0]
    return authority, [*reasons, *_revocation(signer, authority, at=at, trust=trust, grace=grace)]


def groups_check(content: SecurityContent, groups: Mapping[int, bytes]) -> tuple[dict[int, bytes], Reasons]:
    """The data groups whose hash stands in the security object; whether that is all of them, and all that is needed."""
    reasons: Reasons = []
    proved: dict[int, bytes] = {}
    try:
        algorithm = hash_of(content.digest)
    except KeyUnfitError as error:
        return {}, [key_reason(error)]
    for number, data in sorted(groups.items()):
        if number not in content.hashes:
            reasons.append(Reason.GROUP_NOT_LISTED)
        elif hmac.compare_digest(content.hashes[number], digest_make(algorithm, data)):
            proved[number] = data
        else:
            reasons.append(Reason.HASH_MISMATCH)
    needed = {DG1, *({DG14, DG15} & set(content.hashes))}
    if DG15 in proved and is_answered_by_rsa(proved[DG15]):
        needed.discard(DG14)  # it sets the algorithm of ECDSA; an answer by RSA says its own (Doc 9303-11 6.1.2)
    if not needed <= set(groups) or DG1 not in content.hashes:
        reasons.append(Reason.GROUP_MISSING)
    return proved, reasons


def document_check(
    data_group_1: bytes,
    authority: Authority | None,
    *,
    at: datetime,
    national_id: str | None,
    states: tuple[str, ...],
) -> tuple[Document | None, Reasons]:
    """What the printed lines say, and whether such a document is taken, today and from this person."""
    today = day_of(at)
    try:
        lines = printed_lines(data_group_1)
        expires_on, birth_date = lines.expires_on(today), lines.birth_date(today)
    except (DataGroupError, MrzError):
        return None, [Reason.MALFORMED]
    reasons: Reasons = []
    if lines.issuing_state not in states:
        reasons.append(Reason.WRONG_STATE)
    if authority is not None and country_of(lines.issuing_state) != authority.country:
        reasons.append(Reason.COUNTRY_MISMATCH)
    if expires_on < today:
        reasons.append(Reason.DOCUMENT_EXPIRED)
    held_by = _national_id(lines)
    if held_by is None:
        return None, [*reasons, Reason.NATIONAL_ID_MISSING]
    if national_id is not None and not hmac.compare_digest(held_by.encode(), national_id.encode()):
        reasons.append(Reason.WRONG_PERSON)
    document = Document(
        national_id=held_by,
        given_names=lines.given_names,
        surname=lines.surname,
        birth_date=birth_date,
        expires_on=expires_on,
        document_number=lines.document_number,
    )
    return document, reasons


def key_reason(error: KeyUnfitError) -> Reason:
    """What to say of a key or an algorithm that is not accepted."""
    return Reason.MALFORMED if error.code == "malformed" else Reason.ALGORITHM_REFUSED


def _revocation(
    signer: Certificate, authority: Authority, *, at: datetime, trust: TrustStore, grace: timedelta
) -> Reasons:
    """Whether the signer was withdrawn, by any list that speaks for its country; and whether one of them is fresh."""
    lists = trust.lists_for(authority)
    reasons = [Reason.SIGNER_REVOKED] if any(signer.serial in held.revocations.revoked for held in lists) else []
    counting = [held for held in lists if held.counts(at)]
    if not counting:
        return [*reasons, Reason.REVOCATION_LIST_MISSING]
    if not any(held.is_fresh(at, grace) for held in counting):
        reasons.append(Reason.REVOCATION_LIST_STALE)
    return reasons


def _may_sign_documents(signer: Certificate) -> bool:
    """Document signers have no extended key usage (Doc 9303-12 7.1.1): who has one was certified for something else.

    Countries certify those too with the key that certifies document signers: servers that talk to other countries,
    signers of lists, of deviations, of visible seals.
    """
    usages = {"digital_signature"} if signer.usages is None else signer.usages
    if "digital_signature" not in usages or "key_cert_sign" in usages or signer.is_authority or signer.not_understood:
        return False
    return LIST_SIGNING not in signer.purposes and (not signer.purposes or _ANY_PURPOSE in signer.purposes)


def _national_id(lines: Mrz) -> str | None:
    try:
        return lines.national_id()
    except MrzError:
        return None

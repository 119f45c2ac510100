"""What a card showed: the challenge is spent first, then the evidence is verified, then the verdict is kept.

Three parts and two transactions, so that a challenge is spent whatever happens afterwards, and no transaction waits for
the arithmetic. Data groups are seen in memory only; what is kept is the verdict, its reasons, and two hashes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.crypto import lookup_key
from katip.core.usecase import use_case
from katip.identity.chip.evidence import Evidence, Level, Reason, Verdict
from katip.identity.chip.verify import evidence_verify
from katip.identity.chip_selectors import chip_closed_why
from katip.identity.chip_trust import trust_now
from katip.identity.models import ChipSession, ChipState, NoticeKind, Person, Proofing, ProofingWay
from katip.identity.opening import enrolment_insert, proofing_insert
from katip.identity.services.chip_session import READER, chip_session_error, chip_session_of
from katip.identity.telling import tell


@dataclass(frozen=True, slots=True)
class Shown:
    """What the evidence showed: a level of trust, and the reasons against it."""

    level: Level
    reasons: tuple[Reason, ...]


def chip_evidence_take(*, at: datetime, token: str, evidence: Evidence) -> Shown:
    """Verify what a reader hands in for its session, once, and let the person go on where it proves who they are.

    Raises `katip.identity.services.chip_session.ChipSessionError` where the token opens nothing (any more).
    """
    session = _challenge_spend(actor=READER, at=at, token=token)
    verdict = evidence_verify(
        evidence,
        challenge=bytes(session.challenge),
        at=at,
        trust=trust_now(),
        grace=timedelta(days=settings.KATIP.chip_revocation_grace_days),
        national_id=session.person.national_id if session.person is not None else None,
        states=settings.KATIP.card_states,
    )
    return _verdict_keep(actor=Actor(session.opener_id), at=at, session_id=session.pk, verdict=verdict)


@use_case
def _challenge_spend(*, actor: Actor, at: datetime, token: str) -> ChipSession:
    """Of two who hand in evidence at once, one finds the challenge spent."""
    del actor
    open_to_it = chip_session_of(token, at)
    session = open_to_it.select_related("person").first()
    if session is None or not open_to_it.update(consumed_at=at):
        raise chip_session_error(token, at)
    return session


@use_case
def _verdict_keep(*, actor: Actor, at: datetime, session_id: int, verdict: Verdict) -> Shown:
    session = ChipSession.objects.get(pk=session_id)
    shown = _judged(session, verdict)
    ChipSession.objects.filter(pk=session_id).update(
        state=ChipState.DONE,
        verdict=shown.level,
        reasons=list(shown.reasons),
        signer=verdict.signer_fingerprint or "",
        evidence=verdict.security_object_hash or "",
    )
    about = {
        "session": session_id,
        "application": session.application,
        "level": shown.level,
        "reasons": list(shown.reasons),
        "signer": verdict.signer_fingerprint,
        "evidence": verdict.security_object_hash,
    }
    record(actor, at, Happening("identity:chip_session:verified", session.person_id, about))
    if session.person_id is not None:
        _person_told(actor, at, session.person_id, shown, verdict)
    return shown


def _judged(session: ChipSession, verdict: Verdict) -> Shown:
    """The verdict, unless the card is another person's: that is looked at here, whatever the verifier was asked."""
    document = verdict.document
    right = document is not None and lookup_key(document.national_id) == session.national_id_key
    if right or (verdict.level == Level.REFUSED and document is None):
        return Shown(verdict.level, verdict.reasons)
    others = tuple(reason for reason in verdict.reasons if reason != Reason.WRONG_PERSON)
    return Shown(Level.REFUSED, (Reason.WRONG_PERSON, *others))


def _person_told(actor: Actor, at: datetime, person_id: int, shown: Shown, verdict: Verdict) -> None:
    """Let the person set up a second step; or tell them that somebody tried with a card that did not do."""
    if shown.level != Level.CHIP_WITH_CLONE_CHECK:
        tell(person_id, at, NoticeKind.CHIP_REFUSED, level=shown.level, reasons=list(shown.reasons))
        return
    Person.objects.select_for_update().get(pk=person_id)
    proofing = Proofing(
        person_id=person_id,
        way=ProofingWay.CHIP,
        level=shown.level,
        signer=verdict.signer_fingerprint or "",
        evidence=verdict.security_object_hash or "",
    )
    proofing_insert(actor, at, proofing)
    if not chip_closed_why(person_id):  # a second step may have come in the meantime, by another way
        enrolment_insert(actor, at, proofing)

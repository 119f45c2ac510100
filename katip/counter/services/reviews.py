"""A supervisor looks again at what was drawn: agrees, or objects and takes back what was opened."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import use_case
from katip.counter.models import Application, Review, ReviewOutcome
from katip.counter.permissions import require_reviewer
from katip.counter.selectors import reviews_seen
from katip.counter.telling import applicant_tell
from katip.identity.models import ActivationCode, Enrolment, KnownDevice, NoticeKind, Person, Proofing
from katip.identity.sign_in_ends import sessions_close
from katip.identity.step_up import require_fresh
from katip.identity.telling import tell

NOTE_LENGTH = range(10, 301)


@use_case
def review_decide(
    *, actor: Actor, at: datetime, address: str, review_id: int, outcome: ReviewOutcome, note: str = ""
) -> Review:
    """Say what the second look found. To object takes back what the confirmation opened, and tells the person.

    Raises `PermissionRefusedError` unless the actor is a supervisor of the branch's province with a recent second
    step, who had no part in the case (`not_yours`); `StaleStateError` when it has been looked at already; `ValueError`
    where an objection has no note of 10 to 300 characters.
    """
    require_fresh(actor, at)
    office = require_reviewer(actor, at, address)
    if outcome == ReviewOutcome.OBJECTED and len(note) not in NOTE_LENGTH:
        raise ValueError("an objection has a note of 10 to 300 characters")
    review = reviews_seen(office, actor).filter(pk=review_id).first()
    if review is None:
        raise PermissionRefusedError("not_yours")
    waits = Review.objects.filter(pk=review_id, outcome="")
    if not waits.update(outcome=outcome, note=note, supervisor_id=actor.person, at=at):
        raise StaleStateError("somebody was faster")
    review.outcome, review.note, review.supervisor_id, review.at = outcome, note, actor.person, at
    detail = {"application": review.application.pk, "note": note}
    if outcome == ReviewOutcome.OBJECTED and review.application.proofing is not None:
        detail |= _take_back(actor, at, review.application, review.application.proofing)
    record(actor, at, Happening(f"counter:review:{outcome}", review.pk, detail))
    return review


def _take_back(actor: Actor, at: datetime, application: Application, proofing: Proofing) -> dict[str, int]:
    """End what the proofing opened: an unused code or right; and, where one was used, what was set up since.

    A password that was set by the code is gone with it: whoever set it may not be the person.
    """
    person_id = proofing.person_id
    Application.objects.select_for_update().get(pk=application.pk)  # no code is handed over once more meanwhile
    codes = ActivationCode.objects.filter(proofing=proofing)
    rights = Enrolment.objects.filter(proofing=proofing)
    # Revoked first: a code that is being used at this moment is waited for, and then found used.
    revoked = sum(rows.filter(used_at=None, revoked_at=None).update(revoked_at=at) for rows in (codes, rights))
    used = codes.filter(used_at__isnull=False)
    was_used, with_password = used.exists(), used.filter(opens_password=True).exists()
    closed = sessions = 0
    if was_used:
        closed = _factors_since(actor, at, proofing)
        if with_password:
            person = Person.objects.select_for_update().get(pk=person_id)
            person.set_unusable_password()
            person.save(update_fields=["password"])
            record(actor, at, Happening("identity:password:taken_back", person_id))
        met = KnownDevice.objects.filter(person_id=person_id, forgotten_at=None, first_seen__gte=proofing.at)
        met.update(forgotten_at=at)
        sessions = sessions_close(person_id)
    applicant_tell(application, at, NoticeKind.REVIEW_OBJECTED)
    return {"revoked": revoked, "factors": closed, "sessions": sessions, "password": int(with_password)}


def _factors_since(actor: Actor, at: datetime, proofing: Proofing) -> int:
    """Close the second steps that were set up since the proofing; earlier ones stay."""
    rows = Authenticator.objects.filter(user_id=proofing.person_id, created_at__gte=proofing.at)
    methods = sorted(rows.values_list("type", flat=True).distinct())
    for method in methods:
        record(
            actor,
            at,
            Happening("identity:second_step:removed", proofing.person_id, {"method": method, "objected": True}),
        )
        tell(proofing.person_id, at, NoticeKind.FACTOR_REMOVED, method=method)
    rows.delete()
    return len(methods)

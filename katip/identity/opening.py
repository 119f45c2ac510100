"""How sign-in is opened: an identity is established, a code is handed over, a second step may be set up.

Called inside the use cases of the ways that lead here: the chip, the counter, the operator's command. Nothing here asks
for a permission: the way does.
"""

from datetime import datetime, timedelta

from django.conf import settings

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.codes import code_draw
from katip.core.crypto import lookup_key
from katip.identity.models import ActivationCode, Enrolment, NoticeKind, Proofing
from katip.identity.telling import tell

CODE_LENGTH = 12
"""Signs of an activation code: 59 bits."""
ENROLMENT_LASTS = timedelta(minutes=30)


def proofing_insert(actor: Actor, at: datetime, proofing: Proofing) -> Proofing:
    """Keep that an identity was established, and tell the person. `proofing` has its person and way; `at` is set."""
    proofing.at = at
    proofing.save(force_insert=True)
    record(actor, at, Happening("identity:proofing:done", proofing.person_id, {"way": proofing.way}))
    tell(proofing.person_id, at, NoticeKind.PROOFED, way=proofing.way)
    return proofing


def code_key(code: str) -> str:
    """The keyed hash under which an activation code is kept."""
    return lookup_key(f"activation:{code}")


def code_insert(
    actor: Actor,
    at: datetime,
    proofing: Proofing,
    *,
    opens_password: bool,
    opens_second_step: bool,
    resets: bool = False,
) -> tuple[str, ActivationCode]:
    """Draw an activation code for the proofing's person; an earlier one that is open ends.

    Returns the code in clear, the only time that it is known, and its row.
    """
    person_id = proofing.person_id
    ActivationCode.objects.filter(person_id=person_id, used_at=None, revoked_at=None).update(revoked_at=at)
    code = code_draw(CODE_LENGTH)
    row = ActivationCode.objects.create(
        person_id=person_id,
        code_key=code_key(code),
        opens_password=opens_password,
        opens_second_step=opens_second_step,
        resets=resets,
        proofing=proofing,
        issued_at=at,
        expires_at=at + timedelta(days=settings.KATIP.activation_days),
    )
    detail = {"password": opens_password, "second_step": opens_second_step, "resets": resets}
    record(actor, at, Happening("identity:activation_code:issued", person_id, detail))
    tell(person_id, at, NoticeKind.CODE_ISSUED)
    return code, row


def enrolment_insert(actor: Actor, at: datetime, proofing: Proofing, *, resets: bool = False) -> Enrolment:
    """Let the proofing's person set up a second step within half an hour; an earlier right that is open ends."""
    person_id = proofing.person_id
    Enrolment.objects.filter(person_id=person_id, used_at=None, revoked_at=None).update(revoked_at=at)
    record(actor, at, Happening("identity:enrolment:opened", person_id, {"way": proofing.way, "resets": resets}))
    return Enrolment.objects.create(
        person_id=person_id, proofing=proofing, resets=resets, opened_at=at, expires_at=at + ENROLMENT_LASTS
    )


def enrolment_of(person_id: int, at: datetime) -> Enrolment | None:
    """The person's right to set up a second step that is open at `at`, or None."""
    return (
        Enrolment.objects.filter(person_id=person_id, used_at=None, revoked_at=None, expires_at__gt=at)
        .select_related("proofing")
        .first()
    )

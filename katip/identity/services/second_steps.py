"""Taking a second step: a passkey's answer, a recovery code. What a code app shows is checked by allauth."""

from datetime import datetime

from allauth.mfa.models import Authenticator

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.errors import KatipError
from katip.core.usecase import use_case
from katip.identity.factors import PASSKEY, RECOVERY_CODES
from katip.identity.models import NoticeKind
from katip.identity.passkeys import Answer, Challenge, PasskeyRefusedError, Purpose, answer_check, counter_went_on
from katip.identity.recovery import code_key
from katip.identity.telling import tell


class RecoveryCodeWrongError(KatipError):
    """No recovery code of the person's, or one that was used."""


@use_case
def passkey_use(*, actor: Actor, at: datetime, challenge: Challenge, answer: Answer, purpose: Purpose) -> Authenticator:
    """Take a passkey's answer to `challenge`; returns the row of the passkey, with its person.

    For a sign-in by nothing else the passkey must have been added as one that verifies its person, and must have done
    so now. Raises `PasskeyRefusedError`.
    """
    del actor  # who it is, the answer shows
    row = (
        Authenticator.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(type=PASSKEY, data__credential_key=answer.key, user__is_active=True)
        .first()
    )
    if row is None:
        raise PasskeyRefusedError("unknown", challenge.person_id)
    if purpose == Purpose.SIGN_IN and row.data["passwordless"] is not True:
        raise PasskeyRefusedError("not_passwordless", row.user_id)
    counter = answer_check(challenge, answer, row.user_id, row.data["credential"])
    if not counter_went_on(row.data["counter"], counter):
        raise PasskeyRefusedError("counter", row.user_id)
    row.data["counter"], row.last_used_at = counter, at
    row.save(update_fields=["data", "last_used_at"])
    detail = {"id": row.pk, "for": purpose.value}
    record(Actor(row.user_id), at, Happening("identity:passkey:used", row.user_id, detail))
    return row


@use_case
def recovery_code_use(*, actor: Actor, at: datetime, code: str) -> tuple[Authenticator, int]:
    """Take a recovery code of the acting person's, which is worth nothing from then on; the person is told.

    Returns the row of the codes and how many are left. Raises `RecoveryCodeWrongError`.
    """
    row = Authenticator.objects.select_for_update().filter(user_id=actor.person, type=RECOVERY_CODES).first()
    key = code_key(code, row.data) if row else None
    if row is None or key not in row.data["keys"]:
        raise RecoveryCodeWrongError
    row.data["keys"].remove(key)
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    left = len(row.data["keys"])
    record(actor, at, Happening("identity:recovery_code:used", actor.person_id, {"left": left}))
    tell(actor.person, at, NoticeKind.RECOVERY_CODE_USED, left=left)
    return row, left

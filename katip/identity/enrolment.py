"""The right to set up a second step belongs to the browser in which the identity was established.

Were it open to every session of the person, whoever knows the password could wait until its owner has been to the
counter, and be faster.
"""

from datetime import datetime

from django.contrib.sessions.backends.base import SessionBase

from katip.identity.factors import has_second_step
from katip.identity.models import Enrolment
from katip.identity.opening import enrolment_of

_KEY = "enrolment"
"""in the session: the right that was given in it"""


def enrolment_bind(session: SessionBase, person_id: int, at: datetime) -> bool:
    """Give the person's open right to this browser, where the code was typed or the reading begun; False: none."""
    enrolment = enrolment_of(person_id, at)
    if enrolment is None:
        return False
    session[_KEY] = enrolment.pk
    return True


def enrolment_here(session: SessionBase, person_id: int, at: datetime) -> Enrolment | None:
    """The right that this browser was given, while it is open, or None.

    Someone whose sign-in has a second step comes in with it, unless the proofing was for one that is lost.
    """
    enrolment = enrolment_of(person_id, at)
    if enrolment is None or session.get(_KEY) != enrolment.pk:
        return None
    return enrolment if enrolment.resets or not has_second_step(person_id) else None

"""Telling that an applicant's data are shown: what they typed is about whoever the register knows under the number."""

from collections.abc import Collection

from katip.core.shown import shown_standing
from katip.counter.models import Application
from katip.identity.models import Person


def applicant_shown(application_id: int) -> None:
    """Data of this applicant are being shown; whom the register knows of a page's applicants is asked once for all."""
    shown_standing(_persons_of, application_id)


def _persons_of(application_ids: Collection[int]) -> list[int]:
    typed = Application.objects.filter(pk__in=application_ids).values("national_id_key")
    return list(Person.objects.filter(national_id_key__in=typed).values_list("pk", flat=True))

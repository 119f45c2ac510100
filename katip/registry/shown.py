"""Telling that a professional's data are shown, where only the professional's number is at hand."""

from collections.abc import Collection

from katip.core.shown import shown_standing
from katip.registry.models import Professional


def professional_shown(professional_id: int) -> None:
    """Data of this professional are being shown; who it is, is asked once for all of a page."""
    shown_standing(_persons_of, professional_id)


def _persons_of(professional_ids: Collection[int]) -> list[int]:
    return list(Professional.objects.filter(pk__in=professional_ids).values_list("person_id", flat=True))

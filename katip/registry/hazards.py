"""The hazard classes of a few activities on any day, read once."""

from collections.abc import Collection
from datetime import date

from katip.registry.models import ActivityHazard
from katip.rules import HazardClass


class Hazards:
    """What the lists say of these activities (NACE codes), each row with its first day and its gazette."""

    def __init__(self, activity_codes: Collection[str]) -> None:
        self._rows = list(ActivityHazard.objects.filter(activity__in=activity_codes).order_by("-valid_from"))

    def row(self, activity_code: str, day: date) -> ActivityHazard | None:
        """The row in force on a day, or None where none covers it."""
        for row in self._rows:
            if row.activity_id == activity_code and row.valid_from <= day:
                return row if row.valid_to is None or row.valid_to >= day else None
        return None

    def hazard_class(self, activity_code: str, day: date) -> HazardClass | None:
        """The class in force on a day; before the first list that this register holds, that of the first list.

        None where the activity is not known, or no longer listed.
        """
        known = [row for row in self._rows if row.activity_id == activity_code]
        if known and day < known[-1].valid_from:
            return HazardClass(known[-1].hazard_class)
        row = self.row(activity_code, day)
        return HazardClass(row.hazard_class) if row else None

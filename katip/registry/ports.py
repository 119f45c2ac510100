"""What the registry asks of the outside world."""

from datetime import datetime
from typing import Protocol


class MandateSource(Protocol):
    """Who files for which workplace. SGK's list is imported; a live service can take its place."""

    def refresh(self, person_id: int) -> datetime | None:
        """Bring the person's mandates up to date as far as this source can; when they were last known to be right.

        None when the source has never been read.
        """

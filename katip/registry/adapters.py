"""The default answers to the registry's questions to the outside world."""

from datetime import datetime

from katip.registry.models import ImportRun


class ImportedMandates:
    """The imported list is the source: it is as fresh as its last import."""

    def refresh(self, person_id: int) -> datetime | None:
        """When the list of mandates was last imported."""
        del person_id
        return ImportRun.objects.filter(kind="mandates").order_by("-at").values_list("at", flat=True).first()

"""The kernel as a Django app: it owns the SQL functions for Turkish text and the system checks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the system checks."""

    name = "katip.core"
    label = "core"

    def ready(self) -> None:
        """Import the checks, which register themselves, and have finishing switch row-level security on."""
        from katip.core import checks  # noqa: F401 -- registration happens on import
        from katip.core.rows import rows_due, rows_enable
        from katip.core.schema import FINISHERS, Finisher

        if not any(one.name == "row-level security" for one in FINISHERS):
            FINISHERS.append(Finisher("row-level security", rows_due, rows_enable))

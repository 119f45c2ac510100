"""The kernel as a Django app: it owns the SQL functions for Turkish text and the system checks."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the system checks."""

    name = "katip.core"
    label = "core"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from katip.core import checks  # noqa: F401 -- registration happens on import

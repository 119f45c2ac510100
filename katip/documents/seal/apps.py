"""The seal as a Django app: its table is small, and its own."""

from django.apps import AppConfig


class SealConfig(AppConfig):
    """By which keys documents were sealed."""

    name = "katip.documents.seal"
    label = "seal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import the checks, which register themselves."""
        from katip.documents.seal import checks  # noqa: F401 -- registration happens on import

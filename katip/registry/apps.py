"""The room as a Django app."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Who and what exists."""

    name = "katip.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what row-level security asks of mandates."""
        from katip.registry.rows import functions

        functions()

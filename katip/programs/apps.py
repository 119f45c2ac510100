"""The room as a Django app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    """Tokens of organisations' own software."""

    name = "katip.programs"
    label = "programs"
    default_auto_field = "django.db.models.BigAutoField"

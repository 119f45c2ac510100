"""The room as a Django app."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Runs of many rows."""

    name = "katip.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"

"""The room as a Django app."""

from django.apps import AppConfig


class ProcessesConfig(AppConfig):
    """What waits for whom."""

    name = "katip.processes"
    label = "processes"
    default_auto_field = "django.db.models.BigAutoField"

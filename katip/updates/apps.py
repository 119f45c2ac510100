"""The room as a Django app."""

from django.apps import AppConfig


class UpdatesConfig(AppConfig):
    """What changed at the workplaces, month by month."""

    name = "katip.updates"
    label = "updates"
    default_auto_field = "django.db.models.BigAutoField"

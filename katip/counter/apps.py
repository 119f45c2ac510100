"""The room as a Django app."""

from django.apps import AppConfig


class CounterConfig(AppConfig):
    """Who was verified face to face."""

    name = "katip.counter"
    label = "counter"
    default_auto_field = "django.db.models.BigAutoField"

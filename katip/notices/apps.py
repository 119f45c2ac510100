"""The room as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Who is told: in the register, by e-mail, SMS and KEP, and programs by webhooks."""

    name = "katip.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

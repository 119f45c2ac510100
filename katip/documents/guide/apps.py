"""The guide as a Django app: its one table is its own."""

from django.apps import AppConfig


class GuideConfig(AppConfig):
    """Guides made for customers."""

    name = "katip.documents.guide"
    label = "guide"
    default_auto_field = "django.db.models.BigAutoField"

"""The room as a Django app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """What leaves and enters as a file."""

    name = "katip.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

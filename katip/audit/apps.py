"""The room as a Django app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What happened."""

    name = "katip.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

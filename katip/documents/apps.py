"""The room as a Django app."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """What leaves and enters as a file. Hears of contracts from `contracts` at start-up."""

    name = "katip.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the listener that asks for documents."""
        from katip.contracts.listeners import listener_register
        from katip.documents.asking import DocumentsWanted

        listener_register(DocumentsWanted())

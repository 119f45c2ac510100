"""The room as a Django app."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """What was agreed. Registers its process kinds with `processes` at start-up."""

    name = "katip.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the kinds 103, 140 and 177, and what the log is to know of a month."""
        from katip.audit.log.audit import carried_later
        from katip.contracts.kinds import register_all
        from katip.contracts.rows import functions

        functions()
        register_all()
        carried_later("month:chunk:written")  # of the moment of its plan

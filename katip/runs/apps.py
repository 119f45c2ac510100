"""The room as a Django app."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Runs of many rows. Registers its kinds at start-up."""

    name = "katip.runs"
    label = "runs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the kinds known."""
        from katip.runs.contact import ContactKind
        from katip.runs.decide import DecideKind
        from katip.runs.end import EndKind
        from katip.runs.kinds import kind_register
        from katip.runs.listeners import listener_register
        from katip.runs.receipts import jobs  # noqa: F401 -- the job is known once it is imported
        from katip.runs.receipts.asking import receipts_ask
        from katip.runs.reoffer import ReofferKind

        for kind in (DecideKind(), ReofferKind(), EndKind(), ContactKind()):
            kind_register(kind)
        listener_register(receipts_ask)

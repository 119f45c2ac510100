"""The room as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "katip.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let each kind of process, and of run, have its words."""
        from katip.web.processes.kinds.known import register_all
        from katip.web.runs import known

        register_all()
        known.register_all()

"""The room as a Django app."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "katip.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let each kind of process have its words."""
        from katip.web.processes.kinds.known import register_all

        register_all()

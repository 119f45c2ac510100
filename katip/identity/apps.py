"""The room as a Django app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Who you are. Connects the trace of signing in."""

    name = "katip.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the receivers, which happens on import."""
        from katip.identity import devices, handlers  # noqa: F401 -- as above
        from katip.identity.oidc import checks as oidc_checks  # noqa: F401 -- registered on import

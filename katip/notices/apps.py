"""The room as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Who is told: in the register, by e-mail, SMS and KEP, and programs by webhooks."""

    name = "katip.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register whoever takes out what is told of sign-ins, its words, and the checks."""
        from katip.audit.log.stream import reader_register
        from katip.identity.models import NoticeKind
        from katip.identity.telling import teller_register
        from katip.notices import checks  # noqa: F401 -- registered on import
        from katip.notices.hooks.occasions import TAGS
        from katip.notices.hooks.telling import READER, hooks_handle
        from katip.notices.letters import writer_register
        from katip.notices.signing_in import OutsideTeller, SignInWriter

        reader_register(READER, hooks_handle, tags=TAGS)
        teller_register(OutsideTeller())
        writer_register(NoticeKind.values, SignInWriter())

"""The room as a Django app."""

from django.apps import AppConfig

from katip.core.rows import DEFINER, function_register

_UNSEEN = f"""katip_unseen_told(asked bigint, OUT told bigint) LANGUAGE sql {DEFINER} AS $function$
SELECT count(*) FROM (
    SELECT FROM notices_notice WHERE person_id = asked AND seen_at IS NULL LIMIT 100
) AS unseen
$function$"""  # noqa: S608 -- constants
"""A hundred at most: a larger number tells nobody more. A function, because it is asked at the door, when nobody acts
yet and no notice is seen."""


class NoticesConfig(AppConfig):
    """Who is told: in the register, by e-mail, SMS and KEP, and programs by webhooks."""

    name = "katip.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the readers of the log, whoever takes out what is told of sign-ins, the words, and the checks."""
        from katip.audit.log.stream import reader_register
        from katip.identity.backends import person_note
        from katip.identity.models import NoticeKind
        from katip.identity.telling import teller_register
        from katip.notices import checks  # noqa: F401 -- registered on import
        from katip.notices.hooks import checks as hook_checks  # noqa: F401 -- as above
        from katip.notices.hooks.occasions import TAGS
        from katip.notices.hooks.telling import READER, hooks_handle
        from katip.notices.kinds import KINDS
        from katip.notices.letters import writer_register
        from katip.notices.proving import KIND, ProofWriter
        from katip.notices.signing_in import OutsideTeller, SignInWriter
        from katip.notices.stream import READER as OWN
        from katip.notices.stream import TAGS as TOLD
        from katip.notices.stream import events_tell
        from katip.notices.writer import NoticeWriter

        reader_register(OWN, events_tell, tags=TOLD)
        reader_register(READER, hooks_handle, tags=TAGS)
        function_register("katip_unseen_told(bigint)", _UNSEEN)
        person_note("unseen_told", "katip_unseen_told(identity_person.id)")
        teller_register(OutsideTeller())
        writer_register(NoticeKind.values, SignInWriter())
        writer_register([KIND], ProofWriter())
        writer_register(KINDS, NoticeWriter())

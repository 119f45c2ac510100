"""System checks: a mail server that cannot be reached as it is set is said at start-up, with its cure."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from katip.core.environment import Environment
from katip.identity.mail import smtp_arguments


def mail_problems(environment: Environment) -> list[CheckMessage]:
    """A wrong address of the mail server; a missing sender, without which servers refuse."""
    if not environment.smtp_url:
        return []
    problems: list[CheckMessage] = []
    try:
        smtp_arguments(environment.smtp_url)
    except ValueError:
        problems.append(
            Error(
                "KATIP_SMTP_URL is not the address of a mail server.",  # it may hold a password: not shown
                hint="smtps://user:password@host:465, or smtp://…:587; special characters of a password as %XX.",
                id="katip.E005",
            )
        )
    if not environment.mail_from:
        problems.append(
            Caution(
                "E-mails have no sender of their own.",
                hint="Set KATIP_MAIL_FROM, e.g. Katip <katip@example.org>: many servers refuse another one.",
                id="katip.W002",
            )
        )
    return problems


@register()
def mail(**_: Any) -> list[CheckMessage]:
    """Refuse a mail server that cannot be one."""
    return mail_problems(settings.KATIP)

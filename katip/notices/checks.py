"""System checks: a way out that cannot work as it is set is said at start-up, with its cure."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from katip.core.environment import Environment
from katip.notices.channels import kep, sms
from katip.notices.channels.gateway import Gateway
from katip.notices.channels.smtp import smtp_arguments


def mail_problems(environment: Environment) -> list[CheckMessage]:
    """A wrong address of the mail server; a missing sender, without which servers refuse; a mailbox that is none."""
    problems: list[CheckMessage] = []
    if environment.smtp_url:
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
    if environment.mail_bounces:
        try:
            validate_email(environment.mail_bounces)
        except ValidationError:
            problems.append(
                Error(
                    "KATIP_MAIL_BOUNCES is not the address of a mailbox.",
                    hint="bounces@example.org, in a domain that takes bounces+…@example.org as well.",
                    id="katip.E014",
                )
            )
    return problems


def gateway_problems(environment: Environment) -> list[CheckMessage]:
    """A gateway for SMS or KEP that cannot work as it is set."""
    given: list[tuple[str, Gateway | None, frozenset[str], str]] = [
        ("KATIP_SMS", sms.sms_gateway(environment), sms.PLACES, "katip.E015"),
        ("KATIP_KEP", kep.kep_gateway(environment), kep.PLACES, "katip.E016"),
    ]
    return [
        Error(f"{name}_…: {problem}.", hint="See docs/notices.md; nothing of the setting is shown here.", id=number)
        for name, gateway, places, number in given
        if gateway is not None
        for problem in gateway.problems(places)
    ]


@register()
def ways_out(**_: Any) -> list[CheckMessage]:
    """Refuse a mail server or gateway that cannot be one."""
    return [*mail_problems(settings.KATIP), *gateway_problems(settings.KATIP)]

"""System checks: webhooks must not be sent where a stranger could reach what is meant for this machine."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from katip.core.environment import Environment
from katip.notices.hooks.addresses import ports_of


def webhook_errors(environment: Environment) -> list[CheckMessage]:
    """Loopback in production; ports that are none."""
    errors: list[CheckMessage] = []
    if environment.webhook_loopback and environment.env == "production":
        errors.append(
            Error(
                "KATIP_WEBHOOK_LOOPBACK lets anybody with a webhook reach programs of this machine.",
                hint="Unset it, or set KATIP_ENV=development on a machine without real data.",
                id="katip.E021",
            )
        )
    try:
        ports_of(environment)
    except ValueError:
        errors.append(Error("KATIP_WEBHOOK_PORTS is no list of ports.", hint="For example: 443 8443", id="katip.E022"))
    return errors


@register()
def webhooks(**_: Any) -> list[CheckMessage]:
    """Refuse an installation that would let webhooks in where they must not go."""
    return webhook_errors(settings.KATIP)

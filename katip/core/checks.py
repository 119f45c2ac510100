"""System checks: a wrong set-up is said at start-up, with its cure."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from katip.core.environment import Environment, is_loopback


def demo_errors(environment: Environment) -> list[CheckMessage]:
    """Why demo mode must not start here: it prints passwords, so it stays on this machine and out of production."""
    if not environment.demo:
        return []
    errors: list[CheckMessage] = []
    if environment.env == "production":
        errors.append(
            Error(
                "Demo mode must not run with KATIP_ENV=production.",
                hint="Unset KATIP_DEMO, or set KATIP_ENV=development on a machine without real data.",
                id="katip.E001",
            )
        )
    if not is_loopback(environment.host):
        errors.append(
            Error(
                f"Demo mode listens on loopback only, not on {environment.host}.",
                hint="Set KATIP_HOST=127.0.0.1, or unset KATIP_DEMO.",
                id="katip.E002",
            )
        )
    if environment.public_url:
        errors.append(
            Error(
                "Demo mode has no public address.",
                hint="Unset KATIP_PUBLIC_URL, or unset KATIP_DEMO.",
                id="katip.E004",
            )
        )
    return errors


def transport_warnings(environment: Environment) -> list[CheckMessage]:
    """Passwords and T.C. kimlik no must not travel in clear: off this machine, only behind a proxy with TLS."""
    if environment.env != "production" or environment.demo or is_loopback(environment.host):
        return []
    if environment.public_url.startswith("https://"):
        return []
    return [
        Caution(
            f"Katip listens on {environment.host} without an https:// address: passwords would travel in clear.",
            hint="Put a proxy with TLS before it and set KATIP_PUBLIC_URL=https://…, or set KATIP_HOST=127.0.0.1.",
            id="katip.W001",
        )
    ]


def operator_errors(environment: Environment) -> list[CheckMessage]:
    """Every page says who operates the register and whom to call: in production both must be known."""
    if environment.env != "production":
        return []
    asked = {"KATIP_OPERATOR_NAME": environment.operator_name, "KATIP_HELP_PHONE": environment.help_phone}
    return [
        Error(f"{name} is not set.", hint="Every page names the operator and whom to call.", id="katip.E003")
        for name, value in asked.items()
        if not value
    ]


@register()
def operator(**_: Any) -> list[CheckMessage]:
    """Refuse a production that does not say who operates it."""
    return operator_errors(settings.KATIP)


@register()
def transport(**_: Any) -> list[CheckMessage]:
    """Warn of passwords in clear."""
    return transport_warnings(settings.KATIP)


@register()
def demo_mode(**_: Any) -> list[CheckMessage]:
    """Refuse demo mode off loopback and in production."""
    return demo_errors(settings.KATIP)

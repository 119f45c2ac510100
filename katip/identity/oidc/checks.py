"""System check: a wrong file of providers is said at start-up, with its cure."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from katip.identity.oidc.providers import ProvidersFileError, providers


@register()
def providers_file(**_: Any) -> list[CheckMessage]:
    """Refuse to start with providers that are not set up as they must be."""
    try:
        providers()
    except ProvidersFileError as error:
        hint = "Correct the file that KATIP_OIDC_FILE names (docs/oidc.md), or unset the variable."
        return [Error(f"KATIP_OIDC_FILE: {fault}", hint=hint, id="katip.E010") for fault in error.faults]
    return []

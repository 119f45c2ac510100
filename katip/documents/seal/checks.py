"""What an operator may have set wrongly about the seal: said at start-up, not with the first document."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from katip.core.environment import Environment


def seal_errors(environment: Environment) -> list[CheckMessage]:
    """Settings that contradict each other, or name what is not there."""
    faults = {
        "KATIP_SEAL_CHAIN without KATIP_SEAL_KEY: certificates without their key.": (
            environment.seal_chain is not None and environment.seal_key is None
        ),
        "KATIP_SEAL_TSA_URL needs KATIP_SEAL_TSA_CA: without it no timestamp is believed.": (
            bool(environment.seal_tsa_url) and environment.seal_tsa_ca is None
        ),
        "KATIP_SEAL_TSA_URL must be an http:// or https:// address.": (
            bool(environment.seal_tsa_url) and not _is_address(environment.seal_tsa_url)
        ),
        **{
            f"KATIP_{name.upper()}: there is no such file.": (
                (file := getattr(environment, name)) is not None and not file.is_file()
            )
            for name in ("seal_key", "seal_chain", "seal_tsa_ca")
        },
    }
    return [
        Error(words, hint="See docs/seal.md.", id=f"katip.seal.E{number:03}")
        for number, (words, is_so) in enumerate(faults.items(), start=1)
        if is_so
    ]


@register()
def settings_check(**_: Any) -> list[CheckMessage]:
    """Registered with Django: `seal_errors` of this installation."""
    return seal_errors(settings.KATIP)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False

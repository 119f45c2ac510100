"""The ways out, tried: a connection to each mail server and gateway. Nothing is sent."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from katip.core.environment import Environment
from katip.core.finding import Finding, fine, warning

_SECONDS = 5.0
_PORTS = {"https": 443, "http": 80, "smtps": 465, "smtp": 587}


def ways_look(environment: Environment) -> Iterator[Finding]:
    """Whether each can be reached from here."""
    wanted = {
        "KATIP_SMTP_URL": environment.smtp_url,
        "KATIP_SMS_URL": environment.sms_url,
        "KATIP_KEP_URL": environment.kep_url,
    }
    for name, url in wanted.items():
        if not url:
            yield fine(f"{name} is not set: nothing leaves that way")
            continue
        parts = urlsplit(url)
        try:
            with socket.create_connection((parts.hostname or "", parts.port or _PORTS[parts.scheme]), _SECONDS):
                yield fine(f"{name}: its server takes connections")
        except (OSError, KeyError) as error:
            yield warning(
                f"{name}: no connection ({getattr(error, 'strerror', None) or type(error).__name__})",
                "Messages wait, and leave once it answers; what takes too long is given up.",
                "Is the address right, and does a firewall let this machine out?",
            )

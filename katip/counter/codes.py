"""The code on an application's sheet: found by its keyed hash, kept sealed, because the sheet may be printed again."""

from katip.core.codes import code_read
from katip.core.crypto import lookup_key, unseal
from katip.counter.models import Application

CODE_LENGTH = 12
"""Signs: 59 bits. Whoever has the sheet may see and cancel the application."""


def application_key(code: str) -> str:
    """The keyed hash under which an application is found."""
    return lookup_key(f"application:{code}")


def application_key_read(text: str) -> str | None:
    """The same for what someone typed or a scanner read; None where it cannot be a code."""
    code = code_read(text, CODE_LENGTH)
    return application_key(code) if code else None


def application_code(application: Application) -> str:
    """The code in clear: for the applicant's own sheet only."""
    return unseal(application.code_sealed)

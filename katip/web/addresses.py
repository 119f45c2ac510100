"""What an address or a form says, read without trust: where to go next, which number."""

from django.http import HttpRequest

from katip.identity.adapters import url_is_ours

_DIGITS = 18
"""of a number that any id, version or place can have"""


def safe_next(request: HttpRequest) -> str:
    """The address asked for in `next`, if it is one of ours; else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_is_ours(request, wanted) else ""


def number_read(text: str) -> int | None:
    """The whole number that `text` writes in digits 0–9; None for anything odd, and for one that no row has."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None

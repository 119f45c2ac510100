"""Where to go next: only ever to an address of our own."""

from django.http import HttpRequest

from katip.identity.adapters import url_is_ours


def safe_next(request: HttpRequest) -> str:
    """The address asked for in `next`, if it is one of ours; else nothing."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if url_is_ours(request, wanted) else ""

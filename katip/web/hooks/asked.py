"""Which organisation's webhooks a page is about, and which of them."""

from typing import Any

from django.http import Http404

from katip.core.actor import Capacity
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.notices.hooks.selectors import find_hook
from katip.notices.models import HookSubscription

SECRET = "hook_secret"  # noqa: S105 -- the name of a place in the session
_SIDES = (Capacity.PROVIDER, Capacity.WORKPLACE)


def organised(request: Any) -> bool:
    """Whether the person acts for an organisation that can have webhooks."""
    return request.actor.capacity in _SIDES


def hook_asked(request: Any, no: int) -> HookSubscription:
    """The subscription, which is the organisation's. Raises `Http404` for any other."""
    if not organised(request):
        raise Http404
    try:
        with acting_as(request.actor):
            found = find_hook(request.actor, request.at, no)
    except PermissionRefusedError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def secret_keep(request: Any, no: int, secret: str) -> None:
    """Hold a new secret for the page that shows it; sessions rest sealed."""
    request.session[SECRET] = {"person": request.user.pk, "hook": no, "secret": secret}


def secret_held(request: Any, no: int) -> str:
    """The secret that waits to be kept, if it is this one's."""
    held = request.session.get(SECRET)
    fits = held is not None and held["person"] == request.user.pk and held["hook"] == no
    return str(held["secret"]) if fits else ""


def secret_forget(request: Any) -> None:
    """It is kept, and shown no more."""
    request.session.pop(SECRET, None)

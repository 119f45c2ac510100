"""What waits in the session while a second step is set up: new recovery codes until they are kept, and where to go on.

Sessions rest sealed. The codes leave the session as soon as the person says that they are in a safe place.
"""

from typing import Any

from katip.web.addresses import safe_next

_CODES, _ONWARD = "recovery_codes", "factor_onward"


def codes_keep(request: Any, codes: tuple[str, ...], *, first: bool) -> None:
    """Hold new codes for the page that shows them; `first`: the person is on the way in."""
    request.session[_CODES] = {"person": request.user.pk, "codes": list(codes), "first": first}


def codes_shown(request: Any) -> list[str]:
    """The codes that wait to be kept; none, or another person's, are no codes."""
    held = request.session.get(_CODES)
    return list(held["codes"]) if held is not None and held["person"] == request.user.pk else []


def codes_forget(request: Any) -> str:
    """They are kept. Returns where to go on: where the person wanted to, or a route's name."""
    held = request.session.pop(_CODES, None) or {}
    onward: str = request.session.pop(_ONWARD, "")
    return onward or ("capacity" if held.get("first") else "factors")


def onward_keep(request: Any) -> None:
    """Remember where the person wanted to go, if anywhere."""
    wanted = safe_next(request)
    if wanted:
        request.session[_ONWARD] = wanted

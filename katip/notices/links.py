"""Where a notice leads: the very step, contract or page that it is about."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from katip.notices import kinds

_PAGES = {
    kinds.DISOWNED: "objections",
    kinds.HOOK_PAUSED: "hooks",
    kinds.OFFICE_GIVEN: "capacity",
    kinds.STAFF_ENDED: "capacity",
    kinds.LINK_ENDED: "account",
}


def notice_path(kind: str, process_id: int | None, detail: Mapping[str, Any]) -> str:
    """The path that the notice's link opens; signing in on the way comes back to it."""
    if process_id is not None:
        return reverse("step", args=[process_id])
    if detail.get("contract"):
        return reverse("contract", args=[int(detail["contract"])])
    if detail.get("run"):
        return reverse("run", args=[int(detail["run"])])
    return reverse(_PAGES.get(kind, "notices"))

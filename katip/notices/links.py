"""Where a notice leads: the very step, contract or page that it is about.

Paths are written out: whoever sends messages would load every page of the web to ask for them. A test holds them.
"""

from collections.abc import Mapping
from typing import Any

from katip.notices import kinds

PATHS = {
    "account": "/hesabim/",
    "capacity": "/secim/",
    "contract": "/sozlesmeler/{}/",
    "disown": "/surecler/{}/tanimiyorum/",
    "hooks": "/programlar/webhook/",
    "inbox": "/bekleyenler/",
    "month_digests": "/ayin-ozeti/",
    "notices": "/bildirimler/",
    "notices_leave": "/bildirim-birak/",
    "objections": "/genel-bakis/taninmayanlar/",
    "run": "/toplu/{}/",
    "step": "/surecler/{}/",
}
"""name of the address → its path"""
_PAGES = {
    kinds.DISOWNED: "objections",
    kinds.HOOK_PAUSED: "hooks",
    kinds.LINK_ENDED: "account",
    kinds.OFFICE_GIVEN: "capacity",
    kinds.STAFF_ENDED: "capacity",
}


def path_to(name: str, number: int | None = None) -> str:
    """The path of a page, of the one with this number where it is of many."""
    return PATHS[name].format(number)


def notice_path(kind: str, process_id: int | None, detail: Mapping[str, Any]) -> str:
    """The path that the notice's link opens; signing in on the way comes back to it."""
    if process_id is not None:
        return path_to("step", process_id)
    for name in ("contract", "run"):
        if detail.get(name):
            return path_to(name, int(detail[name]))
    return path_to(_PAGES.get(kind, "notices"))
